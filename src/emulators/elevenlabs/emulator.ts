import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { DelayProfile } from '../profiles.ts';
import type { SpeechRegistry, Synthesiser } from '../speech.ts';
import { Counters } from '../wire/counters.ts';
import { answerControl, type Armed, FaultMenu } from '../wire/faultMenu.ts';
import { type HttpRequest, sendJson, startHttpServer } from '../wire/http.ts';
import { userAnswer, voicesAnswer } from './account.ts';
import { outputFormat } from './audio.ts';
import { ELEVENLABS_FAULTS, type ElevenLabsFault } from './faults.ts';
import { answerSpeech, MODELS } from './httpSpeech.ts';
import { type SocketSettings, SpeechSocket } from './socket.ts';
import type { ElevenLabsWorld } from './speaking.ts';
import { DEFAULT_VOICES, type Voices, voiceOf } from './voices.ts';

export interface ElevenLabsEmulatorOptions {
  readonly apiKey: string;
  readonly synthesiser: Synthesiser;
  readonly registry: SpeechRegistry;
  readonly profile: DelayProfile;
  /** 0..1; seeded, the emulator's delays repeat. */
  readonly random: () => number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Voice ids and who speaks for them, beside the default ones; other ids get a stand-in, always the same. */
  readonly voices?: Voices;
}

export interface ElevenLabsEmulator {
  /** `http://127.0.0.1:port`: the SDK's `baseUrl`; websockets are at the same address with `ws`. */
  readonly url: string;
  readonly control: {
    add(fault: Armed<ElevenLabsFault>): void;
    clear(): void;
    stats(): Readonly<Record<string, number>>;
  };
  close(): Promise<void>;
}

/** Starts ElevenLabs' text-to-speech API: HTTP and both websockets. Rejects when the port is taken. */
export async function startElevenLabsEmulator(
  options: ElevenLabsEmulatorOptions,
): Promise<ElevenLabsEmulator> {
  const faults = new FaultMenu<ElevenLabsFault>(ELEVENLABS_FAULTS);
  const counters = new Counters();
  const { apiKey, synthesiser, registry, profile, random } = options;
  const voices = { ...DEFAULT_VOICES, ...options.voices };
  const world: ElevenLabsWorld = { apiKey, synthesiser, registry, profile, random, voices, faults, counters };
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = await startHttpServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    handle: async (request, response) => {
      if (answerControl(request, response, faults, () => counters.all())) return;
      await answer(request, response, world);
    },
    upgrade: (incoming, socket, head) => upgrade(incoming, socket, head, { sockets, world }),
  });
  return {
    url: server.url,
    control: { add: (fault) => faults.add(fault), clear: () => faults.clear(), stats: () => counters.all() },
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await server.close();
    },
  };
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function refusalOf(key: string | undefined, world: ElevenLabsWorld): Refusal | undefined {
  const fault = world.faults.take('refuse');
  if (fault?.status === 429) {
    const message = 'Too many concurrent requests. Your plan allows fewer at the same time.';
    return { status: 429, code: 'too_many_concurrent_requests', message };
  }
  if (fault !== undefined) {
    return { status: fault.status, code: 'refused', message: STATUS_CODES[fault.status] ?? 'Refused' };
  }
  if (key === world.apiKey) return undefined;
  return key === undefined
    ? {
        status: 401,
        code: 'needs_authorization',
        message: 'Neither authorization header nor xi-api-key received.',
      }
    : { status: 401, code: 'invalid_api_key', message: 'Invalid API key' };
}

function keyOf(incoming: IncomingMessage): string | undefined {
  const key = incoming.headers['xi-api-key'];
  return typeof key === 'string' ? key : undefined;
}

async function answer(request: HttpRequest, response: ServerResponse, world: ElevenLabsWorld): Promise<void> {
  world.counters.add('requests');
  const refused = refusalOf(keyOf(request.incoming), world);
  if (refused !== undefined) {
    world.counters.add(`refused.${refused.status}`);
    sendJson(response, refused.status, { detail: { status: refused.code, message: refused.message } });
  } else if (request.method === 'GET' && request.path === '/v1/voices') {
    sendJson(response, 200, voicesAnswer(world.voices));
  } else if (request.method === 'GET' && request.path === '/v1/user') {
    sendJson(response, 200, userAnswer(world.counters.of('characters')));
  } else if (!(await answerSpeech(request, response, world))) {
    sendJson(response, 404, { detail: { status: 'not_found', message: 'Not Found' } });
  }
}

const SOCKET_ROUTE = /^\/v1\/text-to-speech\/([^/]+)\/(stream-input|multi-stream-input)$/;

const SOCKET_QUERY: Readonly<Record<string, RegExp>> = {
  model_id: /./,
  language_code: /^[a-z]{2,3}(?:-[A-Za-z]+)?$/,
  enable_logging: /^(?:true|false)$/,
  enable_ssml_parsing: /^(?:true|false)$/,
  output_format: /./,
  inactivity_timeout: /^\d+$/,
  sync_alignment: /^(?:true|false)$/,
  auto_mode: /^(?:true|false)$/,
  apply_text_normalization: /^(?:auto|on|off)$/,
  seed: /^\d+$/,
  authorization: /./,
  single_use_token: /./,
  optimize_streaming_latency: /^[0-4]$/,
};

function upgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { sockets, world }: { readonly sockets: WebSocketServer; readonly world: ElevenLabsWorld },
): void {
  const url = new URL(incoming.url ?? '/', 'http://emulator');
  const settings = socketSettings(url, keyOf(incoming), world);
  if ('status' in settings) {
    world.counters.add(`refused.${settings.status}`);
    const body = JSON.stringify({ detail: { status: settings.code, message: settings.message } });
    socket.end(
      `HTTP/1.1 ${settings.status} ${STATUS_CODES[settings.status] ?? 'Refused'}\r\nConnection: close\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return;
  }
  sockets.handleUpgrade(incoming, socket, head, (client) => {
    client.on('error', () => client.terminate());
    world.counters.add('sockets');
    return new SpeechSocket(client, settings, world);
  });
}

const bad = (message: string): Refusal => ({ status: 400, code: 'invalid_parameters', message });

function socketSettings(
  url: URL,
  headerKey: string | undefined,
  world: ElevenLabsWorld,
): SocketSettings | Refusal {
  const route = SOCKET_ROUTE.exec(url.pathname);
  const voiceId = route?.[1];
  if (route === null || voiceId === undefined)
    return { status: 404, code: 'not_found', message: 'Not Found' };
  const query = url.searchParams;
  const key =
    headerKey ?? query.get('authorization')?.replace(/^bearer /i, '') ?? query.get('single_use_token');
  // Without a key in the handshake the first message may still bring one.
  const refused = refusalOf(key ?? world.apiKey, world);
  if (refused !== undefined) return refused;
  for (const [name, value] of query) {
    if (SOCKET_QUERY[name]?.test(value) !== true)
      return bad(`The query parameter ${name} is unknown or out of range.`);
  }
  const model = query.get('model_id') ?? 'eleven_multilingual_v2';
  if (!MODELS.includes(model)) return { status: 400, code: 'model_not_found', message: `No model ${model}.` };
  const format = outputFormat(query.get('output_format') ?? 'mp3_44100_128');
  if (format === undefined) return bad('This emulator makes ulaw_8000 and pcm_* only.');
  const inactivitySeconds = Number(query.get('inactivity_timeout') ?? 20);
  if (inactivitySeconds < 1 || inactivitySeconds > 180) return bad('inactivity_timeout is 1 to 180 seconds.');
  return {
    multi: route[2] === 'multi-stream-input',
    voice: voiceOf(world.voices, decodeURIComponent(voiceId)),
    format,
    autoMode: query.get('auto_mode') === 'true',
    syncAlignment: query.get('sync_alignment') === 'true',
    inactivityMs: inactivitySeconds * 1000,
    authorized: key !== undefined && key !== null,
  };
}
