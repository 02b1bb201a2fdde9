import type { Instant } from '../domain/time.ts';

/** Takes back what was asked for. Calling it twice, or after the thing has happened, does nothing. */
export type Cancel = () => void;

/**
 * Time as the product sees it. Wall time and elapsed time are different questions: `now` may step (the demo shifts it,
 * NTP corrects it), `monotonicMs` never does, and durations are only ever taken from the latter.
 */
export interface Clock {
  /** Wall time in UTC, epoch milliseconds. */
  now(): Instant;
  /** Milliseconds since an arbitrary point; only differences mean something. */
  monotonicMs(): number;
  /** Runs `fn` once, `ms` from now (never earlier; at once, but not synchronously, when `ms` <= 0). */
  after(ms: number, fn: () => void): Cancel;
  /** Resolves `ms` from now, or as soon as `signal` aborts: look at the signal, nothing is thrown. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
