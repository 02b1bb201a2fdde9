import type { AmdRequest, AmdVerdict } from './amd.ts';
import type { CallEvent } from './faults.ts';

type CallStatus =
  | 'queued'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

export type TerminalStatus = Extract<CallStatus, 'completed' | 'busy' | 'failed' | 'no-answer' | 'canceled'>;

type HttpMethod = 'GET' | 'POST';

/** Where a call's next instructions come from. */
export type Instructions =
  | { readonly kind: 'twiml'; readonly twiml: string }
  | { readonly kind: 'url'; readonly url: string; readonly method: HttpMethod };

export interface RecordingRequest {
  readonly channels: 1 | 2;
  readonly track: 'both' | 'inbound' | 'outbound';
  readonly trimSilence: boolean;
  readonly callback: string | null;
  readonly callbackMethod: HttpMethod;
  readonly callbackEvents: ReadonlySet<string>;
}

/** A create request after validation. */
export interface CallRequest {
  readonly to: string;
  readonly from: string;
  readonly instructions: Instructions;
  readonly fallback: { readonly url: string; readonly method: HttpMethod } | null;
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: HttpMethod;
  readonly statusCallbackEvents: ReadonlySet<CallEvent>;
  readonly ringTimeoutMs: number;
  /** From the answer; null = none asked. */
  readonly timeLimitMs: number | null;
  readonly amd: AmdRequest | null;
  readonly record: RecordingRequest | null;
}

/** One call, from its creation to long after its end. Only the switchboard changes it. */
export interface Call {
  readonly sid: string;
  readonly direction: 'outbound-api' | 'outbound-dial';
  readonly parentCallSid: string | null;
  readonly request: CallRequest;
  readonly createdMs: number;
  /** Estimated wait in the queue, told at creation. */
  readonly queueTimeMs: number;
  updatedMs: number;
  status: CallStatus;
  /** When it left the queue. */
  startedMs: number | null;
  answeredMs: number | null;
  endedMs: number | null;
  answeredBy: AmdVerdict | null;
  /** What an update changed; the create's own values otherwise. */
  statusCallback: string | null;
  statusCallbackMethod: HttpMethod;
  fallback: CallRequest['fallback'];
}

/** Whole seconds of conversation, rounded up as billing does; null until a call that was answered has ended. */
export function callSeconds(call: Call): number | null {
  if (call.answeredMs === null || call.endedMs === null) return null;
  return Math.max(1, Math.ceil((call.endedMs - call.answeredMs) / 1000));
}

export function isOver(call: Call): boolean {
  return call.status !== 'queued' && call.status !== 'ringing' && call.status !== 'in-progress';
}

/** The fields that every webhook about a call carries. Places are empty: numbers of 555-01xx lie nowhere. */
export function callFields(call: Call, accountSid: string, status: string): [string, string][] {
  const { to, from } = call.request;
  const fields: [string, string][] = [
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
    ['CallSid', call.sid],
    ['CallStatus', status],
    ['Direction', call.direction],
    ['To', to],
    ['Called', to],
    ['From', from],
    ['Caller', from],
  ];
  for (const who of ['To', 'Called', 'From', 'Caller']) {
    fields.push([`${who}City`, ''], [`${who}State`, ''], [`${who}Zip`, ''], [`${who}Country`, 'US']);
  }
  if (call.parentCallSid !== null) fields.push(['ParentCallSid', call.parentCallSid]);
  return fields;
}
