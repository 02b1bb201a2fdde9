/** Text that is still waiting to be spoken: buffered as the vendor buffers it, released as the vendor releases it. */

/** Characters after which the first, second ... generation begins; the last holds for all that follow. */
const DEFAULT_SCHEDULE: readonly number[] = [120, 160, 250, 290];

export class TextBuffer {
  readonly #auto: boolean;
  #schedule: readonly number[] = DEFAULT_SCHEDULE;
  #text = '';
  #generations = 0;

  /** `auto`: every message is spoken at once, up to its last complete word. */
  constructor(auto: boolean) {
    this.#auto = auto;
  }

  /** `chunk_length_schedule`, each 50..500. */
  set schedule(lengths: readonly number[]) {
    this.#schedule = lengths;
  }

  /** Adds text and gives what is now to be spoken; undefined when it waits for more. */
  add(text: string, how: { readonly flush: boolean; readonly tryTrigger: boolean }): string | undefined {
    this.#text += text;
    if (how.flush) return this.flush();
    const threshold = this.#schedule[Math.min(this.#generations, this.#schedule.length - 1)] ?? 0;
    const due = this.#auto || this.#text.length >= threshold || (how.tryTrigger && this.#text.length >= 50);
    return due ? this.#release(lastBoundary(this.#text)) : undefined;
  }

  /** All that is left. */
  flush(): string | undefined {
    return this.#release(this.#text.length);
  }

  #release(length: number): string | undefined {
    const text = this.#text.slice(0, length);
    if (text.trim() === '') return undefined;
    this.#text = this.#text.slice(length);
    this.#generations += 1;
    return text;
  }
}

/** Up to where a text is made of complete words: behind its last white space or closing mark. */
function lastBoundary(text: string): number {
  return /[\s\S]*(?:\s|[.!?,;:]["')]?$)/.exec(text)?.[0].length ?? 0;
}
