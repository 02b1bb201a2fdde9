import type { Call } from './call.ts';
import type { EmulatorTime } from './time.ts';

/** One accepted create, as seen from outside; the measure of dials per second. */
export interface Dial {
  readonly sid: string;
  readonly to: string;
  readonly from: string;
  /** Monotonic milliseconds of the emulator's process. */
  readonly monotonicMs: number;
  /** Epoch milliseconds of the emulator's clock. */
  readonly atMs: number;
}

/** How many lines were ringing or talking, each time it changed. */
export interface LineCount {
  readonly monotonicMs: number;
  readonly atMs: number;
  readonly lines: number;
}

/** Remembers every call and every change in the number of lines in use. */
export class CallLog {
  readonly #time: EmulatorTime;
  readonly #calls = new Map<string, Call>();
  readonly #dials: Dial[] = [];
  readonly #lines: LineCount[] = [];
  readonly #onTheLine = new Set<Call>();

  constructor(time: EmulatorTime) {
    this.#time = time;
  }

  get liveNow(): number {
    return this.#onTheLine.size;
  }

  add(call: Call): void {
    this.#calls.set(call.sid, call);
  }

  delete(call: Call): void {
    this.#calls.delete(call.sid);
  }

  get(sid: string): Call | undefined {
    return this.#calls.get(sid);
  }

  /** Newest first, as lists are. */
  newestFirst(): readonly Call[] {
    return [...this.#calls.values()].toReversed();
  }

  dialed(call: Call): void {
    const { to, from } = call.request;
    this.#dials.push({ sid: call.sid, to, from, ...this.#now() });
  }

  lineTaken(call: Call): void {
    this.#onTheLine.add(call);
    this.#count();
  }

  lineFreed(call: Call): void {
    if (this.#onTheLine.delete(call)) this.#count();
  }

  dials(): readonly Dial[] {
    return [...this.#dials];
  }

  lines(): readonly LineCount[] {
    return [...this.#lines];
  }

  #count(): void {
    this.#lines.push({ ...this.#now(), lines: this.#onTheLine.size });
  }

  #now(): { readonly monotonicMs: number; readonly atMs: number } {
    return { monotonicMs: this.#time.monotonicMs(), atMs: this.#time.nowMs() };
  }
}
