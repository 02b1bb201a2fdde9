import { FRAME_MS } from './mulaw.ts';

/** Something that lives in frames of 20 ms. */
export interface Ticking {
  /** `index` counts frames of 20 ms since the ticker began, skipped ones included. */
  tick(index: number): void;
}

/** At most this many frames at one wake-up, so that a late timer does not flood the far side ... */
const MOST_AT_ONCE = 3;
/** ... and the next wake-up comes this soon while frames are owed: up to six times real time until caught up. */
const CATCH_UP_MS = 10;
/** More than this is not caught up (the machine slept): the frames are skipped and counted, time goes on. */
const MOST_OWED_MS = 2_000;

/**
 * One drift-free clock for every live call: frame n is due at start + n * 20 ms of monotonic time, however late the timers
 * fire. It runs only while somebody is subscribed.
 */
export class Ticker {
  readonly #monotonicMs: () => number;
  readonly #ticking = new Set<Ticking>();
  #timer: NodeJS.Timeout | null = null;
  /** When frame 0 was due. */
  #originMs = 0;
  /** Frames due so far, run or skipped. */
  #index = 0;
  #skippedMs = 0;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Milliseconds that were skipped because the process stood still for too long. */
  get skippedMs(): number {
    return this.#skippedMs;
  }

  get size(): number {
    return this.#ticking.size;
  }

  add(one: Ticking): void {
    this.#ticking.add(one);
    if (this.#timer !== null) return;
    this.#originMs = this.#monotonicMs() - this.#index * FRAME_MS;
    this.#wakeIn(FRAME_MS);
  }

  remove(one: Ticking): void {
    this.#ticking.delete(one);
    if (this.#ticking.size === 0) this.close();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wakeIn(ms: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, ms));
  }

  #wake(): void {
    const owed = framesOwed(this.#monotonicMs() - this.#originMs, this.#index);
    this.#index += owed.skip;
    this.#skippedMs += owed.skip * FRAME_MS;
    for (let run = 0; run < owed.run; run += 1) {
      this.#index += 1;
      for (const one of this.#ticking) one.tick(this.#index);
    }
    if (this.#ticking.size === 0) {
      this.#timer = null;
      return;
    }
    const untilNextMs = this.#originMs + (this.#index + 1) * FRAME_MS - this.#monotonicMs();
    this.#wakeIn(owed.run < owed.owed ? CATCH_UP_MS : untilNextMs);
  }
}

/**
 * How many frames to run now when `done` frames were run (or skipped) in `elapsedMs` of real time.
 * `owed` counts what is due after skipping; `run` is capped.
 */
export function framesOwed(
  elapsedMs: number,
  done: number,
): { readonly run: number; readonly owed: number; readonly skip: number } {
  const due = Math.max(0, Math.floor(elapsedMs / FRAME_MS) - done);
  const skip = due * FRAME_MS > MOST_OWED_MS ? due - 1 : 0;
  const owed = due - skip;
  return { run: Math.min(owed, MOST_AT_ONCE), owed, skip };
}
