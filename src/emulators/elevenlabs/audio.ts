/** Output formats, and the marks that make each rendering its own. */
import { toLinear } from '../voice/mulaw.ts';

export const BYTES_PER_MS = 8;
const FRAME_BYTES = 160;
const SILENCE = 0xff;

/** An output format that can be made here; undefined for the others (MP3, Opus, A-law). */
export interface OutputFormat {
  readonly contentType: string;
  /** Bytes of the format from telephone audio. */
  readonly encode: (mulaw: Uint8Array) => Uint8Array;
}

/** Formats of the vendor that this emulator makes: `ulaw_8000` and `pcm_<rate>`. */
export function outputFormat(name: string): OutputFormat | undefined {
  if (name === 'ulaw_8000') return { contentType: 'audio/basic', encode: (mulaw) => mulaw };
  const rate = /^pcm_(8000|16000|22050|24000|32000|44100|48000)$/.exec(name)?.[1];
  if (rate === undefined) return undefined;
  return { contentType: 'audio/pcm', encode: (mulaw) => toPcm(mulaw, Number(rate)) };
}

/** 16-bit little-endian samples at the given rate, by linear interpolation. */
function toPcm(mulaw: Uint8Array, rate: number): Uint8Array {
  const length = Math.floor((mulaw.length * rate) / 8000);
  const pcm = Buffer.alloc(length * 2);
  const sample = (index: number): number => toLinear(mulaw[Math.min(index, mulaw.length - 1)] ?? SILENCE);
  for (let index = 0; index < length; index += 1) {
    const at = (index * 8000) / rate;
    const before = Math.floor(at);
    const value = sample(before) + (sample(before + 1) - sample(before)) * (at - before);
    pcm.writeInt16LE(Math.round(value), index * 2);
  }
  return pcm;
}

/**
 * Flips the lowest bit of every eighth sample or so, differently for each `rendering`: far below what is heard, but no two
 * renderings of a sentence share a frame, so that a frame tells which rendering it is from.
 */
export function dithered(mulaw: Uint8Array, rendering: number): Uint8Array {
  let state = (Math.imul(rendering, 0x9e3779b1) + 0x6d2b79f5) >>> 0 || 1;
  return mulaw.map((code) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 7) === 0 ? code ^ 1 : code;
  });
}

/** The audio with silence before it, and after it up to a whole frame. */
export function padded(mulaw: Uint8Array, leadingMs: number): Uint8Array {
  const before = Math.round(leadingMs * BYTES_PER_MS);
  const length = Math.ceil((before + mulaw.length) / FRAME_BYTES) * FRAME_BYTES;
  const whole = new Uint8Array(length).fill(SILENCE);
  whole.set(mulaw, before);
  return whole;
}
