import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { control } from './control.ts';
import { answer, livingResources, type Desk } from './desk.ts';
import { FaultMenu, type Fault } from './faults.ts';
import { FhirError, operationOutcome } from './fhirError.ts';
import type { FhirCall, Reply, World } from './interactions.ts';
import { isResource, toJson, type Json, type Resource } from './resource.ts';
import { statsOf, type SchedulingStats } from './stats.ts';
import { Store } from './store.ts';

export interface SchedulingEmulatorOptions {
  /** What it holds at the start, as is: dirt is not refused here. Each resource has an id. */
  readonly resources: readonly unknown[];
  /** Default `well_behaved`; `hostile` checks nothing but If-Match, and books any slot as often as it is asked. */
  readonly mode?: World['mode'];
  /** When set, every request but `/metadata` needs it as a Bearer token. */
  readonly token?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Added to the machine's clock, for `meta.lastUpdated` and histories. */
  readonly clockOffsetMs?: number;
}

export interface SchedulingEmulator {
  /** The FHIR base address, e.g. `http://127.0.0.1:4321/fhir`. */
  readonly url: string;
  /** The control address below which `faults`, `stats` and `state` lie. */
  readonly controlUrl: string;
  addFault(fault: Fault): string;
  clearFaults(): void;
  stats(): SchedulingStats;
  /** Every living resource, or those of one type. */
  state(type?: string): readonly Resource[];
  close(): Promise<void>;
}

const BODY_MAX_BYTES = 5_000_000;

/** Starts a FHIR R4 scheduling server on node:http. Throws when the port is taken or a seeded resource is unusable. */
export async function startSchedulingEmulator(
  options: SchedulingEmulatorOptions,
): Promise<SchedulingEmulator> {
  const offsetMs = options.clockOffsetMs ?? 0;
  const now = (): number => Date.now() + offsetMs;
  const store = new Store(now);
  for (const resource of options.resources.map(toJson)) {
    if (!isResource(resource)) throw new Error('a seeded resource has no resourceType');
    store.seed(resource);
  }
  const faults = new FaultMenu();
  const requests = new Map<string, number>();
  const mode = options.mode ?? 'well_behaved';
  const listening = { base: '' };
  const server = createServer((request, response) => {
    const desk: Desk = {
      world: { store, mode, base: listening.base },
      faults,
      requests,
      now,
      token: options.token,
    };
    serve(desk, request, response).catch(() => response.destroy());
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((started, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, host, started);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the emulator listens on no port');
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
  listening.base = `${origin}/fhir`;
  return {
    url: listening.base,
    controlUrl: `${origin}/_emulator`,
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    stats: () => statsOf(store, requests),
    state: (type) => livingResources(store, type),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', desk.world.base);
  const method = request.method ?? 'GET';
  if (url.pathname.startsWith('/_emulator/')) {
    send(response, await refused(async () => control(desk, method, url, parseBody(await readBody(request)))));
    return;
  }
  const reply = await refused(async () => {
    const call = fhirCall(method, url, request, await readBody(request));
    return answer(desk, call, request.headers.authorization);
  });
  const name = `${method} ${url.pathname.split('/')[2] ?? ''} ${reply === 'cut' ? 'cut' : reply.status}`;
  desk.requests.set(name, (desk.requests.get(name) ?? 0) + 1);
  if (reply === 'cut') response.destroy();
  else send(response, reply);
}

/** Turns what was thrown into an OperationOutcome. */
async function refused<T>(act: () => Promise<T>): Promise<T | Reply> {
  try {
    return await act();
  } catch (failure) {
    if (failure instanceof FhirError) {
      const body = operationOutcome('error', failure.code, failure.message);
      return { status: failure.status, headers: failure.headers, body };
    }
    const words = failure instanceof Error ? failure.message : 'unknown';
    return { status: 500, headers: {}, body: operationOutcome('error', 'exception', words) };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw new FhirError(413, 'too-long', 'the body is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(body: string): Json | undefined {
  if (body === '') return undefined;
  try {
    return toJson(JSON.parse(body));
  } catch {
    throw new FhirError(400, 'structure', 'the body is no JSON');
  }
}

function fhirCall(method: string, url: URL, request: IncomingMessage, body: string): FhirCall {
  const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (path.shift() !== 'fhir') throw new FhirError(404, 'not-found', 'the FHIR base is /fhir');
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const query = new URLSearchParams(url.searchParams);
  if (form) for (const [key, value] of new URLSearchParams(body)) query.append(key, value);
  return {
    method,
    path,
    query,
    headers: {
      'if-match': header(request, 'if-match'),
      'if-none-match': header(request, 'if-none-match'),
      'if-none-exist': header(request, 'if-none-exist'),
    },
    body: form ? undefined : parseBody(body),
    asOf: Number.POSITIVE_INFINITY,
    doubleBookAllowed: false,
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function send(response: ServerResponse, reply: Reply): void {
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(text === '' ? {} : { 'content-type': 'application/fhir+json; charset=utf-8' }),
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
