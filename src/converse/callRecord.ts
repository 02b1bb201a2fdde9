/** Writes a call down as it happens: events to the journal, the transcript, the stages of every turn. */
import type { AnsweredBy, TurnLatency } from '../domain/call.ts';
import type { CallEvent } from '../domain/callEvent.ts';
import type { ConversationBrief, ConversationResult } from '../domain/conversation.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { CallJournal } from '../ports/callJournal.ts';
import type { Log } from '../ports/log.ts';
import type { CallTime } from './callTime.ts';
import { type TurnStages, turnLatency } from './latency.ts';
import type { Said } from './mouth.ts';
import { resultOf } from './result.ts';
import type { Ledger } from './script/states.ts';
import { Transcript } from './transcript.ts';
import type { TurnTimes } from './turnTypes.ts';

/** Names of the vendors' events in the journal, and in the log. */
const LOGGED = { transcriber: 'deepgram', model: 'anthropic', voice: 'elevenlabs' } as const;

type WithoutTime<E> = E extends CallEvent ? Omit<E, 'atMs'> : never;

export class CallRecord {
  readonly #attempt: AttemptId;
  readonly #journal: CallJournal;
  readonly #log: Log;
  readonly #time: CallTime;
  readonly #transcript = new Transcript();
  readonly #latencies: TurnLatency[] = [];
  readonly #path: string[] = [];
  #stages: TurnStages | null = null;
  #turns = 0;
  #lastSaid = '';

  constructor(attempt: AttemptId, journal: CallJournal, log: Log, time: CallTime) {
    this.#attempt = attempt;
    this.#journal = journal;
    this.#log = log.with({ attempt });
    this.#time = time;
  }

  /** The agent's latest words: what the next answer is an answer to. */
  get lastSaid(): string {
    return this.#lastSaid;
  }

  opened(state: string): void {
    this.#append({ kind: 'line_opened' });
    this.entered(state);
    this.#log.info('call.media_started');
  }

  entered(state: string): void {
    this.#path.push(state);
    this.#append({ kind: 'state_entered', state });
    this.#log.info('script.moved', { code: state });
  }

  answeredBy(verdict: AnsweredBy): void {
    this.#append({ kind: 'answered_by', verdict, source: 'provider' });
    if (verdict !== 'human' && verdict !== 'unknown')
      this.#log.info('call.machine_detected', { code: verdict });
  }

  saying(text: string): void {
    this.#lastSaid = text;
  }

  said(said: Said, cut: boolean): void {
    if (said.text === '') return;
    const line = {
      party: 'agent' as const,
      text: said.text,
      fromMs: Math.round(said.fromMs),
      toMs: Math.round(said.toMs),
    };
    const whole = cut ? { ...line, cut } : line;
    this.#transcript.add(whole);
    this.#append({ kind: 'said', line: whole });
  }

  interrupted(said: Said): void {
    this.said(said, true);
    this.#append({ kind: 'barge_in', heardUpToMs: Math.round(said.toMs) });
    this.#log.info('turn.interrupted');
  }

  cutByEnd(said: Said | null): void {
    if (said !== null) this.said(said, true);
  }

  heard(text: string, times: TurnTimes): void {
    if (text === '') return;
    const fromMs = Math.round(times.startedMs);
    const line = {
      party: 'callee' as const,
      text,
      fromMs,
      toMs: Math.max(fromMs, Math.round(times.quietMs)),
    };
    this.#transcript.add(line);
    this.#append({ kind: 'heard', line });
  }

  /** The latest turn of the callee goes on: what was written about it does not count. */
  takenBack(state: string): void {
    this.#transcript.takeBackCallee();
    this.#stages = null;
    this.#append({ kind: 'taken_back' });
    if (this.#path.at(-1) !== state) this.entered(state);
  }

  understood(move: string, by: 'rules' | 'model' | 'fallback' | 'keypad'): void {
    this.#append({ kind: 'understood', move, by });
  }

  /** A turn of the callee was understood; its answer's first audio completes the measurement. */
  turnUnderstood(times: TurnTimes, understoodBy: TurnStages['understoodBy']): void {
    this.#stages = { times, understoodBy, understoodMs: this.#time.nowMs() };
  }

  /** Audio begins: if it answers a turn, that turn is measured. */
  answered(speech: TurnLatency['speech']): void {
    const stages = this.#stages;
    this.#stages = null;
    if (stages === null) return;
    const latency = turnLatency(++this.#turns, stages, this.#time.nowMs(), speech);
    this.#latencies.push(latency);
    this.#append({ kind: 'turn_measured', latency });
    this.#log.info('turn.completed', { turn: latency.turn, ms: latency.firstAudioMs });
  }

  vendorFailed(vendor: keyof typeof LOGGED, reason: string): void {
    this.#append({ kind: 'vendor_failed', vendor, reason });
    this.#log.warn('vendor.failed', { vendor: LOGGED[vendor], code: reason });
  }

  closed(by: ConversationResult['endedBy'], durationMs: number): void {
    this.#append({ kind: 'line_closed', by });
    this.#log.info('call.ended', { code: by, ms: durationMs });
  }

  result(
    ledger: Ledger,
    brief: ConversationBrief,
    endedBy: ConversationResult['endedBy'],
    durationMs: number,
  ): ConversationResult {
    return resultOf(ledger, brief, {
      transcript: this.#transcript.lines,
      latencies: this.#latencies,
      path: this.#path,
      endedBy,
      durationMs,
    });
  }

  #append(event: WithoutTime<CallEvent>): void {
    this.#journal.append(this.#attempt, { ...event, atMs: Math.round(this.#time.nowMs()) });
  }
}
