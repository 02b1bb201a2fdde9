/** G.711 mu-law, 8 kHz: 20 ms are 160 bytes. Source: ITU-T G.711. */
export const FRAME_BYTES = 160;
export const FRAME_MS = 20;
export const SILENCE = 0xff;

const LINEAR = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4);
  return (bits & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude;
});

/** One mu-law byte as a 16-bit sample. */
export function decodeMulaw(code: number): number {
  return LINEAR[code] ?? 0;
}

/** One 16-bit sample as a mu-law byte. */
export function encodeMulaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

/** Several people talking at once, clipped to what the line can carry; all the same length. One alone is returned as it is. */
export function mix(frames: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = frames;
  if (first === undefined) return silence();
  if (others.length === 0) return first;
  const mixed = new Uint8Array(first.byteLength);
  for (let at = 0; at < mixed.byteLength; at += 1) {
    let sum = 0;
    for (const frame of frames) sum += decodeMulaw(frame[at] ?? SILENCE);
    mixed[at] = encodeMulaw(Math.max(-32_768, Math.min(32_767, sum)));
  }
  return mixed;
}

/** A fresh frame of silence. */
export function silence(): Uint8Array {
  return new Uint8Array(FRAME_BYTES).fill(SILENCE);
}
