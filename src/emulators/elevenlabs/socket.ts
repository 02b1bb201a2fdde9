/** The text-to-speech websockets: `stream-input` (one context) and `multi-stream-input` (up to five). */
import type { WebSocket } from 'ws';

import type { SpeakOptions } from '../speech.ts';
import { bytesOf } from '../wire/frames.ts';
import { socketAlignment } from './alignment.ts';
import type { OutputFormat } from './audio.ts';
import { type ClientMessage, readMessage } from './clientMessage.ts';
import { TextBuffer } from './context.ts';
import { type ElevenLabsWorld, type Piece, speak } from './speaking.ts';

export interface SocketSettings {
  readonly multi: boolean;
  readonly voice: SpeakOptions;
  readonly format: OutputFormat;
  readonly autoMode: boolean;
  readonly syncAlignment: boolean;
  readonly inactivityMs: number;
  /** False until a key came, in the handshake or in the first message. */
  readonly authorized: boolean;
}

const CONTEXTS_MAX = 5;
const ONLY = 'default';

interface Context {
  readonly id: string;
  readonly buffer: TextBuffer;
  readonly voice: SpeakOptions;
  /** Speech follows speech: the end of the last one asked for. */
  speaking: Promise<void>;
  closing: boolean;
}

export class SpeechSocket {
  readonly #socket: WebSocket;
  readonly #settings: SocketSettings;
  readonly #world: ElevenLabsWorld;
  readonly #contexts = new Map<string, Context>();
  readonly #gone = new AbortController();
  readonly #idle: NodeJS.Timeout;
  #authorized: boolean;

  constructor(socket: WebSocket, settings: SocketSettings, world: ElevenLabsWorld) {
    this.#socket = socket;
    this.#settings = settings;
    this.#world = world;
    this.#authorized = settings.authorized;
    this.#idle = setTimeout(() => this.#closeIdle(), settings.inactivityMs);
    socket.on('message', (data) => this.#receive(bytesOf(data).toString('utf8')));
    socket.on('close', () => {
      clearTimeout(this.#idle);
      this.#gone.abort();
    });
  }

  #receive(raw: string): void {
    if (this.#gone.signal.aborted) return;
    const { faults } = this.#world;
    const message = readMessage(raw, this.#settings.multi);
    if (typeof message === 'string') return this.#fail('invalid_input_message', message);
    if (message.apiKey !== undefined) this.#authorized = message.apiKey === this.#world.apiKey;
    if (!this.#authorized) return this.#fail('authorization_error', 'Invalid API key.');
    if (faults.take('idle_close') !== undefined) return this.#closeIdle();
    if (faults.take('close_1009') !== undefined) return this.#socket.close(1009, 'Message too big');
    if (message.text !== undefined) this.#idle.refresh();
    if (message.closeSocket) {
      for (const context of this.#contexts.values()) this.#finish(context);
      void this.#closeWhenSilent();
      return;
    }
    this.#hear(message);
  }

  #hear(message: ClientMessage): void {
    const id = this.#settings.multi ? (message.contextId ?? ONLY) : ONLY;
    const known = this.#contexts.get(id);
    // Closing or keeping alive what is not there opens nothing.
    if (known === undefined && (message.closeContext || (this.#settings.multi && message.text === '')))
      return;
    const context = known ?? this.#open(id, message);
    if (context === undefined) return;
    if (known !== undefined && message.voice !== undefined) {
      this.#fail(
        'invalid_input_message',
        'voice_settings can only be sent in the first message of a context.',
      );
      return;
    }
    if (message.schedule !== undefined) context.buffer.schedule = message.schedule;
    if (context.closing) return;
    const ends = !this.#settings.multi && message.text === '';
    const text = context.buffer.add(message.text ?? '', message);
    if (text !== undefined) this.#say(context, text);
    if (ends || message.closeContext) this.#finish(context);
  }

  #open(id: string, { voice, text }: ClientMessage): Context | undefined {
    const { counters, faults } = this.#world;
    if (this.#contexts.size >= CONTEXTS_MAX || faults.take('context_limit') !== undefined) {
      counters.add('contextLimit');
      this.#fail(
        'max_active_conversations',
        `Maximum simultaneous contexts per WebSocket connection exceeded (${CONTEXTS_MAX}). Close a context first.`,
      );
      return undefined;
    }
    if (!this.#settings.multi && text !== ' ') {
      this.#fail('invalid_input_message', 'The first message must have the text " ".');
      return undefined;
    }
    counters.add('contexts');
    const speaker = this.#settings.voice;
    const pace = voice === undefined ? {} : { stretch: (speaker.stretch ?? 1) / voice.speed };
    const buffer = new TextBuffer(this.#settings.autoMode);
    const context = {
      id,
      buffer,
      voice: { ...speaker, ...pace },
      speaking: Promise.resolve(),
      closing: false,
    };
    this.#contexts.set(id, context);
    return context;
  }

  #say(context: Context, text: string): void {
    this.#queue(context, async () => {
      try {
        for await (const piece of speak(text, context.voice, this.#world, this.#gone.signal, 'now'))
          this.#play(context, piece);
      } catch {
        this.#socket.terminate();
      }
    });
  }

  /** One thing after another in a context; contexts do not wait for each other. */
  #queue(context: Context, job: () => Promise<void> | void): void {
    const before = context.speaking;
    context.speaking = (async () => {
      await before;
      await job();
    })();
  }

  #play(context: Context, piece: Piece): void {
    const { syncAlignment, format } = this.#settings;
    this.#world.counters.add('chunks');
    if (context.closing) this.#world.counters.add('chunksAfterClose');
    const alignment = syncAlignment ? socketAlignment(piece.chars, piece.startMs - piece.sentenceMs) : null;
    this.#send({
      audio: Buffer.from(format.encode(piece.mulaw)).toString('base64'),
      ...(this.#settings.multi ? { contextId: context.id } : { isFinal: null }),
      alignment,
      normalizedAlignment: alignment,
    });
  }

  /** Speaks what is left and says that it was all. */
  #finish(context: Context): void {
    if (context.closing) return;
    const rest = context.buffer.flush();
    if (rest !== undefined) this.#say(context, rest);
    context.closing = true;
    this.#queue(context, () => this.#end(context));
  }

  #end(context: Context): void {
    if (this.#gone.signal.aborted) return;
    this.#contexts.delete(context.id);
    const { faults } = this.#world;
    const spelling = faults.take('snake_final') === undefined ? { isFinal: true } : { is_final: true };
    this.#send({ ...spelling, ...(this.#settings.multi ? { contextId: context.id } : {}) });
    if (faults.take('audio_after_close') !== undefined) {
      const mulaw = new Uint8Array(800).fill(0xff);
      this.#play(context, { mulaw, startMs: 0, chars: [], sentenceMs: 0 });
    }
    if (!this.#settings.multi) this.#socket.close(1000);
  }

  async #closeWhenSilent(): Promise<void> {
    await Promise.all([...this.#contexts.values()].map(({ speaking }) => speaking));
    this.#socket.close(1000);
  }

  #closeIdle(): void {
    const seconds = Math.round(this.#settings.inactivityMs / 1000);
    this.#world.counters.add('idleCloses');
    this.#fail(
      'input_timeout_exceeded',
      `Have not received a new text input within the timeout of ${seconds} seconds. Streaming input terminated.`,
    );
  }

  #fail(error: string, message: string): void {
    this.#world.counters.add(`errors.${error}`);
    this.#send({ message, error, code: 1008 });
    this.#gone.abort();
    this.#socket.close(1008, message.slice(0, 120));
  }

  #send(message: object): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
