/**
 * What the callee has heard of us. The line plays a first-in-first-out queue at 8 bytes a millisecond; we know when we queued what, and
 * marks come back when playback has passed them.
 *
 * Invariants: a word counts as heard only when its last sample must have left the far end, with the line's delay taken off; after `clear`
 * the marks of before mean "flushed" and are of an older generation; `heardMs` never exceeds what was queued.
 */
import { msOfBytes } from './audio.ts';

/** One queued stretch of one line of an utterance. */
interface Queued {
  readonly utterance: number;
  readonly line: number;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface HeardOfLine {
  readonly line: number;
  /** Milliseconds of this line's audio that were certainly heard, counted over everything queued for it since the last clear. */
  readonly heardMs: number;
  readonly whole: boolean;
}

export class Playout {
  #queue: Queued[] = [];
  #endsMs = 0;
  #generation = 0;
  #delayMs: number;

  /** @param delayMs how much later than our clock the far end is taken to play, until marks have told. */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** When everything queued has been played at our end of the line. */
  get endsMs(): number {
    return this.#endsMs;
  }

  /** Round trip by the marks, smoothed: an upper bound of how late the far end hears us. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** Audio was handed to the line. Returns when it starts to play there. */
  queued(utterance: number, line: number, bytes: number, nowMs: number): number {
    const fromMs = Math.max(nowMs, this.#endsMs);
    this.#endsMs = fromMs + msOfBytes(bytes);
    this.#queue.push({ utterance, line, fromMs, toMs: this.#endsMs });
    return fromMs;
  }

  /** The name to give to a mark that is placed now. */
  markName(utterance: number, line: number): string {
    return `${this.#generation}.${utterance}.${line}`;
  }

  /** A mark came back: which line it ended, or null when it was flushed by a clear or is none of ours. */
  marked(name: string, nowMs: number): { readonly utterance: number; readonly line: number } | null {
    const [generation, utterance, line] = name.split('.').map(Number);
    if (generation !== this.#generation || utterance === undefined || line === undefined) return null;
    const last = this.#queue.findLast((q) => q.utterance === utterance && q.line === line);
    if (last !== undefined) {
      const lateMs = Math.max(0, nowMs - last.toMs);
      this.#delayMs = Math.min(1_000, this.#delayMs * 0.7 + lateMs * 0.3);
      this.#queue = this.#queue.filter((q) => q.toMs > last.toMs);
    }
    return { utterance, line };
  }

  /** How much of an utterance's lines still in the queue was heard by now. */
  heard(utterance: number, nowMs: number): readonly HeardOfLine[] {
    const byLine = new Map<number, { heardMs: number; whole: boolean }>();
    for (const q of this.#queue.filter((queued) => queued.utterance === utterance)) {
      const playedMs = Math.min(q.toMs - q.fromMs, Math.max(0, nowMs - this.#delayMs - q.fromMs));
      const before = byLine.get(q.line) ?? { heardMs: 0, whole: true };
      byLine.set(q.line, {
        heardMs: before.heardMs + playedMs,
        whole: before.whole && playedMs >= q.toMs - q.fromMs,
      });
    }
    return [...byLine].map(([line, heard]) => ({ line, ...heard }));
  }

  /** Everything queued was dropped; marks that are still out belong to the past. */
  cleared(nowMs: number): void {
    this.#generation += 1;
    this.#queue = [];
    this.#endsMs = nowMs;
  }
}
