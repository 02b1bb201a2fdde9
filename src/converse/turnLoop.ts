/**
 * Runs the turn machine: events are taken one after the other, also those that arise while one is being taken, and one timer stands for
 * whatever the machine waits for next.
 */
import type { TurnLimits } from './limits.ts';
import { deadlineOf, step } from './turn.ts';
import type { Turn, TurnEffect, TurnEvent } from './turnTypes.ts';

export class TurnLoop {
  readonly #limits: TurnLimits;
  readonly #nowMs: () => number;
  /** Runs a function once, later; returns how to take that back. */
  readonly #after: (ms: number, fn: () => void) => () => void;
  readonly #perform: (effect: TurnEffect) => void;
  readonly #pending: TurnEvent[] = [];
  #turn: Turn;
  #taking = false;
  #over = false;
  #cancelTick: () => void = () => undefined;

  constructor(
    turn: Turn,
    limits: TurnLimits,
    time: {
      readonly nowMs: () => number;
      readonly after: (ms: number, fn: () => void) => () => void;
    },
    perform: (effect: TurnEffect) => void,
  ) {
    this.#turn = turn;
    this.#limits = limits;
    this.#nowMs = time.nowMs;
    this.#after = time.after;
    this.#perform = perform;
  }

  get turn(): Turn {
    return this.#turn;
  }

  take(event: TurnEvent): void {
    if (this.#over) return;
    this.#pending.push(event);
    if (this.#taking) return;
    this.#taking = true;
    for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
      const [turn, effects] = step(this.#turn, next, this.#limits);
      this.#turn = turn;
      for (const effect of effects) this.#perform(effect);
    }
    this.#taking = false;
    this.arm();
  }

  /** Sets the timer for the machine's next deadline. */
  arm(): void {
    this.#cancelTick();
    if (this.#over) return;
    const nowMs = this.#nowMs();
    const deadline = deadlineOf(this.#turn, nowMs, this.#limits);
    if (deadline === null) return;
    this.#cancelTick = this.#after(Math.max(1, deadline - nowMs), () =>
      this.take({ kind: 'tick', atMs: this.#nowMs() }),
    );
  }

  /** Nothing is taken any more. */
  close(): void {
    this.#over = true;
    this.#cancelTick();
  }
}
