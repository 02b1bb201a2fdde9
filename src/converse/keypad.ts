import type { Move } from './moves.ts';
import type { HeardTurn } from './script/states.ts';

/** 1 yes, 2 no, 9 no more calls, 0 a person. */
const KEYS: ReadonlyMap<string, Move> = new Map([
  ['1', 'affirm'],
  ['2', 'deny'],
  ['9', 'opt_out'],
  ['0', 'person'],
]);

/** A key as a turn of the callee; null for keys that mean nothing. */
export function pressed(digit: string, factsHeard: boolean): HeardTurn | null {
  const move = KEYS.get(digit);
  return move === undefined
    ? null
    : { move, also: [], time: null, answer: null, quote: `key ${digit}`, factsHeard };
}
