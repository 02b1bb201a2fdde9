/** Both sides' words in the order in which they began. */
import type { TranscriptLine } from '../domain/call.ts';

export class Transcript {
  readonly #lines: TranscriptLine[] = [];

  add(line: TranscriptLine): void {
    if (line.text !== '') this.#lines.push(line);
  }

  /** The callee's latest line was not finished: it comes again, whole. */
  takeBackCallee(): void {
    const last = this.#lines.findLastIndex((line) => line.party === 'callee');
    if (last >= 0) this.#lines.splice(last, 1);
  }

  get lines(): readonly TranscriptLine[] {
    return this.#lines.toSorted((a, b) => a.fromMs - b.fromMs);
  }
}
