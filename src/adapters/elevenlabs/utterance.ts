/** One thing said on the socket: from waiting for a free context to its last piece of audio. */
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { SpeechChunk } from '../../ports/speech.ts';
import { Words } from './alignment.ts';
import type { SpeechFailure } from './failure.ts';
import { base64Bytes } from './frames.ts';
import type { Incoming } from './frames.ts';

export class Utterance {
  readonly contextId: string;
  readonly text: string;
  /** It was sent once already, on a socket that broke before the first audio. */
  retried = false;
  readonly #clock: Clock;
  readonly #words = new Words('piece');
  #onChunk: ((chunk: SpeechChunk) => void) | null;
  #bytes = 0;
  #cancelTimer: Cancel | null = null;

  constructor(contextId: string, text: string, clock: Clock, onChunk: (chunk: SpeechChunk) => void) {
    this.contextId = contextId;
    this.text = text;
    this.#clock = clock;
    this.#onChunk = onChunk;
  }

  /** Nobody listens any more: cancelled, ended or failed. */
  get silent(): boolean {
    return this.#onChunk === null;
  }

  get begun(): boolean {
    return this.#bytes > 0;
  }

  /** Calls `late` unless something happens within `ms`; each call replaces the one before. */
  expectWithin(ms: number, late: () => void): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.after(ms, late);
  }

  receive(message: Incoming): void {
    const bytes = base64Bytes(message.audio);
    const place = { beforeMs: this.#bytes / 8, lengthMs: bytes / 8 };
    const words = message.times === null ? [] : this.#words.push(message.times, place);
    this.#bytes += bytes;
    if (bytes > 0 || words.length > 0)
      this.#emit({ kind: 'audio', base64Mulaw: message.audio, bytes, words });
  }

  finish(): void {
    this.#cancelTimer?.();
    const words = this.#words.rest();
    if (words.length > 0) this.#emit({ kind: 'audio', base64Mulaw: '', bytes: 0, words });
    this.#emit({ kind: 'end' });
    this.#onChunk = null;
  }

  fail(reason: SpeechFailure): void {
    this.#cancelTimer?.();
    this.#emit({ kind: 'failed', reason });
    this.#onChunk = null;
  }

  /** Lets the audio that still comes go unheard. */
  hush(): void {
    this.#onChunk = null;
  }

  /** Nothing is waited for any more. */
  forget(): void {
    this.#onChunk = null;
    this.#cancelTimer?.();
  }

  #emit(chunk: SpeechChunk): void {
    this.#onChunk?.(chunk);
  }
}
