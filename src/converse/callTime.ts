/**
 * Time within one conversation: milliseconds since its media stream began, so that what we do and what the line counts are on one axis.
 * The stream began some time before we were handed it; each frame tells how long ago at least.
 */
import type { Clock } from '../ports/clock.ts';

export class CallTime {
  readonly #clock: Clock;
  #zeroMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#zeroMs = clock.monotonicMs();
  }

  nowMs(): number {
    return this.#clock.monotonicMs() - this.#zeroMs;
  }

  /** Audio up to this point of the stream has arrived: the stream cannot have begun later than that. Time only ever jumps forward. */
  arrived(streamMs: number): void {
    this.#zeroMs = Math.min(this.#zeroMs, this.#clock.monotonicMs() - streamMs);
  }
}
