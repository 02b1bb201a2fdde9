/** Does things later and in the order they were asked for: a slow message holds back those behind it, as on one socket. */
export class OrderedDelay {
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: { readonly dueAtMs: number; readonly act: () => void }[] = [];
  #lastDueAtMs = 0;
  #stopped = false;

  /** Runs `act` after `delayMs`, never before what was asked for earlier; at once when nothing is due before it. */
  after(delayMs: number, act: () => void): void {
    if (this.#stopped) return;
    const now = performance.now();
    const dueAtMs = Math.max(now + delayMs, this.#lastDueAtMs);
    if (dueAtMs <= now && this.#waiting.length === 0) {
      act();
      return;
    }
    this.#lastDueAtMs = dueAtMs;
    this.#waiting.push({ dueAtMs, act });
    this.#arm();
  }

  /** Forgets everything that is still to come. */
  stop(): void {
    this.#stopped = true;
    this.#waiting.length = 0;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    const next = this.#waiting[0];
    if (next === undefined || this.#timer !== undefined) return;
    const inMs = Math.max(0, Math.ceil(next.dueAtMs - performance.now()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      while ((this.#waiting[0]?.dueAtMs ?? Number.POSITIVE_INFINITY) <= performance.now()) {
        this.#waiting.shift()?.act();
      }
      this.#arm();
    }, inMs);
  }
}
