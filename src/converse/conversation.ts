/**
 * One call from the open line to its end: feeds the turn machine and the script machine with what happens, and does what they ask.
 * It decides nothing itself.
 *
 *   line, detector, transcriber --> turn machine --> commit --> understand --> script machine --> reply --> mouth --> line
 *
 * Invariants: after `finish` nothing happens any more; every wait is bounded by a timer of this file or of the mouth's.
 */
import type { ConversationBrief, ConversationResult } from '../domain/conversation.ts';
import { unreachable } from '../domain/result.ts';
import type { LineEvent } from '../ports/telephony.ts';
import { Bookings } from './bookings.ts';
import { CallRecord } from './callRecord.ts';
import { CallTime } from './callTime.ts';
import type { ConversationParts } from './conversationParts.ts';
import { Deadlines } from './deadlines.ts';
import { Ears } from './ears.ts';
import { pressed } from './keypad.ts';
import { endOfTurnThreshold, keytermsOf } from './listeningHints.ts';
import type { ConversationLimits } from './limits.ts';
import { Mouth, type MouthListener } from './mouth.ts';
import { CallRecorder } from './recordCall.ts';
import { SORRY_GOODBYE } from './script/prompts.ts';
import { OPENING_STATE, type Reply, type ScriptInput, type ScriptState } from './script/states.ts';
import { transition } from './script/transition.ts';
import { SpokenReplies } from './spokenReplies.ts';
import { openingTurn } from './turn.ts';
import { TurnLoop } from './turnLoop.ts';
import type { TurnEffect, TurnTimes } from './turnTypes.ts';
import { Understandings } from './understandings.ts';
import { voiceSettings } from './voiceSettings.ts';

/** The callee's hello is waited for this long; then the agent speaks first. Together with a cached greeting, audible within 2 s. */
const HELLO_MS = 1_700;

export class Conversation {
  readonly #brief: ConversationBrief;
  readonly #parts: ConversationParts;
  readonly #limits: ConversationLimits;
  readonly #time: CallTime;
  readonly #recorder: CallRecorder;
  readonly #record: CallRecord;
  readonly #ears: Ears;
  readonly #mouth: Mouth;
  readonly #understandings: Understandings;
  readonly #bookings: Bookings;
  readonly #turns: TurnLoop;
  readonly #replies = new SpokenReplies();
  readonly #finished: Promise<ConversationResult>;
  #resolve: (result: ConversationResult) => void = () => undefined;
  #script: ScriptState = OPENING_STATE;
  /** The state in which the callee's latest turn was answered. */
  #committedIn: ScriptState = OPENING_STATE;
  #over = false;
  readonly #deadlines: Deadlines;

  constructor(brief: ConversationBrief, parts: ConversationParts, limits: ConversationLimits) {
    this.#brief = brief;
    this.#parts = parts;
    this.#limits = limits;
    this.#time = new CallTime(parts.clock);
    this.#recorder = new CallRecorder(parts.recordings.create(brief.attempt));
    this.#record = new CallRecord(brief.attempt, parts.journal, parts.log, this.#time);
    const settings = voiceSettings(brief.place);
    this.#mouth = new Mouth(
      {
        ...parts,
        settings,
        limits,
        recorder: this.#recorder,
        time: this.#time,
        session: parts.voice.open(settings),
      },
      this.#whileSpeaking(),
    );
    this.#ears = new Ears(
      {
        transcriber: parts.transcriber,
        keyterms: keytermsOf(brief),
        time: this.#time,
        recorder: this.#recorder,
      },
      {
        turn: (event) => this.#turns.take(event),
        beep: () => this.#ask({ kind: 'beep' }),
        transcriberFailed: (reason, mayReopen) => {
          this.#record.vendorFailed('transcriber', reason);
          if (!mayReopen) this.#ask({ kind: 'must_end', because: 'cannot_hear' });
        },
      },
    );
    this.#understandings = new Understandings(parts.model, limits.understandMs, (ask) =>
      this.#turns.take({ kind: 'understood', atMs: this.#time.nowMs(), ask }),
    );
    this.#bookings = new Bookings(parts.frontDesk, parts.clock, limits.bookMs, (result) =>
      this.#ask({ kind: 'booked', result }),
    );
    this.#turns = new TurnLoop(
      openingTurn(0, { expects: 'hello', patienceMs: HELLO_MS }),
      limits.turn,
      { nowMs: () => this.#time.nowMs(), after: (ms, fn) => parts.clock.after(ms, fn) },
      (effect) => this.#do(effect),
    );
    this.#deadlines = new Deadlines((ms, fn) => parts.clock.after(ms, fn), limits, {
      idle: () => void this.#finish('line'),
      tooLong: () => this.#end('too_long'),
    });
    this.#finished = new Promise((resolve) => (this.#resolve = resolve));
  }

  #whileSpeaking(): MouthListener {
    return {
      firstAudio: (_, speech) => this.#record.answered(speech),
      lineEnded: (utterance, line) => {
        if (this.#replies.ended(utterance, line, this.#time.nowMs()))
          this.#turns.take({ kind: 'protection_over', atMs: this.#time.nowMs(), utterance });
      },
      ended: (utterance, said) => {
        this.#record.said(said, false);
        this.#turns.take({ kind: 'played', atMs: this.#time.nowMs(), utterance });
      },
      failed: (utterance, reason) => this.#voiceFailed(utterance, reason),
    };
  }

  /** Talks until the call is over. `signal`: end politely and soon. */
  run(signal: AbortSignal): Promise<ConversationResult> {
    this.#record.opened(this.#script.where.at);
    this.#ears.open();
    this.#parts.line.listen((event) => this.#onLine(event));
    if (signal.aborted) this.#end('draining');
    else signal.addEventListener('abort', () => this.#end('draining'), { once: true });
    this.#turns.arm();
    return this.#finished;
  }

  #onLine(event: LineEvent): void {
    if (this.#over) return;
    this.#deadlines.alive();
    switch (event.kind) {
      case 'audio':
        return this.#ears.audio(event.mulaw, event.atMs);
      case 'mark':
        return this.#mouth.marked(event.name);
      case 'answered_by':
        this.#record.answeredBy(event.verdict);
        return this.#ask({ kind: 'answered_by', verdict: event.verdict });
      case 'dtmf':
        return this.#keypad(event.digit);
      case 'closed':
        return void this.#finish('callee');
      default:
        return unreachable(event);
    }
  }

  #keypad(digit: string): void {
    const turn = pressed(digit, this.#replies.factsHeardBy(this.#time.nowMs()));
    if (turn === null) return;
    this.#record.understood(turn.move, 'keypad');
    this.#ask({ kind: 'heard', turn }, true);
  }

  #do(effect: TurnEffect): void {
    switch (effect.kind) {
      case 'play':
        return this.#mouth.say(effect.utterance, this.#replies.linesOf(effect.utterance));
      case 'stop': {
        const said = this.#mouth.stop(effect.utterance);
        if (said !== null) this.#record.interrupted(said);
        return;
      }
      case 'resume':
        return this.#mouth.resume(effect.utterance);
      case 'understand':
        return this.#understandings.start(effect.ask, effect.words, {
          where: this.#script.where,
          brief: this.#brief,
          asked: this.#record.lastSaid,
        });
      case 'forget':
        return this.#understandings.forget(effect.ask);
      case 'commit':
        return this.#commit(effect.ask, effect.words, effect.times);
      case 'take_back':
        return this.#takeBack();
      case 'silence':
        return this.#ask({ kind: 'silence' });
      case 'hang_up':
        // What has left us has not reached the ear yet.
        return this.#deadlines.endIn(this.#limits.hangUpGraceMs, () => void this.#finish('agent'));
      default:
        return unreachable(effect);
    }
  }

  /** The callee's turn is over: what it meant goes to the script. */
  #commit(ask: number | null, words: string, times: TurnTimes): void {
    this.#ears.spend();
    this.#committedIn = this.#script;
    this.#record.heard(words, times);
    const understood = ask === null ? null : this.#understandings.take(ask);
    const by = understood?.by ?? 'fallback';
    if (understood?.by === 'fallback' && understood.failure !== null)
      this.#record.vendorFailed('model', understood.failure);
    this.#record.turnUnderstood(times, by);
    if (understood === null || understood.by === 'fallback') {
      this.#record.understood('unclear', 'fallback');
      return this.#ask({ kind: 'unclear', quote: words });
    }
    this.#record.understood(understood.meaning.move, understood.by);
    this.#ask({
      kind: 'heard',
      turn: { ...understood.meaning, factsHeard: this.#replies.factsHeardBy(times.startedMs) },
    });
  }

  /** The callee goes on with the turn that we were answering. */
  #takeBack(): void {
    this.#script = this.#committedIn;
    this.#replies.takeBack();
    this.#record.takenBack(this.#script.where.at);
  }

  /** Puts something to the script and answers as it says. */
  #ask(input: ScriptInput, interrupt = false): void {
    if (this.#over) return;
    const before = this.#script.where.at;
    const [state, reply] = transition(this.#script, input, this.#brief);
    this.#script = state;
    if (state.where.at !== before) this.#record.entered(state.where.at);
    this.#ears.waitForBeep(state.where.at === 'voicemail_wait');
    if (state.ledger.overall === 'opted_out') void this.#parts.journal.flush(this.#brief.attempt);
    if (reply !== null) this.#reply(interrupt ? { ...reply, interrupt } : reply);
  }

  #reply(reply: Reply): void {
    if (reply.book !== null) this.#bookings.start(reply.book);
    this.#ears.expect(endOfTurnThreshold(reply.expects));
    const utterance = this.#replies.begin(reply.say);
    if (utterance !== null) this.#record.saying(reply.say.map((line) => line.text).join(' '));
    this.#turns.take({
      kind: 'reply',
      atMs: this.#time.nowMs(),
      utterance,
      protected: reply.say.some((line) => line.protected === true),
      last: reply.hangUp,
      revocable: reply.book === null,
      interrupt: reply.interrupt,
      floor: { expects: reply.expects, patienceMs: reply.patienceMs },
    });
  }

  /** A line could not be spoken: say the one sentence that is ready, or end without. */
  #voiceFailed(utterance: number, reason: string): void {
    this.#record.vendorFailed('voice', reason);
    const farewell = this.#parts.phrases.get(SORRY_GOODBYE, voiceSettings(this.#brief.place));
    if (this.#script.where.at === 'ended' || farewell === null) {
      this.#ask({ kind: 'must_end', because: 'cannot_speak' });
      return void this.#finish('agent');
    }
    this.#turns.take({ kind: 'played', atMs: this.#time.nowMs(), utterance });
    this.#ask({ kind: 'must_end', because: 'draining' });
  }

  /** Ends with a sentence if there is time for one; the line is closed soon in any case. */
  #end(because: 'draining' | 'too_long'): void {
    if (this.#over || this.#script.where.at === 'ended') return;
    this.#deadlines.endIn(this.#limits.farewellMs, () => void this.#finish('agent'));
    this.#ask({ kind: 'must_end', because });
  }

  async #finish(endedBy: ConversationResult['endedBy']): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#turns.close();
    this.#deadlines.close();
    const durationMs = Math.round(this.#time.nowMs());
    const { turn } = this.#turns;
    if (turn.phase === 'speaking') this.#record.cutByEnd(this.#mouth.stop(turn.utterance));
    this.#understandings.close();
    this.#ears.close();
    this.#mouth.close();
    // Whoever listens to the line's end must find the journal complete.
    if (endedBy === 'agent') await this.#parts.journal.flush(this.#brief.attempt);
    this.#parts.line.close();
    const booked = await this.#bookings.settled();
    if (booked !== null)
      this.#script = transition(this.#script, { kind: 'booked', result: booked }, this.#brief)[0];
    await this.#recorder.finish(durationMs);
    this.#record.closed(endedBy, durationMs);
    await this.#parts.journal.flush(this.#brief.attempt);
    this.#resolve(this.#record.result(this.#script.ledger, this.#brief, endedBy, durationMs));
  }
}
