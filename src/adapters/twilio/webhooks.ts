/**
 * Twilio's callbacks: proved to be Twilio's, then read into our words. The signature covers the address that we gave Twilio,
 * built here from the configuration and never from a Host header, and every form field.
 */
import twilio from 'twilio';
import { z } from 'zod';
import type { AnsweredBy, CallProgress } from '../../domain/call.ts';
import { id } from '../../domain/ids.ts';
import type { AttemptId, CallSid } from '../../domain/ids.ts';
import { err, ok, unreachable } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { parseCallbackPath } from './paths.ts';
import type { CallbackKind } from './paths.ts';
import { answeredBy, callProgress, VendorCallStatus } from './progress.ts';

interface ReportBase {
  readonly attempt: AttemptId;
  readonly call: CallSid;
}

export type TwilioReport =
  | (ReportBase & {
      readonly kind: 'progress';
      readonly progress: CallProgress;
      /** Twilio's count of the call's callbacks from 0; they may arrive in any order, or twice. */
      readonly sequence: number | null;
      readonly answeredBy: AnsweredBy | null;
    })
  | (ReportBase & {
      readonly kind: 'answered_by';
      readonly verdict: AnsweredBy;
      readonly afterMs: number | null;
    })
  | (ReportBase & {
      readonly kind: 'stream';
      readonly what: 'started' | 'stopped' | 'failed';
      /** Twilio's error number, e.g. 31920, when it failed. */
      readonly code: string | null;
    })
  /** The stream is over and Twilio waits for instructions: answer with TwiML. */
  | (ReportBase & { readonly kind: 'resume' });

/** `status` is the HTTP answer that says it. */
export type WebhookRefusal =
  | { readonly kind: 'not_ours'; readonly status: 404 }
  | { readonly kind: 'forged'; readonly status: 403 }
  | { readonly kind: 'malformed'; readonly status: 400 };

export interface WebhookRequest {
  /** The request's path as it was routed, without `publicUrl`'s own path, e.g. `/twilio/status/a1`. */
  readonly path: string;
  /** The `X-Twilio-Signature` header. */
  readonly signature: string | undefined;
  /** The body as sent: `application/x-www-form-urlencoded`. */
  readonly body: string;
}

export interface WebhookConfig {
  readonly authToken: string;
  /** As given to Twilio; no slash at its end. */
  readonly publicUrl: string;
}

/** Reads one callback, or says why it is refused. Nothing of an unproved request is looked at beyond its path. */
export function parseTwilioWebhook(
  config: WebhookConfig,
  request: WebhookRequest,
): Result<TwilioReport, WebhookRefusal> {
  const place = parseCallbackPath(request.path);
  if (place === null) return err({ kind: 'not_ours', status: 404 });
  const form = fields(request.body);
  // Anyone can sign with an empty key.
  const signed =
    config.authToken !== '' &&
    request.signature !== undefined &&
    twilio.validateRequest(config.authToken, request.signature, `${config.publicUrl}${request.path}`, form);
  if (!signed) return err({ kind: 'forged', status: 403 });
  const report = read(place.kind, place.attempt, form);
  return report === null ? err({ kind: 'malformed', status: 400 }) : ok(report);
}

/** Repeated names become lists, which is how the signature counts them. */
function fields(body: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const before = form[name];
    if (before === undefined) form[name] = value;
    else form[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return form;
}

const Sid = z.string().min(1).max(64);
const Count = z.coerce.number().int().nonnegative();
const StatusForm = z.object({
  CallSid: Sid,
  CallStatus: VendorCallStatus,
  SequenceNumber: Count.nullish(),
  CallDuration: Count.nullish(),
  SipResponseCode: Count.nullish(),
  AnsweredBy: z.string().nullish(),
});
const AmdForm = z.object({
  CallSid: Sid,
  AnsweredBy: z.string().min(1),
  MachineDetectionDuration: Count.nullish(),
});
const STREAM_EVENT = {
  'stream-started': 'started',
  'stream-stopped': 'stopped',
  'stream-error': 'failed',
} as const;
const StreamForm = z.object({
  CallSid: Sid,
  StreamEvent: z.enum(['stream-started', 'stream-stopped', 'stream-error']),
  /** A sentence with Twilio's error number somewhere in it. */
  StreamError: z.string().nullish(),
});
const ResumeForm = z.object({ CallSid: Sid });

function read(kind: CallbackKind, attempt: AttemptId, form: unknown): TwilioReport | null {
  switch (kind) {
    case 'status': {
      const { data } = StatusForm.safeParse(form);
      if (data === undefined) return null;
      return {
        kind: 'progress',
        attempt,
        call: id<CallSid>(data.CallSid),
        progress: callProgress(data.CallStatus, data.CallDuration ?? null, data.SipResponseCode ?? null),
        sequence: data.SequenceNumber ?? null,
        answeredBy: answeredBy(data.AnsweredBy),
      };
    }
    case 'amd': {
      const { data } = AmdForm.safeParse(form);
      if (data === undefined) return null;
      return {
        kind: 'answered_by',
        attempt,
        call: id<CallSid>(data.CallSid),
        verdict: answeredBy(data.AnsweredBy) ?? 'unknown',
        afterMs: data.MachineDetectionDuration ?? null,
      };
    }
    case 'stream': {
      const { data } = StreamForm.safeParse(form);
      if (data === undefined) return null;
      return {
        kind: 'stream',
        attempt,
        call: id<CallSid>(data.CallSid),
        what: STREAM_EVENT[data.StreamEvent],
        code: /\b3\d{4}\b/.exec(data.StreamError ?? '')?.[0] ?? null,
      };
    }
    case 'resume': {
      const { data } = ResumeForm.safeParse(form);
      return data === undefined ? null : { kind: 'resume', attempt, call: id<CallSid>(data.CallSid) };
    }
    default:
      return unreachable(kind);
  }
}
