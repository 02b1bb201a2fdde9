/**
 * What Deepgram's two streaming services have in common: one connection for one call, opened once. The SDK would reconnect by
 * itself up to thirty times and hide that the new connection knows nothing of the old one's turns; here a stream that breaks has
 * failed, says so, and the conversation decides whether to open another.
 */
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { TranscriberEvent } from '../../ports/speech.ts';
import { Chunks } from './chunks.ts';

export interface DeepgramConfig {
  readonly apiKey: string;
  /** Null for the vendor's own. */
  readonly baseUrl: string | null;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export type FailedReason = Extract<TranscriberEvent, { kind: 'failed' }>['reason'];

/** The part of the SDK's sockets that both versions share. */
export interface VendorSocket {
  /** Registers the listeners and starts to connect. */
  start(on: {
    readonly open: () => void;
    readonly message: (message: unknown) => void;
    readonly close: () => void;
    readonly error: (message: string) => void;
  }): void;
  sendMedia(chunk: Uint8Array): void;
  /** Tells the server that no more comes. */
  sayGoodbye(): void;
  /** Bytes that have not left this machine. */
  readonly unsentBytes: number;
}

/** Audio said while the connection is being made is kept this long: it holds the callee's "hello". */
const EARLY_MAX_BYTES = 3 * 8_000;
/** A network that has not taken ten seconds of audio will not come back within the call. */
const UNSENT_MAX_BYTES = 10 * 8_000;

export interface ListenHandlers<S extends VendorSocket> {
  readonly opened: (socket: S) => void;
  readonly message: (message: unknown) => void;
  /** At most once, and nothing after it. */
  readonly failed: (reason: FailedReason) => void;
}

export class ListenSocket<S extends VendorSocket> {
  readonly #config: DeepgramConfig;
  readonly #on: ListenHandlers<S>;
  /** One for each stream: a shared signal would gather a listener with every call. */
  readonly #abort = new AbortController();
  readonly #chunks = new Chunks();
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #socket: S | null = null;
  #over = false;

  constructor(config: DeepgramConfig, connect: (signal: AbortSignal) => Promise<S>, on: ListenHandlers<S>) {
    this.#config = config;
    this.#on = on;
    void this.#connect(connect);
  }

  /** The open socket, for the service's own messages; null before and after. */
  get open(): S | null {
    return this.#socket;
  }

  send(mulaw: Uint8Array): void {
    if (this.#socket !== null) return this.#pass(this.#socket, mulaw);
    if (this.#over || this.#earlyBytes + mulaw.length > EARLY_MAX_BYTES) return;
    this.#early.push(mulaw);
    this.#earlyBytes += mulaw.length;
  }

  fail(reason: FailedReason, code: string): void {
    if (this.#over) return;
    this.#end();
    this.#config.log.warn('vendor.failed', { vendor: 'deepgram', code });
    this.#on.failed(reason);
  }

  close(): void {
    if (this.#over) return;
    this.#socket?.sayGoodbye();
    this.#end();
  }

  async #connect(connect: (signal: AbortSignal) => Promise<S>): Promise<void> {
    let socket: S;
    try {
      socket = await connect(this.#abort.signal);
    } catch {
      return this.fail('lost', 'connect');
    }
    if (this.#over) return;
    socket.start({
      open: () => surface(() => this.#opened(socket)),
      message: (message) => {
        if (!this.#over) surface(() => this.#on.message(message));
      },
      // A refused handshake is reported as a close and, in the same breath, as an error that says more.
      close: () => queueMicrotask(() => this.fail('lost', this.#socket === null ? 'connect' : 'closed')),
      error: (message) => this.fail(handshakeReason(message), handshakeCode(message)),
    });
  }

  #opened(socket: S): void {
    if (this.#over) return;
    this.#socket = socket;
    this.#on.opened(socket);
    const early = this.#early;
    this.#early = [];
    for (const mulaw of early) this.#pass(socket, mulaw);
  }

  #pass(socket: S, mulaw: Uint8Array): void {
    for (const chunk of this.#chunks.push(mulaw)) socket.sendMedia(chunk);
    if (socket.unsentBytes > UNSENT_MAX_BYTES) this.fail('lost', 'backpressure');
  }

  #end(): void {
    this.#over = true;
    this.#early = [];
    this.#socket = null;
    this.#abort.abort();
  }
}

/** The SDK prints what a listener throws and goes on; a bug of ours is to be seen as one. */
function surface(fn: () => void): void {
  try {
    fn();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The status of a refused handshake, which the SDK gives in a sentence only. */
const statusOf = (message: string): number | null => {
  const status = /Unexpected server response: (\d{3})/.exec(message)?.[1];
  return status === undefined ? null : Number(status);
};

function handshakeReason(message: string): FailedReason {
  const status = statusOf(message);
  if (status === 401 || status === 402 || status === 403) return 'refused';
  if (status === 429) return 'rate_limited';
  if (status !== null && status >= 400 && status < 500) return 'protocol';
  return 'lost';
}

const handshakeCode = (message: string): string => {
  const status = statusOf(message);
  return status === null ? 'connect' : `http_${status}`;
};
