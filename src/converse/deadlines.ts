/** The bounds of a whole call: a dead line, the longest conversation, and the end that comes whatever is still being said. */

export class Deadlines {
  /** Runs a function once, later; returns how to take that back. */
  readonly #after: (ms: number, fn: () => void) => () => void;
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #idle: () => void;
  readonly #longest: () => void;
  #end: () => void = () => undefined;

  constructor(
    after: (ms: number, fn: () => void) => () => void,
    bounds: { readonly lineIdleMs: number; readonly callMaxMs: number },
    on: { readonly idle: () => void; readonly tooLong: () => void },
  ) {
    this.#after = after;
    this.#idleMs = bounds.lineIdleMs;
    this.#onIdle = on.idle;
    this.#idle = after(bounds.lineIdleMs, on.idle);
    this.#longest = after(bounds.callMaxMs, on.tooLong);
  }

  /** Something came from the line. */
  alive(): void {
    this.#idle();
    this.#idle = this.#after(this.#idleMs, this.#onIdle);
  }

  /** The call ends after this long; a later call to this replaces the earlier. */
  endIn(ms: number, end: () => void): void {
    this.#end();
    this.#end = this.#after(ms, end);
  }

  close(): void {
    for (const cancel of [this.#idle, this.#longest, this.#end]) cancel();
  }
}
