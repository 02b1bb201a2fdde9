/** Both sides' words in the order in which they began. */
import type { TranscriptLine } from '../domain/call.ts';

export class Transcript {
  readonly #lines: TranscriptLine[] = [];

  add(line: TranscriptLine): void {
    if (line.text !== '') this.#lines.push(line);
  }

  get lines(): readonly TranscriptLine[] {
    return this.#lines.toSorted((a, b) => a.fromMs - b.fromMs);
  }
}
