/** Repeatable chance: numbers in 0..1, and what is commonly drawn from them. */
export interface Chance {
  next(): number;
  /** A whole number in `range`, both ends included. */
  between(range: readonly [number, number]): number;
}

/** The same words give the same numbers (mulberry32, seeded by FNV-1a). */
export function chanceOf(...words: readonly (string | number)[]): Chance {
  let state = 0x811c_9dc5;
  for (const char of words.join('\u0000')) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x0100_0193);
  function next(): number {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return { next, between: ([low, high]) => low + Math.floor(next() * (high - low + 1)) };
}
