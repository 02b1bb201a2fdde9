import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

import { type DelayProfile, delayOf } from '../profiles.ts';
import { Counters } from '../wire/counters.ts';
import { answerControl, type Armed, FaultMenu } from '../wire/faultMenu.ts';
import { type HttpRequest, sendJson, startHttpServer } from '../wire/http.ts';
import { parseJson } from '../wire/json.ts';
import { wait } from '../wire/wait.ts';
import { think } from './brain/think.ts';
import { ANTHROPIC_FAULTS, type AnthropicFault } from './faults.ts';
import { compose, finishedMessage, type Reply } from './reply.ts';
import { type MessagesRequest, readRequest, type Refusal } from './request.ts';
import { type Breakage, sendStream } from './stream.ts';
import { PromptCache } from './usage.ts';

export interface AnthropicEmulatorOptions {
  readonly apiKey: string;
  readonly profile: DelayProfile;
  /** 0..1; seeded, the emulator's delays repeat. */
  readonly random: () => number;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

export interface AnthropicEmulator {
  /** `http://127.0.0.1:port`: the SDK's `baseURL`. */
  readonly url: string;
  readonly control: {
    add(fault: Armed<AnthropicFault>): void;
    clear(): void;
    /** Among them `cancelled`: generations that the client went away from. */
    stats(): Readonly<Record<string, number>>;
  };
  close(): Promise<void>;
}

const API_VERSION = '2026-10-21';

interface World {
  readonly options: AnthropicEmulatorOptions;
  readonly faults: FaultMenu<AnthropicFault>;
  readonly counters: Counters;
  readonly cache: PromptCache;
}

/** Starts Anthropic's Messages API in version 2026-10-21. Rejects when the port is taken. */
export async function startAnthropicEmulator(options: AnthropicEmulatorOptions): Promise<AnthropicEmulator> {
  const faults = new FaultMenu<AnthropicFault>(ANTHROPIC_FAULTS);
  const counters = new Counters();
  const world: World = { options, faults, counters, cache: new PromptCache() };
  const server = await startHttpServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    maxBodyBytes: 32 * 1024 * 1024,
    handle: async (request, response) => {
      if (answerControl(request, response, faults, () => counters.all())) return;
      await answer(request, response, world);
    },
  });
  return {
    url: server.url,
    control: { add: (fault) => faults.add(fault), clear: () => faults.clear(), stats: () => counters.all() },
    close: () => server.close(),
  };
}

async function answer(request: HttpRequest, response: ServerResponse, world: World): Promise<void> {
  const { counters, faults, options } = world;
  const requestId = `req_01${randomBytes(11).toString('hex')}`;
  counters.add('requests');
  if (faults.take('reset') !== undefined) {
    counters.add('resets');
    request.incoming.socket.resetAndDestroy();
    return;
  }
  const read =
    refusalOf(request, options.apiKey) ??
    outage(faults) ??
    readRequest(parseJson(request.body.toString('utf8')));
  const refused = 'status' in read ? read : thinkingRefusal(read, faults);
  if (refused !== undefined || 'status' in read) {
    if (refused !== undefined) refuse(response, refused, requestId, counters);
    return;
  }
  const reply = compose(read, think(read), world.cache.charge(read, Date.now()), {
    refusal: faults.take('refusal') !== undefined,
    maxTokens: faults.take('max_tokens') !== undefined,
    thinkingFirst: faults.take('thinking_first') !== undefined,
    invalidJson: faults.take('invalid_json') !== undefined,
  });
  await deliver(response, read, reply, requestId, world);
}

async function deliver(
  response: ServerResponse,
  request: MessagesRequest,
  reply: Reply,
  requestId: string,
  { options, faults, counters }: World,
): Promise<void> {
  const { profile, random } = options;
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const firstTokenMs = delayOf(profile.modelFirstToken, random) + (faults.take('slow')?.lateMs ?? 0);
  const breakage = request.stream ? breakageOf(faults) : undefined;
  if (request.stream) {
    counters.add('streams');
    await sendStream(response, {
      reply,
      requestId,
      firstTokenMs,
      perToken: profile.modelPerToken,
      random,
      breakage,
      gone: gone.signal,
    });
  } else {
    await wait(firstTokenMs + reply.outputTokens * delayOf(profile.modelPerToken, random), gone.signal);
    if (!gone.signal.aborted) sendJson(response, 200, finishedMessage(reply), { 'request-id': requestId });
  }
  const broken = breakage !== undefined && breakage !== 'stall';
  const cancelled = !broken && gone.signal.aborted && !response.writableEnded;
  counters.add(broken ? 'broken' : cancelled ? 'cancelled' : 'answered');
  counters.add('inputTokens', reply.input.inputTokens);
  counters.add('cacheReadTokens', reply.input.read);
  counters.add('cacheCreatedTokens', reply.input.created5m + reply.input.created1h);
  if (!cancelled) counters.add('outputTokens', reply.outputTokens);
}

function breakageOf(faults: FaultMenu<AnthropicFault>): Breakage | undefined {
  const kinds: readonly Breakage[] = ['error_mid_stream', 'cut', 'clean_eof', 'stall'];
  return kinds.find((kind) => faults.take(kind) !== undefined);
}

function refusalOf(request: HttpRequest, apiKey: string): Refusal | undefined {
  if (request.method !== 'POST' || request.path !== '/v1/messages') {
    return { status: 404, type: 'not_found_error', message: 'Not found' };
  }
  const key = keyOf(request.headers);
  if (key !== apiKey) {
    const message = key === undefined ? 'x-api-key header is required' : 'invalid x-api-key';
    return { status: 401, type: 'authentication_error', message };
  }
  const version = request.headers['anthropic-version'];
  if (version === API_VERSION) return undefined;
  const message =
    version === undefined
      ? 'anthropic-version: header is required'
      : `anthropic-version: "${String(version)}" is not a valid version`;
  return { status: 400, type: 'invalid_request_error', message };
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  const given = headers['x-api-key'];
  return bearer ?? (typeof given === 'string' ? given : undefined);
}

interface Outage extends Refusal {
  readonly retryAfterSeconds?: number;
}

function outage(faults: FaultMenu<AnthropicFault>): Outage | undefined {
  if (faults.take('overloaded') !== undefined)
    return { status: 529, type: 'overloaded_error', message: 'Overloaded' };
  const limited = faults.take('rate_limited');
  if (limited === undefined) return undefined;
  const { retryAfterSeconds } = limited;
  return {
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit.",
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function thinkingRefusal(request: MessagesRequest, faults: FaultMenu<AnthropicFault>): Refusal | undefined {
  if (request.thinking !== 'disabled' || faults.take('thinking_required') === undefined) return undefined;
  const message = `thinking.type: 'disabled' is not supported on ${request.model}.`;
  return { status: 400, type: 'invalid_request_error', message };
}

function refuse(response: ServerResponse, refusal: Outage, requestId: string, counters: Counters): void {
  counters.add(`refused.${refusal.status}`);
  sendJson(
    response,
    refusal.status,
    {
      type: 'error',
      error: { type: refusal.type, message: refusal.message },
      request_id: requestId,
    },
    {
      'request-id': requestId,
      ...(refusal.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(refusal.retryAfterSeconds) }),
    },
  );
}
