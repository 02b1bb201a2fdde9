import { isObject } from '../wire/json.ts';
import { isAmdVerdict } from './amd.ts';
import type { AskedFault, CallEvent, FaultKind, WebhookPurpose } from './faults.ts';

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
  dtmf_burst: {
    digits: (value) => typeof value === 'string' && /^[0-9A-D#*]+$/.test(value),
    afterMs: number,
  },
  webhook_failed: { purpose: (value) => PURPOSES.some((one) => one === value), status: number },
  frames_lost: { afterMs: number, frames: number },
  frames_held: { afterMs: number, forMs: number },
  media_dropped: { afterMs: number },
};

/** What every fault may say beside its own fields. */
const SCOPE: Readonly<Record<string, Field>> = {
  to: (value) => value === undefined || typeof value === 'string',
  times: (value) => value === null || maybeNumber(value),
  after: maybeNumber,
};

/** Reads a fault as it is asked for over HTTP; a string says what is wrong with it. */
export function readFault(given: unknown): AskedFault | string {
  if (!isObject(given)) return 'a fault is an object with a kind';
  const kind = String(given['kind']);
  if (isFault(given)) return given;
  const fields = fieldsOf(kind);
  if (fields === null) return `unknown kind ${kind}; there are ${Object.keys(FIELDS).join(', ')}`;
  return `${kind} has the fields ${Object.keys({ ...fields, ...SCOPE }).join(', ')}, and one of them is wrong`;
}

function isFault(given: object): given is AskedFault {
  const fields = 'kind' in given && typeof given.kind === 'string' ? fieldsOf(given.kind) : null;
  if (fields === null) return false;
  const allowed = { ...fields, ...SCOPE };
  const values = new Map<string, unknown>(Object.entries(given));
  values.delete('kind');
  return (
    [...values.keys()].every((key) => Object.hasOwn(allowed, key)) &&
    Object.entries(allowed).every(([key, fits]) => fits(values.get(key)))
  );
}

function fieldsOf(kind: string): Readonly<Record<string, Field>> | null {
  return Object.entries(FIELDS).find(([one]) => one === kind)?.[1] ?? null;
}
