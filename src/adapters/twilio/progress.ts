/** Twilio's words for what a call is doing, in ours. A status that Twilio adds is a type error here before it is a surprise. */
import { z } from 'zod';
import type { AnsweredBy, CallProgress } from '../../domain/call.ts';

/** `initiated` comes in callbacks only, the rest in callbacks and in the Call resource. */
export const VendorCallStatus = z.enum([
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'completed',
  'busy',
  'failed',
  'no-answer',
  'canceled',
]);
type VendorCallStatus = z.infer<typeof VendorCallStatus>;

const STATUS = {
  queued: 'queued',
  initiated: 'queued',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
  busy: 'busy',
  failed: 'failed',
  'no-answer': 'no_answer',
  canceled: 'canceled',
} as const satisfies Record<VendorCallStatus, CallProgress['status']>;

export function callProgress(
  status: VendorCallStatus,
  durationSeconds: number | null,
  sipCode: number | null,
): CallProgress {
  const word = STATUS[status];
  if (word === 'completed') return { status: word, durationSeconds };
  if (word === 'failed') return { status: word, sipCode };
  return { status: word };
}

const VendorAnsweredBy = z.enum([
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
]);
const ANSWERED_BY = {
  human: 'human',
  machine_start: 'machine_start',
  machine_end_beep: 'machine_end_beep',
  machine_end_silence: 'machine_end_silence',
  machine_end_other: 'machine_end_other',
  fax: 'fax',
  unknown: 'unknown',
} as const satisfies Record<z.infer<typeof VendorAnsweredBy>, AnsweredBy>;

/** A verdict we do not know is no verdict; null when there was none at all. */
export function answeredBy(raw: string | null | undefined): AnsweredBy | null {
  if (raw === null || raw === undefined || raw === '') return null;
  const known = VendorAnsweredBy.safeParse(raw);
  return known.success ? ANSWERED_BY[known.data] : 'unknown';
}
