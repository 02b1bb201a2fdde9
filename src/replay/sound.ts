/** A recording as a page needs it: its outline to draw, and PCM to play wherever mu-law does not. */
import { channelsOf } from './turnGaps.ts';

const RATE = 8_000;
const CHANNELS = 2;
const BYTES_PER_SAMPLE = 2;
const HEADER_BYTES = 44;

/** G.711 mu-law to 16-bit linear, by the segments of ITU-T G.711. */
const LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) * 2 ** ((bits >> 4) & 0x07) - 0x84;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
});

const linear = (code: number | undefined): number => LINEAR[code ?? 0xff] ?? 0;

function peaksOf(mulaw: Uint8Array, columns: number): readonly number[] {
  const peaks: number[] = [];
  for (let column = 0; column < columns; column += 1) {
    const to = Math.floor(((column + 1) * mulaw.length) / columns);
    let peak = 0;
    for (let i = Math.floor((column * mulaw.length) / columns); i < to; i += 1) {
      peak = Math.max(peak, Math.abs(linear(mulaw[i])));
    }
    peaks.push(Math.round((peak / 32_767) * 1_000) / 1_000);
  }
  return peaks;
}

/**
 * The loudest moment of each of `columns` equal stretches, 0..1, for both sides.
 * @throws RangeError when the file is no stereo mu-law WAV, or `columns` is not a positive whole number.
 */
export function waveform(
  wav: Uint8Array,
  columns: number,
): { readonly callee: readonly number[]; readonly agent: readonly number[] } {
  if (!Number.isInteger(columns) || columns < 1) throw new RangeError(`not a number of columns: ${columns}`);
  const { left, right } = channelsOf(wav);
  return { callee: peaksOf(left, columns), agent: peaksOf(right, columns) };
}

/**
 * The same recording as 16-bit PCM, which every browser plays; twice as long.
 * @throws RangeError when the file is no stereo mu-law WAV.
 */
export function pcm16Wav(wav: Uint8Array): Uint8Array {
  const { left, right } = channelsOf(wav);
  const dataBytes = left.length * CHANNELS * BYTES_PER_SAMPLE;
  const out = new Uint8Array(HEADER_BYTES + dataBytes);
  const view = new DataView(out.buffer);
  const write = (at: number, tag: string): void => out.set(new TextEncoder().encode(tag), at);
  write(0, 'RIFF');
  view.setUint32(4, out.length - 8, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, CHANNELS, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * CHANNELS * BYTES_PER_SAMPLE, true);
  view.setUint16(32, CHANNELS * BYTES_PER_SAMPLE, true);
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  write(36, 'data');
  view.setUint32(40, dataBytes, true);
  for (let i = 0; i < left.length; i += 1) {
    view.setInt16(HEADER_BYTES + 4 * i, linear(left[i]), true);
    view.setInt16(HEADER_BYTES + 4 * i + 2, linear(right[i]), true);
  }
  return out;
}
