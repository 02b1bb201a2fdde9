import { WebSocket } from 'ws';
import type { AlertCode } from './alerts.ts';
import { type Call } from './call.ts';
import type { Company } from './company.ts';
import { deferred } from './deferred.ts';
import type { Leg } from './leg.ts';
import { LineTrouble } from './lineTrouble.ts';
import { FRAME_MS } from './mulaw.ts';
import { Playout } from './playout.ts';
import { newSid } from './sids.ts';
import { sign } from './signature.ts';
import type { StreamEnd, StreamRecord } from './streamLog.ts';
import { readStreamMessage, StreamWriter } from './streamMessage.ts';
import { rfc2822 } from './time.ts';

/** A `<Stream>` as TwiML asks for it. */
export interface StreamRequest {
  /** Exactly as written: this is what the upgrade's signature is made over. */
  readonly url: string;
  readonly name: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly statusCallback: { readonly url: string; readonly method: 'GET' | 'POST' } | null;
}

/** Ten minutes of audio; what would go beyond is thrown away. */
const MOST_QUEUED_BYTES = 10 * 60 * 8_000;
/** A reader this far behind gets no more frames until it catches up. */
const MOST_UNSENT_BYTES = 1024 * 1024;
const CLOSE_GRACE_MS = 500;

/**
 * One bidirectional media stream, Twilio being the websocket's client:
 *
 *   connect -> connected, start -> media every 20 ms, dtmf, mark -> (stop ->) close
 *
 * It ends when the server closes, when the connection breaks, or when it is stopped (hang-up, new instructions); only the
 * last says `stop` first. Every ending but a failed connection tells the status callback `stream-stopped`.
 */
export class MediaStream {
  readonly #company: Company;
  readonly #call: Call;
  readonly #leg: Leg;
  readonly #request: StreamRequest;
  readonly #calleeHangsUp: () => void;
  readonly #sid = newSid('MZ');
  readonly #playout = new Playout();
  readonly #writer: StreamWriter;
  readonly #warned = new Set<AlertCode>();
  readonly #record: StreamRecord;
  readonly #ended = deferred<StreamEnd>();
  #socket: WebSocket | null = null;
  #over = false;
  #unplug: () => void = () => undefined;

  constructor(company: Company, call: Call, leg: Leg, request: StreamRequest, calleeHangsUp: () => void) {
    this.#company = company;
    this.#call = call;
    this.#leg = leg;
    this.#request = request;
    this.#calleeHangsUp = calleeHangsUp;
    this.#writer = new StreamWriter({
      accountSid: company.accountSid,
      callSid: call.sid,
      streamSid: this.#sid,
      customParameters: request.parameters,
    });
    this.#record = company.streams.open({
      streamSid: this.#sid,
      callSid: call.sid,
      url: request.url,
      insecure: request.url.startsWith('ws:'),
      startedAtMs: company.time.nowMs(),
    });
  }

  /** Runs the stream to its end. When the signal aborts it is stopped: `stop` is sent and the socket closed. */
  async run(signal: AbortSignal): Promise<StreamEnd> {
    const stop = (): void => this.#stop();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) this.#ended.resolve('stopped');
    else this.#connect();
    const end = await this.#ended.promise;
    signal.removeEventListener('abort', stop);
    this.#unplug();
    this.#record.end = end;
    this.#record.endedAtMs = this.#company.time.nowMs();
    if (end === 'broken') this.#company.alerts.raise(31921, this.#where());
    if (end !== 'failed') this.#tell('stream-stopped');
    return end;
  }

  #connect(): void {
    const company = this.#company;
    const wrong = streamUrlProblem(this.#request.url);
    if (wrong !== null) {
      this.#fail(...wrong);
      return;
    }
    const refused = company.faults.use('stream_refused', this.#call.request.to);
    if (refused !== null) {
      this.#fail(31920, `the server answered ${refused.status}`);
      return;
    }
    const socket = new WebSocket(this.#request.url, {
      headers: {
        'x-twilio-signature': sign(company.authToken, this.#request.url, []),
        'user-agent': 'Twilio.TmeWs/1.0',
      },
      perMessageDeflate: false,
      handshakeTimeout: company.streamConnectTimeoutMs,
      maxPayload: 16 * 1024 * 1024,
    });
    this.#socket = socket;
    let open = false;
    socket.on('open', () => {
      open = true;
      this.#begin(socket);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      socket.terminate();
      this.#fail(31920, `the server answered ${response.statusCode ?? 0}`);
    });
    socket.on('error', (error: Error & { readonly code?: string }) => {
      if (open) return;
      if (error.message.includes('timed out')) this.#fail(31901, error.message);
      else this.#fail(error.code === 'ECONNREFUSED' ? 31902 : 31924, error.message);
    });
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
    socket.on('close', (code) => {
      if (open) this.#ended.resolve(code === 1006 ? 'broken' : 'closed_by_server');
    });
  }

  #begin(socket: WebSocket): void {
    const trouble = new LineTrouble(this.#company.faults, this.#call.request.to);
    let startTick: number | null = null;
    socket.send(this.#writer.connected());
    socket.send(this.#writer.start());
    this.#tell('stream-started');
    const unlisten = this.#leg.onKey((digit) => this.#send(this.#writer.dtmf(digit)));
    const unplug = this.#leg.plug({
      speak: (frame) => {
        this.#record.bytesPlayed += this.#playout.play(frame);
        for (const name of this.#playout.passedMarks()) this.#echo(name);
        if (trouble.hangsUp(this.#record.bytesPlayed)) this.#calleeHangsUp();
      },
      hear: (frame, tick) => {
        startTick ??= tick;
        this.#hear(socket, trouble, frame, (tick - startTick) * FRAME_MS);
      },
    });
    this.#unplug = () => {
      unlisten();
      unplug();
    };
  }

  #hear(socket: WebSocket, trouble: LineTrouble, frame: Uint8Array, atMs: number): void {
    for (const digit of trouble.keys(atMs)) this.#leg.press(digit);
    if (trouble.cuts(atMs)) {
      socket.terminate();
      return;
    }
    if (trouble.loses(atMs) || socket.bufferedAmount > MOST_UNSENT_BYTES) return;
    for (const message of trouble.release(this.#writer.media(frame, atMs), atMs)) {
      this.#record.framesSent += 1;
      this.#send(message);
    }
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.#warn(31950, 'a binary frame');
      return;
    }
    const message = readStreamMessage(data.toString('utf8'), this.#sid);
    if (typeof message === 'string') {
      this.#warn(31951, message);
      return;
    }
    switch (message.event) {
      case 'media':
        this.#record.bytesReceived += message.audio.byteLength;
        if (this.#playout.queuedBytes + message.audio.byteLength > MOST_QUEUED_BYTES) {
          this.#record.bytesCleared += message.audio.byteLength;
          this.#warn(31931, '');
        } else this.#playout.put(message.audio);
        return;
      case 'mark':
        if (this.#playout.mark(message.name)) this.#echo(message.name);
        return;
      case 'clear':
        this.#record.clears += 1;
        this.#record.bytesCleared += this.#playout.queuedBytes;
        for (const name of this.#playout.clear()) this.#echo(name);
        return;
      default:
        message satisfies never;
    }
  }

  #echo(name: string): void {
    this.#record.marksEchoed += 1;
    this.#send(this.#writer.mark(name));
  }

  #send(message: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(message);
  }

  #stop(): void {
    const socket = this.#socket;
    this.#over = true;
    this.#send(this.#writer.stop());
    this.#unplug();
    this.#ended.resolve('stopped');
    if (socket === null) return;
    if (socket.readyState === WebSocket.OPEN) socket.close(1000);
    else socket.terminate();
    // Not one of the emulator's timers: those are gone when the emulator closes, and the socket must still go.
    const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  /** The stream never began. Closing the half-open socket makes it say so again; that is not news. */
  #fail(code: AlertCode, detail: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#company.alerts.raise(code, this.#where(), detail);
    this.#tell('stream-error', `${code}: ${detail}`);
    this.#ended.resolve('failed');
  }

  /** Each kind of warning is raised once a stream, however often it happens. */
  #warn(code: AlertCode, detail: string): void {
    this.#record.ignored += 1;
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.#company.alerts.raise(code, this.#where(), detail);
  }

  #where(): { readonly callSid: string; readonly streamSid: string; readonly url: string } {
    return { callSid: this.#call.sid, streamSid: this.#sid, url: this.#request.url };
  }

  #tell(event: 'stream-started' | 'stream-stopped' | 'stream-error', error: string | null = null): void {
    const { statusCallback, name } = this.#request;
    if (statusCallback === null) return;
    void this.#company.webhooks.send({
      purpose: 'stream',
      ...statusCallback,
      to: this.#call.request.to,
      callSid: this.#call.sid,
      params: [
        ['AccountSid', this.#company.accountSid],
        ['CallSid', this.#call.sid],
        ['StreamSid', this.#sid],
        ['StreamName', name ?? this.#sid],
        ['StreamEvent', event],
        ...(error === null ? [] : [['StreamError', error] as const]),
        ['Timestamp', rfc2822(this.#company.time.nowMs())],
      ],
    });
  }
}

/** Why Twilio would not connect to this URL; null when it would (or when it is the loopback ws:// that only we allow). */
function streamUrlProblem(url: string): [AlertCode, string] | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null) return [31923, 'not an absolute URL'];
  const loopback = /^(?:127\.[\d.]+|localhost|\[::1\])$/.test(parsed.hostname);
  if (parsed.protocol !== 'wss:' && !(parsed.protocol === 'ws:' && loopback))
    return [31923, 'only wss:// is supported'];
  return url.includes('?') ? [31920, 'a query string is not supported'] : null;
}
