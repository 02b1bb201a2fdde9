/** The booking of a call while the callee waits: one at a time, known within its deadline, waited for also when the line has gone. */
import type { Clock } from '../ports/clock.ts';
import type { FrontDesk } from '../ports/frontDesk.ts';
import type { Wanted } from './script/states.ts';

export type Booked = 'landed' | 'taken' | 'pending';

/** The front desk keeps its own deadline; this much later it is no longer believed to. */
const GRACE_MS = 500;

export class Bookings {
  readonly #frontDesk: FrontDesk;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #done: (booked: Booked) => void;
  #underWay: Promise<Booked> | null = null;

  constructor(frontDesk: FrontDesk, clock: Clock, deadlineMs: number, done: (booked: Booked) => void) {
    this.#frontDesk = frontDesk;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#done = done;
  }

  start(wanted: Wanted): void {
    const booking = this.#book(wanted);
    this.#underWay = booking;
    void this.#tell(booking);
  }

  /** The result of a booking that was still under way, or null when there is none. */
  async settled(): Promise<Booked | null> {
    const booking = this.#underWay;
    this.#underWay = null;
    return booking;
  }

  async #tell(booking: Promise<Booked>): Promise<void> {
    const booked = await booking;
    if (this.#underWay !== booking) return;
    this.#underWay = null;
    this.#done(booked);
  }

  /** A booking whose answer is late or lost may have been made: it is a promise. */
  async #book(wanted: Wanted): Promise<Booked> {
    const waiting = new AbortController();
    const late = this.#clock.sleep(this.#deadlineMs + GRACE_MS, waiting.signal).then((): Booked => 'pending');
    const asked = this.#frontDesk.book(wanted, this.#deadlineMs).catch((): Booked => 'pending');
    const booked = await Promise.race([asked, late]);
    waiting.abort();
    return booked;
  }
}
