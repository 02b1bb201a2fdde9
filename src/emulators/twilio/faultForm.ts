import { isAmdVerdict } from './amd.ts';
import type { CallEvent, Fault, FaultKind, FaultScope, WebhookPurpose } from './faults.ts';

const EVENTS: readonly CallEvent[] = ['initiated', 'ringing', 'answered', 'completed'];
const PURPOSES: readonly WebhookPurpose[] = ['twiml', 'status', 'amd', 'recording', 'stream', 'media'];

type Field = (value: unknown) => boolean;

const number: Field = (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const maybeNumber: Field = (value) => value === undefined || number(value);
const event: Field = (value) => EVENTS.some((one) => one === value);

/** The fields of every fault, as they must come over the wire. */
const FIELDS: Readonly<Record<FaultKind, Readonly<Record<string, Field>>>> = {
  create_response_lost: {},
  create_refused: { status: number, code: maybeNumber },
  queue_delayed: { byMs: number },
  queued_canceled: { afterMs: number },
  callback_lost: { event },
  callback_duplicated: { event },
  callback_delayed: { event, byMs: number },
  callback_reordered: { event },
  callback_after_terminal: { event },
  recording_absent: { errorCode: (value) => value === 16101 || value === 16102 },
  amd_late: { byMs: number },
  amd_wrong: { says: isAmdVerdict },
  amd_never: {},
  stream_refused: { status: number },
  hang_up_mid_playout: { afterPlayedMs: number },
  dtmf_burst: { digits: (value) => typeof value === 'string' && /^[0-9A-D#*]+$/.test(value), afterMs: number },
  webhook_failed: { purpose: (value) => PURPOSES.some((one) => one === value), status: number },
  frames_lost: { afterMs: number, frames: number },
  frames_held: { afterMs: number, forMs: number },
  media_dropped: { afterMs: number },
};

/** Reads `{fault: {kind, ...}, to?, times?}`; a string says what is wrong with it. */
export function readFault(body: unknown): { readonly fault: Fault; readonly scope: FaultScope } | string {
  if (!isObject(body) || !isFault(body['fault'])) return 'fault: not one of the menu, or a field is wrong';
  const { to, times } = body;
  if (to !== undefined && typeof to !== 'string') return 'to: not a number to call';
  if (times !== undefined && times !== null && !number(times)) return 'times: not a number or null';
  return {
    fault: body['fault'],
    scope: {
      ...(to === undefined ? {} : { to }),
      ...(times === null || typeof times === 'number' ? { times } : {}),
    },
  };
}

function isFault(value: unknown): value is Fault {
  if (!isObject(value) || typeof value['kind'] !== 'string' || !Object.hasOwn(FIELDS, value['kind'])) return false;
  const fields = Object.entries(FIELDS).find(([kind]) => kind === value['kind'])?.[1] ?? {};
  const known = Object.keys(value).every((key) => key === 'kind' || Object.hasOwn(fields, key));
  return known && Object.entries(fields).every(([key, fits]) => fits(value[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
