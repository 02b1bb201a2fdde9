/**
 * The voice of one call on ElevenLabs' multi-context websocket: one socket, one context for each utterance.
 *
 * A context is opened, given its whole text, flushed and closed in one go: what was flushed is still spoken after the close, and
 * only a closed context reports its end. A cancelled utterance has therefore nothing left to send; what still arrives of it is
 * dropped by its id, and it holds its context until the server is done with it. The server allows five at once and ends the
 * socket at the sixth, so the fifth of ours waits.
 *
 * A socket that breaks is made anew for what still waits. What had not sounded yet is said once more; what had is `lost`, because
 * half a sentence said twice is worse than the fallback phrase.
 */
import { WebSocket } from 'ws';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { SpeechChunk, VoiceSession, VoiceSettings } from '../../ports/speech.ts';
import { handshakeFailure, socketFailure } from './failure.ts';
import type { SpeechFailure } from './failure.ts';
import { closeContext, closeSocket, initialise, parseIncoming, say } from './frames.ts';
import { Utterance } from './utterance.ts';

export interface SessionConfig {
  readonly apiKey: string;
  /** `wss://` address of the service, no slash at its end. */
  readonly socketBaseUrl: string;
  readonly connectTimeoutMs: number;
  /** From `speak` to the first audio, waiting for a context included. */
  readonly firstAudioMs: number;
  /** Between two pieces of one utterance. */
  readonly nextAudioMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

const CONTEXTS_MAX = 4;
/** The longest that the service waits for text before it closes an idle socket. */
const INACTIVITY_S = 180;
/** A socket that closed while idle is made anew if it had lived this long; a shorter life would make it a loop. */
const REOPEN_AFTER_MS = 10_000;
/** Handshakes that failed in a row; then the call does without this voice. */
const CONNECT_FAILURES_MAX = 3;
const CLOSE_MS = 1_000;

export class ElevenLabsSession implements VoiceSession {
  readonly #config: SessionConfig;
  readonly #settings: VoiceSettings;
  readonly #url: string;
  /** Sent and not yet final, by context id. */
  readonly #live = new Map<string, Utterance>();
  #waiting: Utterance[] = [];
  #socket: WebSocket | null = null;
  #openSinceMs: number | null = null;
  #count = 0;
  #connectFailures = 0;
  #refused = false;
  #closed = false;

  constructor(config: SessionConfig, settings: VoiceSettings) {
    this.#config = config;
    this.#settings = settings;
    const query = new URLSearchParams({
      model_id: settings.model,
      output_format: 'ulaw_8000',
      auto_mode: 'true',
      sync_alignment: 'true',
      inactivity_timeout: String(INACTIVITY_S),
    });
    const voice = encodeURIComponent(settings.voiceId);
    this.#url = `${config.socketBaseUrl}/v1/text-to-speech/${voice}/multi-stream-input?${query.toString()}`;
    this.#connect();
  }

  speak(text: string, onChunk: (chunk: SpeechChunk) => void): { readonly cancel: () => void } {
    const words = text.trim();
    const utterance = new Utterance(`u${++this.#count}`, words, this.#config.clock, onChunk);
    if (words === '') queueMicrotask(() => utterance.finish());
    else if (this.#closed || this.#refused || this.#connectFailures >= CONNECT_FAILURES_MAX) {
      queueMicrotask(() => utterance.fail(this.#refused ? 'refused' : 'lost'));
    } else {
      utterance.expectWithin(this.#config.firstAudioMs, () => this.#late(utterance));
      this.#waiting.push(utterance);
      if (this.#socket === null) this.#connect();
      this.#pump();
    }
    return { cancel: () => this.#cancel(utterance) };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const utterance of [...this.#live.values(), ...this.#waiting]) utterance.forget();
    this.#live.clear();
    this.#waiting = [];
    const socket = this.#socket;
    if (socket === null) return;
    if (socket.readyState !== socket.OPEN) return socket.terminate();
    socket.send(closeSocket());
    socket.close(1000);
    const cancelCut = this.#config.clock.after(CLOSE_MS, () => socket.terminate());
    socket.once('close', cancelCut);
  }

  #connect(): void {
    const { apiKey, clock, connectTimeoutMs } = this.#config;
    const socket = new WebSocket(this.#url, {
      headers: { 'xi-api-key': apiKey },
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#openSinceMs = null;
    let why: SpeechFailure = 'lost';
    let error: string | null = null;
    const cancelTimeout: Cancel = clock.after(connectTimeoutMs, () => socket.terminate());
    socket.on('open', () => {
      cancelTimeout();
      this.#connectFailures = 0;
      this.#openSinceMs = clock.monotonicMs();
      this.#pump();
    });
    socket.on('unexpected-response', (request, response) => {
      why = handshakeFailure(response.statusCode ?? 0);
      error = `http_${response.statusCode ?? 0}`;
      request.destroy();
      socket.terminate();
    });
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? null : parseIncoming(asText(data));
      if (message === null) return;
      if (message.error !== null) [error, why] = [message.error, socketFailure(message.error)];
      this.#receive(message);
    });
    // What went wrong is told by the close that follows.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      cancelTimeout();
      this.#gone(socket, why, error ?? `close_${code}`);
    });
  }

  #receive(message: NonNullable<ReturnType<typeof parseIncoming>>): void {
    const utterance = message.contextId === null ? undefined : this.#live.get(message.contextId);
    if (utterance === undefined) return;
    utterance.expectWithin(this.#config.nextAudioMs, () => this.#late(utterance));
    utterance.receive(message);
    if (!message.final) return;
    this.#live.delete(utterance.contextId);
    utterance.finish();
    this.#pump();
  }

  /** Sends what waits, as far as there are contexts for it. */
  #pump(): void {
    const socket = this.#socket;
    while (socket?.readyState === WebSocket.OPEN && this.#live.size < CONTEXTS_MAX) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#live.set(next.contextId, next);
      socket.send(initialise(next.contextId, this.#settings));
      socket.send(say(next.contextId, next.text));
      socket.send(closeContext(next.contextId));
    }
  }

  #cancel(utterance: Utterance): void {
    if (this.#waiting.includes(utterance)) {
      utterance.forget();
      this.#waiting = this.#waiting.filter((u) => u !== utterance);
    } else {
      utterance.hush();
    }
  }

  /**
   * Nothing came in time. A context that the server still owes us holds its place for good, so the socket goes with it; unless it
   * is a cancelled one and somebody is being spoken to, who is worth more than a place.
   */
  #late(utterance: Utterance): void {
    if (utterance.silent && [...this.#live.values()].some((u) => !u.silent)) {
      return utterance.expectWithin(this.#config.nextAudioMs, () => this.#late(utterance));
    }
    if (!utterance.silent) this.#report('timeout');
    utterance.fail('timeout');
    this.#waiting = this.#waiting.filter((u) => u !== utterance);
    if (this.#live.delete(utterance.contextId)) this.#socket?.terminate();
  }

  #gone(socket: WebSocket, why: SpeechFailure, code: string): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    if (this.#closed) return;
    const broken = [...this.#live.values()];
    this.#live.clear();
    if (this.#openSinceMs === null) {
      this.#connectFailures += 1;
      this.#refused ||= why === 'refused';
      this.#report(code);
      for (const utterance of this.#waiting.splice(0)) utterance.fail(why);
      return;
    }
    const idleForLong =
      broken.length === 0 && this.#config.clock.monotonicMs() - this.#openSinceMs >= REOPEN_AFTER_MS;
    if (broken.some((u) => !u.silent)) this.#report(code);
    for (const utterance of broken.toReversed()) {
      if (utterance.silent) utterance.forget();
      else if (utterance.begun || utterance.retried || why === 'refused') utterance.fail(why);
      else {
        utterance.retried = true;
        this.#waiting.unshift(utterance);
      }
    }
    if (this.#waiting.length > 0 || idleForLong) this.#connect();
  }

  #report(code: string): void {
    this.#config.log.warn('vendor.failed', { vendor: 'elevenlabs', code });
  }
}

function asText(data: unknown): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8');
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('utf8');
  return Array.isArray(data)
    ? Buffer.concat(data.filter((part) => Buffer.isBuffer(part))).toString('utf8')
    : '';
}
