/** The registry knows audio by windows of one 20 ms frame. */
export const WINDOW_BYTES = 160;

/** Odd, so that no byte's weight is lost modulo 2^32. */
const BASE = 0x01000193;

/** What a byte weighs when it leaves the window. */
const LEAVING = Uint32Array.from({ length: 256 }, (_, byte) => {
  let weight = byte + 1;
  for (let step = 0; step < WINDOW_BYTES; step += 1) weight = Math.imul(weight, BASE);
  return weight;
});

/** The hash after `entering` joined the window and, once it was full, `leaving` fell out of it. */
export const roll = (hash: number, entering: number, leaving: number | undefined): number =>
  (Math.imul(hash, BASE) + entering + 1 - (leaving === undefined ? 0 : (LEAVING[leaving] ?? 0))) | 0;

/** The hash of a window that starts at `at`; equal to rolling over its bytes one by one. */
export function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let index = at; index < at + WINDOW_BYTES; index += 1) hash = roll(hash, bytes[index] ?? 0, undefined);
  return hash;
}
