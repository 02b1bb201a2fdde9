import { createHash, type Hash, randomUUID } from 'node:crypto';

import type { WebSocket } from 'ws';

import { delayOf } from '../profiles.ts';
import { bytesOf } from '../wire/frames.ts';
import { type JsonObject, parseObject } from '../wire/json.ts';
import { OrderedDelay } from '../wire/orderedDelay.ts';
import { finalizeNova, NOVA_START, type NovaEvent, type NovaState, stepNova } from './novaResults.ts';
import { alternativeOf, MODEL_UUID, modelInfo } from './novaWords.ts';
import type { NovaQuery } from './query.ts';
import { Recogniser } from './recognition.ts';
import { type DeepgramWorld, IDLE_CLOSE, seconds } from './world.ts';

/** One /v1/listen websocket: audio in, results out. */
export class NovaSocket {
  readonly #socket: WebSocket;
  readonly #query: NovaQuery;
  readonly #world: DeepgramWorld;
  readonly #requestId = randomUUID();
  readonly #recogniser: Recogniser;
  readonly #outbox = new OrderedDelay();
  readonly #sha: Hash = createHash('sha256');
  readonly #idle: NodeJS.Timeout;
  readonly #deaf: boolean;
  #state: NovaState = NOVA_START;

  constructor(socket: WebSocket, query: NovaQuery, world: DeepgramWorld) {
    this.#socket = socket;
    this.#query = query;
    this.#world = world;
    this.#recogniser = new Recogniser(world.registry.listen(), world.wordErrorRate, world.random);
    this.#deaf = world.faults.take('no_progress') !== undefined;
    this.#idle = setTimeout(() => socket.close(IDLE_CLOSE.code, IDLE_CLOSE.reason), world.idleMs.nova);
    socket.on('message', (data, isBinary) => {
      this.#idle.refresh();
      if (isBinary) this.#audio(bytesOf(data));
      else this.#control(bytesOf(data).toString('utf8'));
    });
    socket.on('close', () => {
      clearTimeout(this.#idle);
      this.#outbox.stop();
    });
  }

  #audio(mulaw: Uint8Array): void {
    const { counters, faults } = this.#world;
    counters.add('audioBytes', mulaw.length);
    this.#sha.update(mulaw);
    if (faults.take('net_0001') !== undefined) this.#socket.close(IDLE_CLOSE.code, IDLE_CLOSE.reason);
    if (this.#deaf) return;
    for (const heard of this.#recogniser.take(mulaw)) {
      const [state, events] = stepNova(this.#state, heard, this.#query);
      this.#state = state;
      for (const event of events) this.#tell(event);
      const close = heard.words.length > 0 ? faults.take('close_mid_turn') : undefined;
      if (close !== undefined)
        this.#outbox.after(0, () => this.#socket.close(close.code, 'closed by the server'));
    }
  }

  #control(text: string): void {
    switch (parseObject(text)?.['type']) {
      case 'KeepAlive':
        this.#world.counters.add('keepAlives');
        return;
      case 'Finalize':
        this.#finalize();
        return;
      case 'CloseStream':
        this.#world.counters.add('closeStream');
        if (this.#state.words.length > 0) this.#finalize();
        this.#say(this.#metadata(), 0);
        this.#outbox.after(0, () => this.#socket.close(1000));
        return;
      default:
        this.#socket.close(1008, 'DATA-0000: the message could not be parsed');
    }
  }

  #finalize(): void {
    const [state, event] = finalizeNova(this.#state, this.#recogniser.audioMs);
    this.#state = state;
    this.#tell(event);
  }

  #tell(event: NovaEvent): void {
    const { profile, random, counters, faults } = this.#world;
    switch (event.kind) {
      case 'speech_started':
        this.#say({ type: 'SpeechStarted', channel: [0, 1], timestamp: seconds(event.atMs) }, 0);
        return;
      case 'utterance_end': {
        const last_word_end = seconds(event.lastWordEndMs);
        this.#say({ type: 'UtteranceEnd', channel: [0, 1], last_word_end }, 0);
        return;
      }
      case 'results': {
        counters.add(event.speechFinal ? 'nova.speechFinal' : event.isFinal ? 'nova.final' : 'nova.interim');
        const delay = event.isFinal ? profile.finalTranscript : profile.partialTranscript;
        const lateMs = event.isFinal ? (faults.take('late_results')?.lateMs ?? 0) : 0;
        this.#say(this.#results(event), delayOf(delay, random) + lateMs);
        return;
      }
      default:
        return event satisfies never;
    }
  }

  #results(event: Extract<NovaEvent, { readonly kind: 'results' }>): JsonObject {
    return {
      type: 'Results',
      channel_index: [0, 1],
      duration: seconds(event.toMs - event.fromMs),
      start: seconds(event.fromMs),
      is_final: event.isFinal,
      speech_final: event.speechFinal,
      from_finalize: event.fromFinalize,
      channel: { alternatives: [alternativeOf(event.words, this.#query.formatted)] },
      metadata: {
        request_id: this.#requestId,
        model_info: modelInfo(this.#query.model),
        model_uuid: MODEL_UUID,
      },
    };
  }

  #metadata(): JsonObject {
    return {
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: this.#requestId,
      sha256: this.#sha.digest('hex'),
      created: new Date().toISOString(),
      duration: seconds(this.#recogniser.audioMs),
      channels: 1,
    };
  }

  #say(message: JsonObject, delayMs: number): void {
    this.#outbox.after(delayMs, () => this.#socket.send(JSON.stringify(message)));
  }
}
