import { randomUUID } from 'node:crypto';

import type { WebSocket } from 'ws';

import { delayOf } from '../profiles.ts';
import { bytesOf } from '../wire/frames.ts';
import { isObject, type JsonObject, numberOf, parseObject, stringOf } from '../wire/json.ts';
import { OrderedDelay } from '../wire/orderedDelay.ts';
import { type FluxQuery, thresholdsOf } from './query.ts';
import { type Heard, Recogniser } from './recognition.ts';
import {
  FIRST_TURN,
  forceEnd,
  type Pause,
  resumeTurn,
  stepTurn,
  textOf,
  type Turn,
  type TurnEvent,
} from './turns.ts';
import { type DeepgramWorld, IDLE_CLOSE, seconds } from './world.ts';

/** One /v2/listen connection: audio in, turns out. */
export class FluxSocket {
  readonly #socket: WebSocket;
  readonly #world: DeepgramWorld;
  readonly #requestId = randomUUID();
  readonly #recogniser: Recogniser;
  readonly #outbox = new OrderedDelay();
  readonly #idle: NodeJS.Timeout;
  /** Takes audio and says nothing: by fault, or because the socket is about to close. */
  #deaf: boolean;
  #query: FluxQuery;
  #turn: Turn = FIRST_TURN;
  #sequence = 0;
  #byTimeoutOnly = false;
  #lateMs = 0;
  #slowLagMs: number | undefined;

  constructor(socket: WebSocket, query: FluxQuery, world: DeepgramWorld) {
    this.#socket = socket;
    this.#query = query;
    this.#world = world;
    this.#recogniser = new Recogniser(world.registry.listen(), world.wordErrorRate, world.random);
    this.#deaf = world.faults.take('no_progress') !== undefined;
    this.#idle = setTimeout(() => socket.close(IDLE_CLOSE.code, IDLE_CLOSE.reason), world.idleMs.flux);
    socket.on('message', (data, isBinary) => {
      this.#idle.refresh();
      if (isBinary) this.#audio(bytesOf(data));
      else this.#control(bytesOf(data).toString('utf8'));
    });
    socket.on('ping', () => this.#idle.refresh());
    socket.on('close', () => {
      clearTimeout(this.#idle);
      this.#outbox.stop();
    });
    this.#say({ type: 'Connected', request_id: this.#requestId }, 0);
  }

  #audio(mulaw: Uint8Array): void {
    this.#world.counters.add('audioBytes', mulaw.length);
    if (this.#world.faults.take('net_0001') !== undefined) {
      this.#socket.close(IDLE_CLOSE.code, IDLE_CLOSE.reason);
      return;
    }
    for (const heard of this.#recogniser.take(mulaw)) {
      if (this.#deaf) return;
      this.#step(heard);
    }
  }

  #step(heard: Heard): void {
    const settings = this.#byTimeoutOnly
      ? { ...this.#query.settings, endThreshold: 1, eagerThreshold: null }
      : this.#query.settings;
    const [turn, events] = stepTurn(this.#turn, heard, settings, () => this.#newPause());
    this.#turn = turn;
    for (const event of events) this.#tell(event);
    if (this.#turn.phase === 'awaiting_end' && this.#world.faults.take('resume_after_eager') !== undefined) {
      const [resumed, event] = resumeTurn(this.#turn, heard.audioMs, [], []);
      this.#turn = resumed;
      this.#tell(event);
    }
  }

  #newPause(): Pause {
    const { endOfTurn, eagerSaving } = this.#world.profile;
    return {
      lagMs: this.#slowLagMs ?? delayOf(endOfTurn, this.#world.random),
      savingMs: delayOf(eagerSaving, this.#world.random),
    };
  }

  #tell(event: TurnEvent): void {
    const { profile, random, counters, faults } = this.#world;
    counters.add(`flux.${event.event}`);
    if (event.event === 'StartOfTurn') {
      this.#byTimeoutOnly = faults.take('end_by_timeout') !== undefined;
      this.#lateMs = faults.take('late_results')?.lateMs ?? 0;
      this.#slowLagMs = faults.take('slow_end')?.lagMs;
      if (faults.take('error_frame') !== undefined) {
        this.#fail('INTERNAL_SERVER_ERROR', 'An internal server error occurred while processing the audio.');
        return;
      }
      const close = faults.take('close_mid_turn');
      if (close !== undefined) {
        this.#deaf = true;
        this.#outbox.after(0, () => this.#socket.close(close.code, 'closed by the server'));
        return;
      }
    }
    const final = event.event === 'EndOfTurn' || event.event === 'EagerEndOfTurn';
    const delayMs = delayOf(final ? profile.finalTranscript : profile.partialTranscript, random);
    this.#say(this.#turnInfo(event), delayMs + this.#lateMs);
    if (event.event === 'EndOfTurn') {
      this.#byTimeoutOnly = false;
      this.#lateMs = 0;
    }
  }

  #turnInfo(event: TurnEvent): JsonObject {
    return {
      type: 'TurnInfo',
      request_id: this.#requestId,
      event: event.event,
      turn_index: event.index,
      audio_window_start: seconds(event.fromMs),
      audio_window_end: seconds(event.toMs),
      transcript: textOf(event),
      words: event.words.map(({ word, confidence, startMs, endMs }) => ({
        word,
        confidence: Math.round(confidence * 1e4) / 1e4,
        start: seconds(startMs),
        end: seconds(endMs),
      })),
      end_of_turn_confidence: Math.round(event.confidence * 1e4) / 1e4,
      ...(event.trigger === undefined ? {} : { trigger: event.trigger }),
    };
  }

  #control(text: string): void {
    const message = parseObject(text);
    switch (message?.['type']) {
      case 'Configure':
        this.#configure(message);
        return;
      case 'CloseStream':
        this.#world.counters.add('closeStream');
        this.#outbox.after(0, () => this.#socket.close(1000));
        return;
      case 'ForceEndTurn': {
        if (!this.#world.forceEndTurn) break;
        const [turn, events] = forceEnd(this.#turn, this.#recogniser.audioMs);
        this.#turn = turn;
        for (const event of events) this.#tell(event);
        return;
      }
      default:
        break;
    }
    this.#fail('UNPARSABLE_CLIENT_MESSAGE', 'The client sent a message that could not be parsed.');
  }

  #configure(message: JsonObject): void {
    const configured = configure(message, this.#query);
    this.#world.counters.add(configured === undefined ? 'configureFailures' : 'configures');
    if (configured === undefined) {
      this.#say({ type: 'ConfigureFailure', request_id: this.#requestId }, 0);
      return;
    }
    this.#query = configured;
    const { settings, keyterms, languageHints } = configured;
    this.#say(
      {
        type: 'ConfigureSuccess',
        request_id: this.#requestId,
        thresholds: {
          eot_threshold: settings.endThreshold,
          eot_timeout_ms: settings.timeoutMs,
          ...(settings.eagerThreshold === null ? {} : { eager_eot_threshold: settings.eagerThreshold }),
        },
        keyterms,
        ...(languageHints.length === 0 ? {} : { language_hints: languageHints }),
      },
      0,
    );
  }

  #fail(code: string, description: string): void {
    this.#world.counters.add('errors');
    this.#deaf = true;
    this.#say({ type: 'Error', code, description }, 0);
    this.#outbox.after(0, () => this.#socket.close(1008, code));
  }

  #say(message: JsonObject, delayMs: number): void {
    const sequence_id = this.#sequence;
    this.#sequence += 1;
    this.#outbox.after(delayMs, () => this.#socket.send(JSON.stringify({ ...message, sequence_id })));
  }
}

/** The query after a Configure message; undefined when the message is out of bounds. */
function configure(message: JsonObject, before: FluxQuery): FluxQuery | undefined {
  const known = ['type', 'thresholds', 'keyterms', 'language_hints', 'numerals'];
  const thresholds = message['thresholds'] ?? {};
  if (!isObject(thresholds) || Object.keys(message).some((key) => !known.includes(key))) return undefined;
  const names = ['eot_threshold', 'eager_eot_threshold', 'eot_timeout_ms'];
  const wrong = Object.entries(thresholds).some(
    ([name, value]) => !names.includes(name) || numberOf(value) === undefined,
  );
  const keyterms = textsOf(message['keyterms'], before.keyterms);
  const languageHints = textsOf(message['language_hints'], before.languageHints);
  if (wrong || keyterms === undefined || languageHints === undefined) return undefined;
  const settings = thresholdsOf(
    {
      end: numberOf(thresholds['eot_threshold']) ?? null,
      eager: numberOf(thresholds['eager_eot_threshold']) ?? null,
      timeoutMs: numberOf(thresholds['eot_timeout_ms']) ?? null,
    },
    before.settings,
  );
  return 'problem' in settings ? undefined : { settings, keyterms, languageHints };
}

function textsOf(given: unknown, before: readonly string[]): readonly string[] | undefined {
  if (given === undefined) return before;
  const texts: readonly unknown[] = Array.isArray(given) ? given : [given];
  const strings = texts.flatMap((text) => stringOf(text) ?? []);
  return strings.length === texts.length ? strings : undefined;
}
