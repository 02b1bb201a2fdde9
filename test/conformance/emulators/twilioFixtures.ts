/** What every test of the emulated Twilio stands on: a network of scripted phones, a server of ours, and Twilio's own SDK. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import twilio from 'twilio';
import { onTestFinished, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AnsweredBy, Handset, PhoneLine, PhoneNetwork, Ringing } from '../../../src/emulators/phone.ts';
import type { TwilioEmulatorOptions } from '../../../src/emulators/twilio/options.ts';
import {
  startTwilioEmulator,
  type TwilioEmulator,
} from '../../../src/emulators/twilio/startTwilioEmulator.ts';

export const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
export const TOKEN = 'f'.repeat(32);
export const FROM = '+15555550100';
export const TO = '+15555550123';
export const FRAME = 160;

/** Waits for a condition; the bound only matters when it fails. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 8_000, interval: 5 });
}

/** A phone that says the frames it is told to say and remembers what it heard. */
export class ScriptedHandset implements Handset {
  line: PhoneLine | null = null;
  readonly heard: Uint8Array[] = [];
  hungUp = 0;
  /** Said in order, one per tick; then silence. */
  readonly toSay: Uint8Array[] = [];

  connected(line: PhoneLine): void {
    this.line = line;
  }

  tick(earpiece: Uint8Array): Uint8Array {
    this.heard.push(earpiece);
    return this.toSay.shift() ?? new Uint8Array(FRAME).fill(0xff);
  }

  disconnected(): void {
    this.hungUp += 1;
  }

  /** Everything heard so far that is not silence, as one string of byte values' characters. */
  sounds(): readonly number[] {
    return this.heard.flatMap((frame) => [...frame]).filter((code) => code !== 0xff);
  }
}

class ScriptedNetwork implements PhoneNetwork {
  readonly handsets: ScriptedHandset[] = [];
  readonly rung: { readonly callSid: string; readonly to: string; readonly from: string }[] = [];
  /** What ringing a number does; anything else is answered by a human at once. */
  readonly plans = new Map<string, (handset: ScriptedHandset) => Ringing>();

  ring(call: { readonly callSid: string; readonly from: string; readonly to: string }): Ringing {
    this.rung.push(call);
    const handset = new ScriptedHandset();
    this.handsets.push(handset);
    return this.plans.get(call.to)?.(handset) ?? answers(handset);
  }

  /** The phone answered last. */
  get handset(): ScriptedHandset {
    const last = this.handsets.at(-1);
    if (last === undefined) throw new Error('nobody was rung');
    return last;
  }
}

export function answers(handset: Handset, answeredBy: AnsweredBy = { who: 'human' }, afterMs = 0): Ringing {
  return { kind: 'answers', afterMs, handset, answeredBy };
}

/** A webhook as our server got it. */
export interface Hook {
  readonly path: string;
  readonly url: string;
  readonly method: string;
  readonly params: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly atMs: number;
}

type Answer = (
  hook: Hook,
) => { readonly status?: number; readonly body?: string; readonly type?: string } | null;

/** Our side of the wire: webhooks and the media socket. */
class OurServer {
  readonly hooks: Hook[] = [];
  readonly upgrades: {
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly raw: string[];
  }[] = [];
  readonly streams: OurStream[] = [];
  /** How a path is answered; otherwise 204. null = never. */
  readonly answers = new Map<string, Answer>();
  url = '';
  ws = '';

  hooksTo(path: string): readonly Hook[] {
    return this.hooks.filter((hook) => hook.path === path);
  }

  /** The media stream opened last, once there is one. */
  async stream(index = 0): Promise<OurStream> {
    return eventually(() => {
      const stream = this.streams[index];
      if (stream === undefined) throw new Error('no stream yet');
      return stream;
    });
  }
}

/** A media stream as our side sees it. */
export class OurStream {
  readonly messages: { readonly atMs: number; readonly message: StreamFrame }[] = [];
  closed: number | null = null;
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      this.messages.push({ atMs: performance.now(), message: parseFrame(data.toString()) });
    });
    socket.on('close', (code) => {
      this.closed = code;
    });
    socket.on('error', () => undefined);
  }

  of(event: string): readonly StreamFrame[] {
    return this.messages.filter(({ message }) => message.event === event).map(({ message }) => message);
  }

  get sid(): string {
    return this.of('start')[0]?.streamSid ?? '';
  }

  async started(): Promise<string> {
    return eventually(() => {
      if (this.sid === '') throw new Error('not started');
      return this.sid;
    });
  }

  say(audio: Uint8Array): void {
    const payload = Buffer.from(audio).toString('base64');
    this.socket.send(JSON.stringify({ event: 'media', streamSid: this.sid, media: { payload } }));
  }

  mark(name: string): void {
    this.socket.send(JSON.stringify({ event: 'mark', streamSid: this.sid, mark: { name } }));
  }

  clear(): void {
    this.socket.send(JSON.stringify({ event: 'clear', streamSid: this.sid }));
  }

  /** Names of the marks echoed so far. */
  marks(): readonly (string | undefined)[] {
    return this.of('mark').map((frame) => frame.mark?.name);
  }
}

export interface StreamFrame {
  readonly event: string;
  readonly sequenceNumber?: string;
  readonly streamSid?: string;
  readonly start?: Record<string, unknown>;
  readonly media?: {
    readonly track: string;
    readonly chunk: string;
    readonly timestamp: string;
    readonly payload: string;
  };
  readonly dtmf?: { readonly track: string; readonly digit: string };
  readonly mark?: { readonly name: string };
  readonly stop?: Record<string, unknown>;
}

function parseFrame(text: string): StreamFrame {
  const frame: unknown = JSON.parse(text);
  if (typeof frame !== 'object' || frame === null || !('event' in frame))
    throw new Error(`no frame: ${text}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tests assert the fields themselves
  return frame as StreamFrame;
}

async function startOurServer(): Promise<OurServer> {
  const ours = new OurServer();
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const target = incoming.url ?? '/';
      const parsed = new URL(target, ours.url);
      const form = new URLSearchParams(Buffer.concat(parts).toString());
      const hook: Hook = {
        path: parsed.pathname,
        url: ours.url + target,
        method: incoming.method ?? '',
        params: Object.fromEntries(form),
        headers: incoming.headers,
        atMs: performance.now(),
      };
      ours.hooks.push(hook);
      const asked = ours.answers.get(parsed.pathname);
      const answer = asked === undefined ? { status: 204 } : asked(hook);
      if (answer === null) return;
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type ?? 'text/xml' });
      response.end(answer.body ?? '');
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, incoming) => {
    ours.upgrades.push({
      url: ours.ws + (incoming.url ?? ''),
      headers: incoming.headers,
      raw: incoming.rawHeaders,
    });
    ours.streams.push(new OurStream(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  ours.url = `http://127.0.0.1:${address.port}`;
  ours.ws = `ws://127.0.0.1:${address.port}`;
  onTestFinished(async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  });
  return ours;
}

/** A request of the SDK and its answer. */
interface Exchange {
  readonly method: string;
  readonly path: string;
  /** The form, as encoded. */
  readonly form: URLSearchParams;
  readonly status: number;
  readonly body: unknown;
}

function parseJson(data: unknown): unknown {
  if (typeof data !== 'string') return data;
  try {
    const value: unknown = JSON.parse(data);
    return value;
  } catch {
    return data;
  }
}

/** The SDK's own HTTP client, with every request sent to the emulator instead, and remembered. */
function loopbackClient(base: string, exchanges: Exchange[]): InstanceType<typeof twilio.RequestClient> {
  const client = new twilio.RequestClient({ timeout: 3_000 });
  client.axios.interceptors.request.use((config) => {
    const asked = new URL(config.url ?? '');
    config.url = base + asked.pathname + asked.search;
    return config;
  });
  client.axios.interceptors.response.use((response) => {
    const { data }: { readonly data: unknown } = response;
    exchanges.push({
      method: (response.config.method ?? '').toUpperCase(),
      path: new URL(response.config.url ?? '').pathname,
      form: new URLSearchParams(String(response.config.data ?? '')),
      status: response.status,
      body: parseJson(data),
    });
    return response;
  });
  return client;
}

export interface Setting {
  readonly emulator: TwilioEmulator;
  readonly network: ScriptedNetwork;
  readonly ours: OurServer;
  readonly client: ReturnType<typeof twilio>;
  /** Everything the SDK sent and got. */
  readonly exchanges: readonly Exchange[];
  /** TwiML that connects the call to our media socket at /media. */
  readonly streamTwiml: string;
}

/** An emulator with 100 calls per second unless told otherwise; everything is closed when the test ends. */
export async function setUp(options: Partial<TwilioEmulatorOptions> = {}): Promise<Setting> {
  const network = new ScriptedNetwork();
  const emulator = await startTwilioEmulator({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    network,
    cps: 100,
    recordingDelayMs: 5,
    ...options,
  });
  onTestFinished(() => emulator.close());
  const ours = await startOurServer();
  const exchanges: Exchange[] = [];
  return {
    emulator,
    network,
    ours,
    exchanges,
    client: twilio(ACCOUNT, TOKEN, { httpClient: loopbackClient(emulator.url, exchanges) }),
    streamTwiml: `<Response><Connect><Stream url="${ours.ws}/media"/></Connect></Response>`,
  };
}

/** Minutes of silence as TwiML, for calls that only have to stay up. */
export const STAY = '<Response><Pause length="120"/></Response>';
