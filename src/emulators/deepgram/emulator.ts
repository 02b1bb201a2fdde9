import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer } from 'ws';

import type { DelayProfile } from '../profiles.ts';
import { delayOf } from '../profiles.ts';
import type { SpeechRegistry } from '../speech.ts';
import { Counters } from '../wire/counters.ts';
import { answerControl, type Armed, FaultMenu } from '../wire/faultMenu.ts';
import { type HttpRequest, sendJson, startHttpServer } from '../wire/http.ts';
import { wait } from '../wire/wait.ts';
import { DEEPGRAM_FAULTS, type DeepgramFault } from './faults.ts';
import { FluxSocket } from './fluxSocket.ts';
import { NovaSocket } from './novaSocket.ts';
import { transcribe } from './prerecorded.ts';
import { readFlux, readNova, readPrerecorded } from './query.ts';
import type { DeepgramWorld } from './world.ts';

export interface DeepgramEmulatorOptions {
  readonly apiKey: string;
  readonly registry: SpeechRegistry;
  readonly profile: DelayProfile;
  /** 0..1; seeded, the emulator's delays and mistakes repeat. */
  readonly random: () => number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0..1, default 0: the share of intact words misheard all the same. */
  readonly wordErrorRate?: number;
  /** Default false, as for an account that did not ask for it. */
  readonly forceEndTurn?: boolean;
  /** Default 60 s for Flux, 10 s for Nova. */
  readonly idleMs?: { readonly flux: number; readonly nova: number };
}

export interface DeepgramEmulator {
  /** `http://127.0.0.1:port`; the SDK's `baseUrl`, for websockets too. */
  readonly url: string;
  readonly control: {
    add(fault: Armed<DeepgramFault>): void;
    clear(): void;
    stats(): Readonly<Record<string, number>>;
  };
  close(): Promise<void>;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Starts Deepgram's listen API: /v2/listen (Flux), /v1/listen (Nova), live and pre-recorded. Rejects when the port is taken. */
export async function startDeepgramEmulator(options: DeepgramEmulatorOptions): Promise<DeepgramEmulator> {
  const faults = new FaultMenu<DeepgramFault>(DEEPGRAM_FAULTS);
  const counters = new Counters();
  const world: DeepgramWorld = {
    registry: options.registry,
    profile: options.profile,
    random: options.random,
    wordErrorRate: options.wordErrorRate ?? 0,
    forceEndTurn: options.forceEndTurn ?? false,
    idleMs: options.idleMs ?? { flux: 60_000, nova: 10_000 },
    faults,
    counters,
  };
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = await startHttpServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    maxBodyBytes: 256 * 1024 * 1024,
    handle: async (request, response) => {
      if (answerControl(request, response, faults, () => counters.all())) return;
      await prerecorded(request, response, options.apiKey, world);
    },
    upgrade: (incoming, socket, head) =>
      upgrade(incoming, socket, head, { sockets, world, apiKey: options.apiKey }),
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

function refusal(headers: IncomingHttpHeaders, apiKey: string, world: DeepgramWorld): Refusal | undefined {
  const fault = world.faults.take('refuse');
  if (fault !== undefined) {
    const code =
      fault.status === 429 ? 'TOO_MANY_REQUESTS' : fault.status === 401 ? 'INVALID_AUTH' : 'SERVER_ERROR';
    return { status: fault.status, code, message: STATUS_CODES[fault.status] ?? 'Refused' };
  }
  const given = /^(?:token|bearer) (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (given === apiKey) return undefined;
  return { status: 401, code: 'INVALID_AUTH', message: 'Invalid credentials.' };
}

function upgrade(
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  {
    sockets,
    world,
    apiKey,
  }: { readonly sockets: WebSocketServer; readonly world: DeepgramWorld; readonly apiKey: string },
): void {
  const url = new URL(incoming.url ?? '/', 'http://emulator');
  const refused = refusal(incoming.headers, apiKey, world);
  if (refused !== undefined) {
    refuseUpgrade(socket, refused, world);
    return;
  }
  const query =
    url.pathname === '/v2/listen'
      ? readFlux(url.searchParams)
      : url.pathname === '/v1/listen'
        ? readNova(url.searchParams)
        : undefined;
  if (query === undefined || 'problem' in query) {
    const status = query === undefined ? 404 : 400;
    const message = query === undefined ? 'Not found.' : query.problem;
    refuseUpgrade(socket, { status, code: 'Bad Request', message }, world);
    return;
  }
  sockets.handleUpgrade(incoming, socket, head, (client) => {
    client.on('error', () => client.terminate());
    if ('settings' in query) {
      world.counters.add('flux.connections');
      return new FluxSocket(client, query, world);
    }
    world.counters.add('nova.connections');
    return new NovaSocket(client, query, world);
  });
}

function refuseUpgrade(socket: Duplex, { status, code, message }: Refusal, world: DeepgramWorld): void {
  world.counters.add(`refused.${status}`);
  const requestId = randomUUID();
  const body = JSON.stringify({ err_code: code, err_msg: message, request_id: requestId });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
      'Connection: close',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `dg-error: ${message.replace(/[^\u0020-\u007e]/g, '?')}`,
      `dg-request-id: ${requestId}`,
      '',
      body,
    ].join('\r\n'),
  );
}

async function prerecorded(
  request: HttpRequest,
  response: ServerResponse,
  apiKey: string,
  world: DeepgramWorld,
): Promise<void> {
  const { counters, profile, random } = world;
  const fail = ({ status, code, message }: Refusal): void => {
    counters.add(`refused.${status}`);
    sendJson(response, status, { err_code: code, err_msg: message, request_id: randomUUID() });
  };
  if (request.method !== 'POST' || request.path !== '/v1/listen') {
    fail({ status: 404, code: 'NOT_FOUND', message: 'Not found.' });
    return;
  }
  const refused = refusal(request.headers, apiKey, world);
  if (refused !== undefined) {
    fail(refused);
    return;
  }
  const query = readPrerecorded(request.query);
  if ('problem' in query) {
    fail({ status: 400, code: 'Bad Request', message: query.problem });
    return;
  }
  if (request.headers['content-type']?.startsWith('application/json') === true) {
    fail({ status: 400, code: 'REMOTE_CONTENT_ERROR', message: 'This emulator fetches no remote audio.' });
    return;
  }
  counters.add('prerecorded');
  await wait(delayOf(profile.finalTranscript, random));
  const transcript = transcribe(request.body, query, world);
  if (transcript !== undefined) sendJson(response, 200, transcript);
  else
    fail({
      status: 400,
      code: 'Bad Request',
      message: 'Bad Request: failed to process audio: corrupt or unsupported data',
    });
}
