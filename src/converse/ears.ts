/**
 * What the callee's side of the line says, as turn events: voice from the detector, words from the transcriber, both on the time of the
 * call. Frames lost on the way become silence, so that detector, transcriber and recording keep counting alike.
 */
import type { Transcriber, TranscriberEvent, TranscriberStream } from '../ports/speech.ts';
import { BYTES_PER_MS, msOfBytes, silence } from './audio.ts';
import { BeepDetector } from './beep.ts';
import type { CallTime } from './callTime.ts';
import type { CallRecorder } from './recordCall.ts';
import { sileroWeights } from './sileroWeights.ts';
import type { TurnEvent } from './turnTypes.ts';
import { NOTHING_SPENT, type Spent, spend, unspent } from './unspent.ts';
import { Vad } from './vad.ts';

export interface EarsListener {
  turn(event: TurnEvent): void;
  beep(): void;
  /** The transcriber is gone, and `open` was called as often as it may be. */
  transcriberFailed(reason: string, mayReopen: boolean): void;
}

/** A hole in the stream longer than this is a break, not a loss: it is not filled for the listeners. */
const GAP_MAX_MS = 2_000;
/** A transcriber that fails is opened again once. */
const REOPENINGS_MAX = 1;

export class Ears {
  readonly #transcriber: Transcriber;
  readonly #keyterms: readonly string[];
  readonly #time: CallTime;
  readonly #recorder: CallRecorder;
  readonly #listener: EarsListener;
  readonly #vad = new Vad(sileroWeights());
  readonly #beeps = new BeepDetector();
  #stream: TranscriberStream | null = null;
  #reopened = 0;
  #generation = 0;
  /** Stream time after the last frame; null before the first. */
  #atMs: number | null = null;
  /** Stream time of the first byte that the detector, and this transcriber stream, were given. */
  #vadZeroMs = 0;
  #wordsZeroMs = 0;
  #spent: Spent = NOTHING_SPENT;
  #latest: { readonly turn: number; readonly text: string } = { turn: -1, text: '' };
  #waitsForBeep = false;

  constructor(
    parts: {
      readonly transcriber: Transcriber;
      readonly keyterms: readonly string[];
      readonly time: CallTime;
      readonly recorder: CallRecorder;
    },
    listener: EarsListener,
  ) {
    this.#transcriber = parts.transcriber;
    this.#keyterms = parts.keyterms;
    this.#time = parts.time;
    this.#recorder = parts.recorder;
    this.#listener = listener;
  }

  open(): void {
    const generation = ++this.#generation;
    this.#wordsZeroMs = this.#atMs ?? 0;
    // Turn numbers of a new stream begin anew.
    this.#spent = NOTHING_SPENT;
    this.#latest = { turn: -1, text: '' };
    const stream = this.#transcriber.open({
      keyterms: this.#keyterms,
      onEvent: (event) => (generation === this.#generation ? this.#heard(event) : undefined),
    });
    // It may have failed before it was ours, and another may be open already.
    if (generation === this.#generation) this.#stream = stream;
    else stream.close();
  }

  /** One frame of the callee at its place in the stream. */
  audio(mulaw: Uint8Array, atMs: number): void {
    const lengthMs = msOfBytes(mulaw.length);
    this.#time.arrived(atMs + lengthMs);
    this.#recorder.callee(mulaw, atMs);
    if (this.#atMs === null) {
      this.#vadZeroMs = atMs;
      this.#wordsZeroMs = atMs;
    } else {
      const lostMs = atMs - this.#atMs;
      if (lostMs >= 1) this.#listen(silence(Math.round(Math.min(lostMs, GAP_MAX_MS) * BYTES_PER_MS)));
      if (lostMs > GAP_MAX_MS) {
        this.#vadZeroMs += lostMs - GAP_MAX_MS;
        this.#wordsZeroMs += lostMs - GAP_MAX_MS;
      }
    }
    this.#atMs = atMs + lengthMs;
    this.#listen(mulaw);
  }

  /** How sure the transcriber must be of the end of a turn, 0.5..1. */
  expect(endOfTurnThreshold: number): void {
    this.#stream?.expect({ endOfTurnThreshold });
  }

  waitForBeep(on: boolean): void {
    this.#waitsForBeep = on;
  }

  /** Everything heard so far has been answered. */
  spend(): void {
    this.#spent = spend(this.#spent, this.#latest.turn, this.#latest.text);
  }

  close(): void {
    this.#generation += 1;
    this.#stream?.close();
    this.#stream = null;
  }

  #listen(mulaw: Uint8Array): void {
    this.#stream?.send(mulaw);
    if (this.#waitsForBeep && this.#beeps.hear(mulaw)) this.#listener.beep();
    const nowMs = this.#time.nowMs();
    for (const event of this.#vad.hear(mulaw)) {
      if (event.kind === 'speech_started') this.#listener.turn({ kind: 'speech_started', atMs: nowMs });
      else
        this.#listener.turn({
          kind: 'speech_ended',
          atMs: nowMs,
          quietSinceMs: Math.min(nowMs, event.atMs + this.#vadZeroMs),
        });
    }
  }

  #heard(event: TranscriberEvent): void {
    const atMs = this.#time.nowMs();
    switch (event.kind) {
      case 'opened':
      case 'speech_started':
        return;
      case 'resumed':
        return this.#listener.turn({ kind: 'resumed', atMs });
      case 'failed':
        return this.#failed(event.reason);
      case 'partial':
      case 'eager_end':
      case 'end': {
        this.#latest = { turn: event.turn, text: event.text };
        const text = unspent(this.#spent, event.turn, event.text);
        if (text === '') return;
        if (event.kind === 'partial') {
          const endMs = event.words.at(-1)?.endMs ?? null;
          const coversToMs = endMs === null ? null : endMs + this.#wordsZeroMs;
          return this.#listener.turn({ kind: 'partial', atMs, text, coversToMs });
        }
        return this.#listener.turn({ kind: event.kind === 'end' ? 'final' : 'eager_end', atMs, text });
      }
    }
  }

  #failed(reason: string): void {
    this.close();
    const mayReopen = this.#reopened < REOPENINGS_MAX;
    this.#reopened += 1;
    this.#listener.transcriberFailed(reason, mayReopen);
    if (mayReopen) this.open();
  }
}
