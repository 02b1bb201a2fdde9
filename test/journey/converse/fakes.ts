/** The world of one conversation in virtual time: a line that plays and marks, a callee with a voice, a transcriber that knows their words. */
import { readFileSync } from 'node:fs';
import type { CallEvent } from '../../../src/domain/callEvent.ts';
import { id, type CallSid } from '../../../src/domain/ids.ts';
import { type Result, err, ok } from '../../../src/domain/result.ts';
import type { FrontDesk } from '../../../src/ports/frontDesk.ts';
import type { LanguageModel, ModelFailure, Understanding } from '../../../src/ports/languageModel.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Recordings } from '../../../src/ports/recordings.ts';
import type {
  RenderedSpeech,
  SpeechChunk,
  Transcriber,
  TranscriberEvent,
  Voice,
  VoiceFailure,
} from '../../../src/ports/speech.ts';
import type { LineEvent, MediaLine } from '../../../src/ports/telephony.ts';
import { fromBase64, silence, toBase64 } from '../../../src/converse/audio.ts';
import { confirmBrief } from './briefs.ts';
import type { VirtualClock } from '../../support/virtualClock.ts';

const FRAME_MS = 40;
const FRAME_BYTES = 320;

const reference: { mulaw: string } = JSON.parse(
  readFileSync(new URL('../../unit/converse/sileroReference.json', import.meta.url), 'utf8'),
);
/** Three seconds of a voice without a pause. */
const VOICE = new Uint8Array(Buffer.from(reference.mulaw, 'base64')).subarray(8 * 1_000, 8 * 4_000);

/** Audio that the voice detector takes for speech. */
export function voiced(ms: number): Uint8Array {
  const out = new Uint8Array(ms * 8);
  for (let at = 0; at < out.length; at += VOICE.length) out.set(VOICE.subarray(0, out.length - at), at);
  return out;
}

export const MS_PER_WORD = 300;
const durationOf = (text: string): number => text.split(/\s+/).filter((w) => w !== '').length * MS_PER_WORD;

/** A phone line at the provider's end: one queue of audio out, frames of the callee in, every 40 ms. */
export class FakeLine implements MediaLine {
  readonly attempt = confirmBrief().attempt;
  readonly sid = id<CallSid>('CA1');
  readonly #clock: VirtualClock;
  #listener: (event: LineEvent) => void = () => undefined;
  #microphone: Uint8Array = new Uint8Array(0);
  #queue: ({ kind: 'audio'; bytes: number } | { kind: 'mark'; name: string })[] = [];
  #frames = 0;
  closed = false;
  /** True while our audio plays: what the callee's ear hears. */
  playing = false;
  deafMarks = false;
  muted = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#tick();
  }

  get nowMs(): number {
    return this.#frames * FRAME_MS;
  }

  listen(listener: (event: LineEvent) => void): void {
    this.#listener = listener;
  }
  play(base64: string): void {
    if (!this.closed) this.#queue.push({ kind: 'audio', bytes: fromBase64(base64).length });
  }
  mark(name: string): void {
    if (!this.closed) this.#queue.push({ kind: 'mark', name });
    this.#flushMarks();
  }
  clear(): void {
    const marks = this.#queue.flatMap((item) => (item.kind === 'mark' ? [item.name] : []));
    this.#queue = [];
    this.playing = false;
    for (const name of marks) this.#emit({ kind: 'mark', name });
  }
  close(): void {
    this.closed = true;
  }

  /** The callee's microphone takes in this sound, after what it is taking in now. */
  speak(mulaw: Uint8Array): void {
    this.#microphone = Buffer.concat([this.#microphone, mulaw]);
  }
  emit(event: LineEvent): void {
    this.#emit(event);
  }
  hangUp(): void {
    this.#emit({ kind: 'closed' });
    this.closed = true;
  }

  #emit(event: LineEvent): void {
    if (event.kind === 'mark' && this.deafMarks) return;
    this.#clock.after(0, () => this.#listener(event));
  }

  #tick(): void {
    if (this.closed) return;
    this.#clock.after(FRAME_MS, () => {
      this.#playFrame();
      if (!this.muted && !this.closed) {
        const spoken = this.#microphone.subarray(0, FRAME_BYTES);
        this.#microphone = this.#microphone.subarray(FRAME_BYTES);
        const frame = silence(FRAME_BYTES);
        frame.set(spoken);
        this.#listener({ kind: 'audio', mulaw: frame, atMs: this.#frames * FRAME_MS });
      }
      this.#frames += 1;
      this.#tick();
    });
  }

  #playFrame(): void {
    let left = FRAME_BYTES;
    this.playing = this.#queue.some((item) => item.kind === 'audio');
    while (left > 0) {
      const head = this.#queue[0];
      if (head === undefined) break;
      if (head.kind === 'mark') {
        this.#queue.shift();
        this.#emit(head);
        continue;
      }
      const played = Math.min(left, head.bytes);
      head.bytes -= played;
      left -= played;
      if (head.bytes === 0) this.#queue.shift();
    }
    this.#flushMarks();
  }

  #flushMarks(): void {
    while (this.#queue[0]?.kind === 'mark') {
      const mark = this.#queue.shift();
      if (mark?.kind === 'mark') this.#emit(mark);
    }
  }
}

/** Lags of the transcriber behind the audio. */
const PARTIAL_LAG_MS = 150;
const EAGER_LAG_MS = 200;
const END_LAG_MS = 320;

/** Hears what the callee is known to say, word by word, as late as a real one. */
export class FakeTranscriber implements Transcriber {
  readonly #clock: VirtualClock;
  #onEvent: ((event: TranscriberEvent) => void) | null = null;
  #turn = 0;
  #zeroMs = 0;
  opened = 0;
  /** When set, streams end in this failure as soon as they are opened. */
  broken = false;
  nowMs: () => number = () => 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  open(options: { readonly onEvent: (event: TranscriberEvent) => void }) {
    this.opened += 1;
    this.#onEvent = options.onEvent;
    this.#turn = 0;
    this.#zeroMs = this.nowMs();
    if (this.broken) this.#clock.after(50, () => options.onEvent({ kind: 'failed', reason: 'lost' }));
    return {
      send: () => undefined,
      expect: () => undefined,
      close: () => {
        if (this.#onEvent === options.onEvent) this.#onEvent = null;
      },
    };
  }

  fail(): void {
    this.#onEvent?.({ kind: 'failed', reason: 'lost' });
  }

  /** The callee begins to say this now. */
  hears(text: string): void {
    const spoken = text.split(/\s+/).filter((word) => word !== '');
    const turn = this.#turn++;
    const startMs = this.nowMs() - this.#zeroMs;
    const words = spoken.map((word, i) => ({
      word,
      confidence: 0.98,
      startMs: startMs + i * MS_PER_WORD,
      endMs: startMs + (i + 1) * MS_PER_WORD,
    }));
    const at = (ms: number, event: TranscriberEvent): void =>
      void this.#clock.after(ms, () => this.#onEvent?.(event));
    spoken.forEach((_, i) => {
      const part = spoken.slice(0, i + 1).join(' ');
      at((i + 1) * MS_PER_WORD + PARTIAL_LAG_MS, {
        kind: 'partial',
        turn,
        text: part,
        words: words.slice(0, i + 1),
      });
    });
    const endMs = spoken.length * MS_PER_WORD;
    at(endMs + EAGER_LAG_MS, { kind: 'eager_end', turn, text, confidence: 0.6 });
    at(endMs + END_LAG_MS, { kind: 'end', turn, text, words, confidence: 0.9 });
  }
}

/** A voice whose every word lasts as long as any other. */
export class FakeVoice implements Voice {
  readonly #clock: VirtualClock;
  rendered = 0;
  streamed: string[] = [];
  broken = false;
  /** Until the first audio of a stream. */
  delayMs = 120;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  #speech(text: string): RenderedSpeech {
    const words = text
      .split(/\s+/)
      .map((word, i) => ({ word, startMs: i * MS_PER_WORD, endMs: (i + 1) * MS_PER_WORD }));
    return { mulaw: voiced(durationOf(text)), words };
  }
  async render(text: string): Promise<Result<RenderedSpeech, VoiceFailure>> {
    this.rendered += 1;
    return this.broken ? err({ kind: 'unavailable' }) : ok(this.#speech(text));
  }
  open() {
    return {
      speak: (text: string, onChunk: (chunk: SpeechChunk) => void) => {
        let live = true;
        const { mulaw, words } = this.#speech(text);
        this.streamed.push(text);
        this.#clock.after(this.delayMs, () => {
          if (!live) return;
          if (this.broken) return onChunk({ kind: 'failed', reason: 'lost' });
          onChunk({ kind: 'audio', base64Mulaw: toBase64(mulaw), bytes: mulaw.length, words });
          onChunk({ kind: 'end' });
        });
        return { cancel: () => void (live = false) };
      },
      close: () => undefined,
    };
  }
}

/** A model that answers from a table, or fails. */
export class FakeModel implements LanguageModel {
  asked: string[] = [];
  readonly #answer: (heard: string) => Understanding | ModelFailure['kind'];

  constructor(answer: (heard: string) => Understanding | ModelFailure['kind'] = () => 'unavailable') {
    this.#answer = answer;
  }
  async understand(request: { readonly heard: string }): Promise<Result<Understanding, ModelFailure>> {
    this.asked.push(request.heard);
    const answer = this.#answer(request.heard);
    return typeof answer === 'string' ? err({ kind: answer }) : ok(answer);
  }
}

export class FakeFrontDesk implements FrontDesk {
  wanted: Parameters<FrontDesk['book']>[0][] = [];
  answers: ('landed' | 'taken' | 'pending')[] = [];
  async book(wanted: Parameters<FrontDesk['book']>[0]): Promise<'landed' | 'taken' | 'pending'> {
    this.wanted.push(wanted);
    return this.answers.shift() ?? 'landed';
  }
}

export class FakeJournal {
  events: CallEvent[] = [];
  flushes = 0;
  #watchers: ((event: CallEvent) => void)[] = [];
  append(_: unknown, event: CallEvent): void {
    this.events.push(event);
    for (const watch of this.#watchers) watch(event);
  }
  async flush(): Promise<void> {
    this.flushes += 1;
  }
  watch(watcher: (event: CallEvent) => void): void {
    this.#watchers.push(watcher);
  }
}

export class FakeRecordings implements Recordings {
  calleeBytes = 0;
  agentBytes = 0;
  agentVoiceBytes = 0;
  closed = false;
  create() {
    return {
      write: (callee: Uint8Array, agent: Uint8Array): void => {
        this.calleeBytes += callee.length;
        this.agentBytes += agent.length;
        this.agentVoiceBytes += agent.filter((byte) => byte !== 0xff).length;
      },
      close: async () => {
        this.closed = true;
        return { durationMs: this.calleeBytes / 8 };
      },
    };
  }
  async read(): Promise<null> {
    return null;
  }
}

export const quietLog: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => quietLog,
};
