/** G.711 mu-law as it runs on the line: 8 kHz, mono, one byte a sample. */

/** One millisecond of mu-law is this many bytes. */
export const BYTES_PER_MS = 8;

/** The mu-law byte of a zero sample; what a silent line sends. */
export const MULAW_SILENCE = 0xff;

/** Linear value of each mu-law byte, -32124..32124 (ITU-T G.711, table 2a). */
const LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
});

/** Sample of one mu-law byte, -1..1. */
export const sampleOf = (byte: number): number => (LINEAR[byte & 0xff] ?? 0) / 32_768;

/** Writes the samples (-1..1) of `mulaw` into `into` from `offset` on. */
export function decodeInto(mulaw: Uint8Array, into: Float32Array, offset: number): void {
  for (let i = 0; i < mulaw.length; i++) into[offset + i] = sampleOf(mulaw[i] ?? MULAW_SILENCE);
}

/** Milliseconds of audio in so many bytes of mu-law. */
export const msOfBytes = (bytes: number): number => bytes / BYTES_PER_MS;

/** Whole bytes of mu-law in `ms` milliseconds. */
export const bytesOfMs = (ms: number): number => Math.max(0, Math.round(ms * BYTES_PER_MS));

export const silence = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(MULAW_SILENCE);

export const toBase64 = (mulaw: Uint8Array): string =>
  Buffer.from(mulaw.buffer, mulaw.byteOffset, mulaw.byteLength).toString('base64');

export const fromBase64 = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** Root mean square of the samples, in decibels relative to full scale; -100 for digital silence. */
export function levelDbfs(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const mean = sum / Math.max(1, samples.length);
  return mean < 1e-10 ? -100 : 10 * Math.log10(mean);
}
