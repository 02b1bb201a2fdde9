/** G.711 mu-law at 8 kHz: eight bytes a millisecond. */
export const BYTES_PER_MS = 8;

/** One frame of a phone call: 20 ms. */
export const FRAME_BYTES = 160;

/** The mu-law code of zero. */
export const SILENCE = 0xff;

const BIAS = 132;
const CLIP = 32_635;

/** ITU-T G.711: sign, three bits of exponent, four of mantissa, all inverted on the line. */
function decode(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

function encode(sample: number): number {
  const magnitude = Math.min(CLIP, Math.abs(sample)) + BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

const LINEAR = Int16Array.from({ length: 256 }, (_, code) => decode(code));

/** Indexed by a 16-bit sample shifted into 0..16383: mu-law keeps 14 bits. */
const CODES = Uint8Array.from({ length: 1 << 14 }, (_, index) => encode((index << 2) - 32_768));

/** The 16-bit sample that a mu-law code stands for. */
export const toLinear = (code: number): number => LINEAR[code & 0xff] ?? 0;

/** The mu-law code of a sample; beyond 16 bits it clips. */
export function toMulaw(sample: number): number {
  const clipped = sample > 32_767 ? 32_767 : sample < -32_768 ? -32_768 : sample;
  return CODES[(clipped + 32_768) >> 2] ?? SILENCE;
}
