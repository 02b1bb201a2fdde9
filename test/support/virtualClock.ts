import { instant } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

interface Waiting {
  readonly atMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to move. Timers fire in the order of their time, then of their asking. */
export interface VirtualClock extends Clock {
  /** Moves time on, firing everything due on the way at its own time; promises settle between two firings. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock alone, as NTP or an operator would; elapsed time and timers stay. */
  stepWall(ms: number): void;
  /** Timers not yet fired. */
  readonly pending: number;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function virtualClock(startMs = 1_767_225_600_000): VirtualClock {
  let elapsedMs = 0;
  let wallOffsetMs = startMs;
  let order = 0;
  const waiting = new Set<Waiting>();

  const after = (ms: number, fn: () => void): (() => void) => {
    const entry: Waiting = { atMs: elapsedMs + Math.max(0, ms), order: order++, fn };
    waiting.add(entry);
    return () => void waiting.delete(entry);
  };
  const nextDue = (untilMs: number): Waiting | undefined =>
    [...waiting].filter((w) => w.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];

  return {
    now: () => instant(wallOffsetMs + elapsedMs),
    monotonicMs: () => elapsedMs,
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
    async advance(ms) {
      const untilMs = elapsedMs + ms;
      await settle();
      for (let due = nextDue(untilMs); due !== undefined; due = nextDue(untilMs)) {
        waiting.delete(due);
        elapsedMs = Math.max(elapsedMs, due.atMs);
        due.fn();
        await settle();
      }
      elapsedMs = untilMs;
    },
    stepWall: (ms) => void (wallOffsetMs += ms),
    get pending() {
      return waiting.size;
    },
  };
}
