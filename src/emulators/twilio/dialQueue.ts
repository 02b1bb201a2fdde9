import type { EmulatorTime } from './time.ts';

/** A timer this late still keeps its slot, so that the rate holds in aggregate; single gaps may be shorter for it. */
const MOST_LATE_MS = 100;

interface Waiting<Item> {
  readonly item: Item;
  readonly notBeforeMs: number;
}

/** Lets calls out at the account's calls per second, in the order they came. The first goes at once. */
export class DialQueue<Item> {
  readonly #time: EmulatorTime;
  readonly #intervalMs: number;
  readonly #release: (item: Item) => void;
  #waiting: Waiting<Item>[] = [];
  #nextSlotMs = 0;
  #cancel: (() => void) | null = null;

  constructor(time: EmulatorTime, callsPerSecond: number, release: (item: Item) => void) {
    this.#time = time;
    this.#intervalMs = 1000 / callsPerSecond;
    this.#release = release;
  }

  /** How long an item put in now would wait. */
  estimateMs(): number {
    const now = this.#time.monotonicMs();
    return Math.round(Math.max(0, this.#nextSlotMs - now) + this.#waiting.length * this.#intervalMs);
  }

  /** Puts an item at the end; it is held `extraMs` longer than its turn. */
  put(item: Item, extraMs = 0): void {
    if (this.#waiting.length === 0) this.#nextSlotMs = Math.max(this.#nextSlotMs, this.#time.monotonicMs());
    this.#waiting.push({ item, notBeforeMs: this.#time.monotonicMs() + extraMs });
    this.#schedule();
  }

  /** Takes an item out; the others move up. */
  remove(item: Item): void {
    this.#waiting = this.#waiting.filter((one) => one.item !== item);
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#waiting.length === 0) return;
    const now = this.#time.monotonicMs();
    const firstDueMs = Math.min(...this.#waiting.map((one) => one.notBeforeMs));
    this.#cancel = this.#time.after(Math.ceil(Math.max(this.#nextSlotMs, firstDueMs) - now), () =>
      this.#next(),
    );
  }

  #next(): void {
    this.#cancel = null;
    const now = this.#time.monotonicMs();
    const at = this.#waiting.findIndex((one) => one.notBeforeMs <= now);
    const [due] = at === -1 || now < this.#nextSlotMs ? [] : this.#waiting.splice(at, 1);
    if (due !== undefined) {
      this.#nextSlotMs = Math.max(this.#nextSlotMs, now - MOST_LATE_MS) + this.#intervalMs;
      this.#release(due.item);
    }
    this.#schedule();
  }
}
