/**
 * Says utterances on the line: cached lines at once, others streamed in order behind them. Knows at any time what was heard.
 *
 * Invariants: audio goes out in the order of utterances and of their lines; after `stop` nothing of the stopped utterances is sent any
 * more; every utterance ends in exactly one of `ended`, `failed`, or the `stop` that cut it.
 */
import type { Clock } from '../ports/clock.ts';
import type { MediaLine } from '../ports/telephony.ts';
import type { SpeechChunk, VoiceSession, VoiceSettings } from '../ports/speech.ts';
import { fromBase64, msOfBytes, toBase64 } from './audio.ts';
import type { CallTime } from './callTime.ts';
import { type Going, type Utterance, again, cut, lengthOf, nothing, unsaid } from './going.ts';
import { heardCount, heardText } from './heardWords.ts';
import type { ConversationLimits } from './limits.ts';
import type { PhraseCache } from './phraseCache.ts';
import { Playout } from './playout.ts';
import type { CallRecorder } from './recordCall.ts';
import { ONE_MOMENT } from './script/prompts.ts';
import type { Line } from './script/states.ts';

export interface MouthListener {
  firstAudio(utterance: number, speech: 'cached' | 'streamed'): void;
  /** Playback passed the end of a line. */
  lineEnded(utterance: number, line: Line): void;
  ended(utterance: number, said: Said): void;
  failed(utterance: number, reason: 'refused' | 'rate_limited' | 'lost' | 'timeout'): void;
}

/** What was heard of an utterance, and when it was in playback. */
export interface Said {
  readonly text: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface MouthParts {
  readonly line: MediaLine;
  readonly session: VoiceSession;
  readonly phrases: PhraseCache;
  readonly settings: VoiceSettings;
  readonly recorder: CallRecorder;
  readonly clock: Clock;
  readonly time: CallTime;
  readonly limits: ConversationLimits;
}

/** One media message holds at most a second of audio. */
const MESSAGE_BYTES = 8_000;

export class Mouth {
  readonly #parts: MouthParts;
  readonly #listener: MouthListener;
  readonly #playout: Playout;
  #utterances: Utterance[] = [];
  #stopped: Utterance | null = null;

  constructor(parts: MouthParts, listener: MouthListener) {
    this.#parts = parts;
    this.#listener = listener;
    this.#playout = new Playout(parts.limits.lineDelayMs);
  }

  /** Says these lines after everything that is already being said. */
  say(id: number, lines: readonly Line[]): void {
    this.#start(
      unsaid(
        id,
        lines.map((line) => this.#source(line)),
      ),
    );
  }

  /** Stops everything at once. Returns what was heard of the utterance, for the record. */
  stop(id: number): Said | null {
    const nowMs = this.#parts.time.nowMs();
    const utterance = this.#utterances.find((u) => u.id === id);
    const said = utterance === undefined ? null : this.#heard(utterance, nowMs);
    this.#drop(this.#utterances);
    this.#stopped = utterance === undefined ? null : this.#rest(utterance, nowMs);
    this.#parts.line.clear();
    this.#parts.recorder.cleared();
    this.#playout.cleared(nowMs);
    return said;
  }

  /** Goes on with the utterance that was stopped last, from the first word that was not heard whole. */
  resume(id: number): void {
    const rest = this.#stopped;
    this.#stopped = null;
    if (rest === null || rest.id !== id || rest.lines.length === 0)
      return this.#listener.ended(id, {
        text: '',
        fromMs: this.#parts.time.nowMs(),
        toMs: this.#parts.time.nowMs(),
      });
    this.#start(rest);
  }

  /** A mark came back from the line. */
  marked(name: string): void {
    const nowMs = this.#parts.time.nowMs();
    const passed = this.#playout.marked(name, nowMs);
    if (passed === null) return;
    const utterance = this.#utterances.find((u) => u.id === passed.utterance);
    if (utterance !== undefined) this.#passed(utterance, passed.line, nowMs);
  }

  close(): void {
    this.#drop(this.#utterances);
    this.#parts.session.close();
  }

  /** Nothing more is sent or awaited of these. */
  #drop(gone: readonly Utterance[]): void {
    for (const u of gone) {
      u.watchdog();
      for (const going of u.lines) going.cancel();
    }
    this.#utterances = this.#utterances.filter((u) => !gone.includes(u));
  }

  #source(line: Line): Going {
    const cached = this.#parts.phrases.get(line.text, this.#parts.settings);
    const blank = { line, sent: 0, ended: false, skippedMs: 0, cancel: nothing };
    return cached === null
      ? { ...blank, chunks: [], words: [], complete: false, streamed: true }
      : { ...blank, chunks: [cached.mulaw], words: cached.words, complete: true, streamed: false };
  }

  #start(utterance: Utterance): void {
    this.#utterances.push(utterance);
    for (const going of utterance.lines) if (!going.complete) this.#stream(utterance, going);
    this.#pump();
  }

  #stream(utterance: Utterance, going: Going): void {
    const take = (chunk: SpeechChunk): void => {
      switch (chunk.kind) {
        case 'audio':
          going.chunks.push(fromBase64(chunk.base64Mulaw));
          going.words = [...going.words, ...chunk.words];
          return this.#pump();
        case 'end':
          going.complete = true;
          return this.#pump();
        case 'failed':
          return this.#fail(utterance, chunk.reason);
      }
    };
    const { cancel } = this.#parts.session.speak(going.line.text, take);
    going.cancel = cancel;
  }

  #fail(utterance: Utterance, reason: 'refused' | 'rate_limited' | 'lost' | 'timeout'): void {
    if (!this.#utterances.includes(utterance)) return;
    this.#drop([utterance]);
    this.#listener.failed(utterance.id, reason);
    this.#pump();
  }

  /** Hands to the line whatever may go out now. */
  #pump(): void {
    for (const utterance of this.#utterances) {
      while (utterance.at < utterance.lines.length) {
        const going = utterance.lines[utterance.at];
        if (going === undefined || !this.#send(utterance, going)) return this.#await(utterance);
        this.#parts.line.mark(this.#playout.markName(utterance.id, utterance.at));
        utterance.at += 1;
        if (utterance.at === utterance.lines.length) this.#expectEnd(utterance);
      }
    }
  }

  /** The voice owes us audio. What is playing bridges the wait; the time runs from its end, and only progress renews it. */
  #await(utterance: Utterance): void {
    const { clock, time, limits } = this.#parts;
    const progress = `${utterance.at}.${utterance.lines[utterance.at]?.sent ?? 0}`;
    if (utterance.awaited === progress) return;
    utterance.awaited = progress;
    const leftMs = Math.max(0, this.#playout.endsMs - time.nowMs());
    const patienceMs = utterance.bridged ? limits.voiceGivenUpMs : limits.firstAudioMs;
    utterance.watchdog();
    utterance.watchdog = clock.after(leftMs + patienceMs, () => this.#starved(utterance));
  }

  /** No audio in time: the line may have been rendered meanwhile; else a ready phrase bridges the gap, once; else it is given up. */
  #starved(utterance: Utterance): void {
    const going = utterance.lines[utterance.at];
    if (!this.#utterances.includes(utterance) || going === undefined) return;
    const ready = this.#source(going.line);
    const bridge = this.#source({ text: ONE_MOMENT });
    if (going.chunks.length === 0 && ready.complete) {
      going.cancel();
      utterance.lines[utterance.at] = ready;
    } else if (going.sent === 0 && bridge.complete && !utterance.bridged) {
      utterance.bridged = true;
      utterance.lines.splice(utterance.at, 0, bridge);
    } else {
      return this.#fail(utterance, 'timeout');
    }
    this.#pump();
  }

  /** Sends a line's audio so far; true when it has gone out whole. */
  #send(utterance: Utterance, going: Going): boolean {
    const { line, recorder, time } = this.#parts;
    while (going.sent < going.chunks.length) {
      const chunk = going.chunks[going.sent++] ?? new Uint8Array(0);
      for (let at = 0; at < chunk.length; at += MESSAGE_BYTES)
        line.play(toBase64(chunk.subarray(at, at + MESSAGE_BYTES)));
      recorder.agent(chunk);
      const fromMs = this.#playout.queued(utterance.id, utterance.at, chunk.length, time.nowMs());
      if (chunk.length === 0) continue;
      utterance.firstMs ??= fromMs;
      if (utterance.answered || going.line.text === ONE_MOMENT) continue;
      utterance.answered = true;
      this.#listener.firstAudio(utterance.id, going.streamed ? 'streamed' : 'cached');
    }
    return going.complete;
  }

  /** Marks can be lost: when the last has not come back long after its audio, it counts as come back. */
  #expectEnd(utterance: Utterance): void {
    const { clock, time, limits } = this.#parts;
    const last = utterance.lines.length - 1;
    const leftMs = Math.max(0, this.#playout.endsMs - time.nowMs());
    utterance.watchdog();
    utterance.watchdog = clock.after(leftMs + limits.markLateMs, () =>
      this.#passed(utterance, last, time.nowMs()),
    );
  }

  #passed(utterance: Utterance, upTo: number, nowMs: number): void {
    for (const going of utterance.lines.slice(0, upTo + 1)) {
      if (going.ended) continue;
      going.ended = true;
      this.#listener.lineEnded(utterance.id, going.line);
    }
    if (upTo < utterance.lines.length - 1) return;
    const said = this.#heard(utterance, nowMs);
    utterance.watchdog();
    this.#utterances = this.#utterances.filter((u) => u !== utterance);
    this.#listener.ended(utterance.id, said);
  }

  #heardMs(utterance: Utterance, index: number, nowMs: number): number {
    const going = utterance.lines[index];
    if (going === undefined) return 0;
    if (going.ended) return Infinity;
    const heard = this.#playout.heard(utterance.id, nowMs).find((h) => h.line === index);
    return heard === undefined ? 0 : going.skippedMs + heard.heardMs;
  }

  #heard(utterance: Utterance, nowMs: number): Said {
    const text = utterance.lines
      .map((going, i) => {
        const heardMs = this.#heardMs(utterance, i, nowMs);
        const whole =
          heardMs === Infinity ? going.line.text : heardText(going.line.text, going.words, heardMs);
        return i === 0 ? whole.split(/\s+/).slice(utterance.saidWords).join(' ') : whole;
      })
      .filter((part) => part !== '')
      .join(' ');
    return { text, fromMs: Math.min(utterance.firstMs ?? nowMs, nowMs), toMs: nowMs };
  }

  /** What is left of an utterance from the first word that was not heard whole. */
  #rest(utterance: Utterance, nowMs: number): Utterance {
    const from = utterance.lines.findIndex((_, i) => {
      const going = utterance.lines[i];
      return (
        going !== undefined &&
        this.#heardMs(utterance, i, nowMs) < msOfBytes(lengthOf(going)) + going.skippedMs
      );
    });
    const open = from < 0 ? [] : utterance.lines.slice(from);
    const lines = open.map((going, i) =>
      i === 0 ? cut(going, this.#heardMs(utterance, from, nowMs)) : again(going),
    );
    const first = lines[0];
    const saidWords = first === undefined ? 0 : heardCount(first.words, first.skippedMs);
    return unsaid(utterance.id, lines, first?.complete === true ? saidWords : 0);
  }
}
