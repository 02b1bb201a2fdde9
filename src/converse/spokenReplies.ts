/** Our replies by their utterance, and what of them has reached the callee: the facts that an answer may decide about, and the end of protection. */
import type { Line } from './script/states.ts';

export class SpokenReplies {
  #utterance = 0;
  #lines = new Map<number, readonly Line[]>();
  #factsHeard = false;

  /** The facts of the latest reply that had any were played to their end. */
  get factsHeard(): boolean {
    return this.#factsHeard;
  }

  /** A reply is about to be said. Returns its utterance, null when there is nothing to say. */
  begin(lines: readonly Line[]): number | null {
    if (lines.length === 0) return null;
    if (lines.some((line) => line.facts === true)) this.#factsHeard = false;
    this.#utterance += 1;
    // A reply may be appended to the one before it; older ones are history.
    const previous = this.#lines.get(this.#utterance - 1);
    this.#lines = new Map([[this.#utterance, lines]]);
    if (previous !== undefined) this.#lines.set(this.#utterance - 1, previous);
    return this.#utterance;
  }

  linesOf(utterance: number): readonly Line[] {
    return this.#lines.get(utterance) ?? [];
  }

  /** A line was played to its end; true when nothing protected follows in its utterance and it was protected itself. */
  ended(utterance: number, line: Line): boolean {
    const lines = this.linesOf(utterance);
    const later = lines.slice(lines.indexOf(line) + 1);
    if (line.facts === true && !later.some((l) => l.facts === true)) this.#factsHeard = true;
    return line.protected === true && !later.some((l) => l.protected === true);
  }
}
