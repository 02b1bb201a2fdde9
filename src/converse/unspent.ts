/**
 * Transcribers close their turns later than we do: when "yes" has been answered, the same turn still brings "yes" as its final text, or
 * "yes but could it be later". What was already answered is spent; only what is new counts.
 */
import { wordsOf } from './words.ts';

export interface Spent {
  readonly turn: number;
  readonly words: number;
}

export const NOTHING_SPENT: Spent = { turn: -1, words: 0 };

/** The part of a transcriber turn's text that has not been answered yet; empty when there is none. */
export function unspent(spent: Spent, turn: number, text: string): string {
  if (turn < spent.turn) return '';
  if (turn > spent.turn || spent.words === 0) return text;
  const parts = text.split(/\s+/).filter((part) => wordsOf(part).length > 0);
  return parts.slice(spent.words).join(' ');
}

/** The whole text of this turn has now been answered. */
export const spend = (spent: Spent, turn: number, text: string): Spent => ({
  turn: Math.max(turn, spent.turn),
  words:
    turn < spent.turn ? spent.words : text.split(/\s+/).filter((part) => wordsOf(part).length > 0).length,
});
