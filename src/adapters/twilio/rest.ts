/**
 * The Telephony port on Twilio's REST API. Creating a call has no idempotency key there, so nothing here repeats a request:
 * an answer that was lost is `unknown`, and `find` is how the caller learns what became of it.
 */
import twilio from 'twilio';
import { z } from 'zod';
import type { E164 } from '../../domain/call.ts';
import { id } from '../../domain/ids.ts';
import type { CallSid } from '../../domain/ids.ts';
import { err, ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { instant, plusMs } from '../../domain/time.ts';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { OutboundCall, ProviderCall, Telephony } from '../../ports/telephony.ts';
import { dialFailure, dialFailureCode, RateLimited, restError } from './dialFailure.ts';
import { retriedCallbackUrl } from './paths.ts';
import { answeredBy, callProgress, VendorCallStatus } from './progress.ts';
import { TwilioRequestClient } from './requestClient.ts';
import { connectStreamTwiml } from './twiml.ts';

export interface TwilioConfig {
  readonly accountSid: string;
  readonly authToken: string;
  /** Null for Twilio's own. */
  readonly apiBaseUrl: string | null;
  /** Where Twilio reaches the web role; no slash at its end. */
  readonly publicUrl: string;
  /** Where Twilio reaches this process's media socket. */
  readonly mediaUrl: string;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** Twilio's own recording besides ours: both sides, silence kept. */
  readonly record: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Twilio's largest ring timeout. */
const RING_MAX_SECONDS = 600;
/** https://www.twilio.com/docs/voice/answering-machine-detection: 3..59 s, 30 by default. */
const MACHINE_DETECTION_TIMEOUT_S = 30;
/** Both sides' dates have whole seconds. */
const DATE_GRAIN_MS = 2_000;
/** A number is called a few times a night. */
const FIND_LIMIT = 50;
/** A call that cannot be ended because it already has: not in progress (21220), or no longer known (20404). */
const ALREADY_OVER: ReadonlySet<number> = new Set([21220, 20404, 404]);

export function createTwilioTelephony(config: TwilioConfig): Telephony {
  const http = new TwilioRequestClient({
    baseUrl: config.apiBaseUrl,
    timeoutMs: config.timeoutMs,
    clock: config.clock,
  });
  const { calls } = twilio(config.accountSid, config.authToken, { httpClient: http });
  const read = (call: unknown): ProviderCall => providerCall(call, config.clock.now(), http.skewMs);

  return {
    async place(call) {
      try {
        const created = await calls.create(callParams(config, call));
        return ok(id<CallSid>(created.sid));
      } catch (error) {
        const failure = dialFailure(error);
        const code = dialFailureCode(failure);
        config.log.warn('vendor.failed', { vendor: 'twilio', attempt: call.attempt, code });
        return err(failure);
      }
    },
    async end(sid) {
      try {
        await calls(sid).update({ status: 'completed' });
        return ok(undefined);
      } catch (error) {
        const rest = restError(error);
        const over = rest !== null && ALREADY_OVER.has(rest.code ?? rest.status);
        return over ? ok(undefined) : unavailable(config.log, error);
      }
    },
    async fetch(sid) {
      try {
        return ok(read(await calls(sid).fetch()));
      } catch (error) {
        return restError(error)?.status === 404 ? ok(null) : unavailable(config.log, error);
      }
    },
    async find({ to, from, since }) {
      try {
        // No StartTime in the query: a call that still waits in Twilio's queue has none, and is just the one we look for.
        const found = (await calls.list({ to, from, limit: FIND_LIMIT })).map(read);
        const earliest = plusMs(since, -DATE_GRAIN_MS);
        return ok(found.filter((c) => c.createdAt >= earliest).toSorted((a, b) => b.createdAt - a.createdAt));
      } catch (error) {
        return unavailable(config.log, error);
      }
    },
  };
}

function unavailable(log: Log, error: unknown): Result<never, { readonly kind: 'unavailable' }> {
  const status = error instanceof RateLimited ? 429 : restError(error)?.status;
  const code = 'unavailable';
  log.warn('vendor.failed', { vendor: 'twilio', code, ...(status === undefined ? {} : { status }) });
  return err({ kind: 'unavailable' });
}

function callParams(
  config: TwilioConfig,
  call: OutboundCall,
): Parameters<twilio.Twilio['calls']['create']>[0] {
  const { attempt, streamToken } = call;
  const { mediaUrl, publicUrl } = config;
  return {
    to: call.to,
    from: call.from,
    twiml: connectStreamTwiml({ attempt, streamToken, mediaUrl, publicUrl }),
    timeout: Math.min(RING_MAX_SECONDS, Math.ceil(call.ringTimeoutMs / 1_000)),
    timeLimit: Math.ceil(call.callLimitMs / 1_000),
    statusCallback: retriedCallbackUrl(publicUrl, 'status', attempt),
    statusCallbackMethod: 'POST',
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    machineDetection: 'DetectMessageEnd',
    machineDetectionTimeout: MACHINE_DETECTION_TIMEOUT_S,
    asyncAmd: 'true',
    asyncAmdStatusCallback: retriedCallbackUrl(publicUrl, 'amd', attempt),
    asyncAmdStatusCallbackMethod: 'POST',
    // Twilio's defaults mix the sides down and cut the silence out: nothing that could be laid beside a transcript.
    ...(config.record ? { record: true, recordingChannels: 'dual', trim: 'do-not-trim' } : {}),
  };
}

const CallResource = z.object({
  sid: z.string().min(1),
  to: z.string().min(1),
  from: z.string().min(1),
  status: VendorCallStatus,
  duration: z.coerce.number().int().nullish(),
  answeredBy: z.string().nullish(),
  dateCreated: z.date().nullish(),
});

/** @param skewMs how far Twilio's clock is ahead of ours. A call without a date is so new that it has none yet. */
function providerCall(raw: unknown, now: Instant, skewMs: number): ProviderCall {
  const call = CallResource.parse(raw);
  return {
    sid: id<CallSid>(call.sid),
    to: id<E164>(call.to),
    from: id<E164>(call.from),
    progress: callProgress(call.status, call.duration ?? null, null),
    answeredBy: answeredBy(call.answeredBy),
    createdAt: call.dateCreated ? instant(call.dateCreated.getTime() - skewMs) : now,
  };
}
