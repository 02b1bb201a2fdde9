import type { ServerResponse } from 'node:http';

import { parseForm, sendBytes, startHttpServer, type HttpRequest } from '../wire/http.ts';

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
  const server = await startHttpServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    maxBodyBytes: BODY_MAX_BYTES,
    handle: (request, response) => {
      const base = `${server.url}/fhir`;
      return serve(
        { world: { store, mode, base }, faults, requests, now, token: options.token },
        request,
        response,
      );
    },
  });
  return {
    url: `${server.url}/fhir`,
    controlUrl: `${server.url}/_emulator`,
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    stats: () => statsOf(store, requests),
    state: (type) => livingResources(store, type),
    close: () => server.close(),
  };
}

async function serve(desk: Desk, request: HttpRequest, response: ServerResponse): Promise<void> {
  const path = request.path.split('/').filter(Boolean).map(decodeURIComponent);
  if (path[0] === '_emulator') {
    send(
      response,
      await refused(() =>
        control(desk, request.method, path.slice(1), request.query, parseBody(request.body)),
      ),
    );
    return;
  }
  const reply = await refused(() => answer(desk, fhirCall(path, request), request.headers.authorization));
  const name = `${request.method} ${path[1] ?? ''} ${reply === 'cut' ? 'cut' : reply.status}`;
  desk.requests.set(name, (desk.requests.get(name) ?? 0) + 1);
  if (reply === 'cut') response.destroy();
  else send(response, reply);
}

/** Turns what was thrown into an OperationOutcome. */
async function refused<T>(act: () => T | Promise<T>): Promise<T | Reply> {
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

function parseBody(body: Buffer): Json | undefined {
  if (body.byteLength === 0) return undefined;
  try {
    return toJson(JSON.parse(body.toString('utf8')));
  } catch {
    throw new FhirError(400, 'structure', 'the body is no JSON');
  }
}

function fhirCall(path: readonly string[], request: HttpRequest): FhirCall {
  if (path[0] !== 'fhir') throw new FhirError(404, 'not-found', 'the FHIR base is /fhir');
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const query = new URLSearchParams(request.query);
  if (form) for (const [key, value] of parseForm(request.body)) query.append(key, value);
  return {
    method: request.method,
    path: path.slice(1),
    query,
    headers: {
      'if-match': request.headers['if-match'],
      'if-none-match': request.headers['if-none-match'],
      'if-none-exist': header(request, 'if-none-exist'),
    },
    body: form ? undefined : parseBody(request.body),
    asOf: Number.POSITIVE_INFINITY,
    doubleBookAllowed: false,
  };
}

function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function send(response: ServerResponse, reply: Reply): void {
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type = text === '' ? {} : { 'content-type': 'application/fhir+json; charset=utf-8' };
  sendBytes(response, reply.status, Buffer.from(text), { ...type, ...reply.headers });
}
