/**
 * Renderings of all calls of a process, a few at a time: what every call needs first goes before what any call may need later. Voices allow
 * a handful of requests side by side, and an evening begins with many phones ringing at once.
 */

interface Waiting {
  readonly rank: number;
  readonly run: () => Promise<void>;
}

export class RenderQueue {
  readonly #atOnce: number;
  #waiting: Waiting[] = [];
  #running = 0;

  /** @param atOnce renderings side by side, over all calls. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * Runs the work when its turn comes: lower ranks first, equal ones in the order in which they were asked for.
   * Resolves when it is done; work whose signal aborted while it waited is left out.
   */
  add(rank: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        try {
          if (!signal.aborted) await work();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const before = this.#waiting.findIndex((other) => other.rank > rank);
      this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, { rank, run });
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#atOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#running += 1;
      void next.run().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }
}
