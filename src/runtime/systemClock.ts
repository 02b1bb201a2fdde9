import { instant } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/** Node fires a timer at once when its delay does not fit into 31 bits, so longer waits go in legs. */
const TIMER_MAX_MS = 2 ** 31 - 1;

function after(ms: number, fn: () => void): () => void {
  let timer: NodeJS.Timeout;
  const leg = (leftMs: number): void => {
    const thisLegMs = Math.min(leftMs, TIMER_MAX_MS);
    timer = setTimeout(() => (leftMs > thisLegMs ? leg(leftMs - thisLegMs) : fn()), thisLegMs);
  };
  leg(Math.max(0, ms));
  return () => clearTimeout(timer);
}

/**
 * The machine's clock, `shiftMs` later (earlier when negative). Only `now` is shifted: elapsed time and waits are real,
 * which is why nothing but durations may cross into a store with a clock of its own (BullMQ).
 */
export function systemClock(shiftMs = 0): Clock {
  return {
    now: () => instant(Date.now() + shiftMs),
    monotonicMs: () => performance.now(),
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          cancel();
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const cancel = after(ms, done);
        signal?.addEventListener('abort', done);
      }),
  };
}
