import { mulaw } from 'alawmulaw';

/** Mu-law of each channel, 8 kHz. */
export type Channels = readonly Uint8Array[];

const PCM = 1;
const MULAW = 7;

/** Bytes laid out channel after channel, sample by sample, taken apart. */
export function deinterleave(bytes: Uint8Array, channels: number): Channels {
  const length = Math.floor(bytes.length / channels);
  return Array.from({ length: channels }, (_, channel) =>
    Uint8Array.from({ length }, (__, index) => bytes[index * channels + channel] ?? 0xff),
  );
}

/** The channels of an 8 kHz WAV of mu-law or 16-bit PCM; undefined when it is anything else. */
export function readWav(wav: Buffer): Channels | undefined {
  if (wav.toString('latin1', 0, 4) !== 'RIFF' || wav.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  let at = 12;
  let format: { readonly tag: number; readonly channels: number; readonly rate: number } | undefined;
  while (at + 8 <= wav.length) {
    const name = wav.toString('latin1', at, at + 4);
    const size = wav.readUInt32LE(at + 4);
    const body = wav.subarray(at + 8, at + 8 + size);
    if (name === 'fmt ' && body.length >= 16) {
      format = { tag: body.readUInt16LE(0), channels: body.readUInt16LE(2), rate: body.readUInt32LE(4) };
    }
    if (name === 'data' && format !== undefined) return channelsOf(body, format);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function channelsOf(
  body: Buffer,
  { tag, channels, rate }: { readonly tag: number; readonly channels: number; readonly rate: number },
): Channels | undefined {
  if (rate !== 8000 || channels < 1) return undefined;
  if (tag === MULAW) return deinterleave(body, channels);
  if (tag !== PCM) return undefined;
  const samples = Math.floor(body.length / 2);
  const codes = Uint8Array.from({ length: samples }, (_, index) =>
    mulaw.encodeSample(body.readInt16LE(index * 2)),
  );
  return deinterleave(codes, channels);
}
