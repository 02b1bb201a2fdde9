/**
 * Our replies by their utterance, and what of them has reached the callee: the facts that an answer may decide about, and the end of
 * protection.
 */
import type { Line } from './script/states.ts';

/** An answer may begin this long before the last fact has been played to its end: the line is a little behind. */
const EARLY_MS = 400;

export class SpokenReplies {
  #utterance = 0;
  #lines = new Map<number, readonly Line[]>();
  /** When the facts of the latest reply that had any were played to their end; null while they were not. */
  #factsHeardMs: number | null = null;
  #factsHeardBeforeMs: number | null = null;

  /** Had the facts been heard when somebody began to speak at this time? A yes that was said before or over them answers something else. */
  factsHeardBy(startedMs: number): boolean {
    return this.#factsHeardMs !== null && startedMs >= this.#factsHeardMs - EARLY_MS;
  }

  /** A reply is about to be said. Returns its utterance, null when there is nothing to say. */
  begin(lines: readonly Line[]): number | null {
    this.#factsHeardBeforeMs = this.#factsHeardMs;
    if (lines.length === 0) return null;
    if (lines.some((line) => line.facts === true)) this.#factsHeardMs = null;
    this.#utterance += 1;
    // A reply may be appended to the one before it; older ones are history.
    const previous = this.#lines.get(this.#utterance - 1);
    this.#lines = new Map([[this.#utterance, lines]]);
    if (previous !== undefined) this.#lines.set(this.#utterance - 1, previous);
    return this.#utterance;
  }

  /** The reply that was begun last was taken back: the question before it stands again. */
  takeBack(): void {
    this.#factsHeardMs = this.#factsHeardBeforeMs;
  }

  linesOf(utterance: number): readonly Line[] {
    return this.#lines.get(utterance) ?? [];
  }

  /** A line was played to its end; true when it was protected and nothing protected follows in its utterance. */
  ended(utterance: number, line: Line, nowMs: number): boolean {
    const lines = this.linesOf(utterance);
    const later = lines.slice(lines.indexOf(line) + 1);
    if (line.facts === true && !later.some((l) => l.facts === true)) this.#factsHeardMs = nowMs;
    return line.protected === true && !later.some((l) => l.protected === true);
  }
}
