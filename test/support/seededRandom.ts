import type { Random } from '../../src/ports/random.ts';

/** Repeatable chance: the same seed gives the same numbers and the same UUIDs (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const hex = (digits: number): string => (next32() >>> 0).toString(16).padStart(8, '0').slice(0, digits);
  return {
    next: () => next32() / 2 ** 32,
    uuid: () => {
      const variant = '89ab'[next32() % 4] ?? '8';
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(8)}${hex(4)}`;
    },
  };
}
