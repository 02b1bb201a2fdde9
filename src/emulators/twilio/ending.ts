import { callSeconds, type Call, type TerminalStatus } from './call.ts';
import type { Params } from './webhooks.ts';

/** What a refusal amounts to: the callee's equipment is busy, nobody came to the phone, or the call could not be made. */
export function statusOfSipCode(code: number): TerminalStatus {
  if (code === 486 || code === 600 || code === 603) return 'busy';
  return code === 408 || code === 480 || code === 487 ? 'no-answer' : 'failed';
}

/** What the last status callback says beyond the usual: `CallDuration` in seconds, `Duration` in minutes begun. */
export function terminalFields(
  call: Call,
  sipCode: number | null,
  recording: { readonly sid: string; readonly url: string } | null,
): Params {
  const seconds = callSeconds(call) ?? 0;
  const fields: (readonly [string, string])[] = [
    ['CallDuration', String(seconds)],
    ['Duration', String(Math.ceil(seconds / 60))],
  ];
  const code = sipCode ?? (call.status === 'completed' ? 200 : null);
  if (code !== null) fields.push(['SipResponseCode', String(code)]);
  if (call.answeredBy !== null) fields.push(['AnsweredBy', call.answeredBy]);
  if (recording !== null) {
    fields.push(
      ['RecordingUrl', recording.url],
      ['RecordingSid', recording.sid],
      ['RecordingDuration', String(seconds)],
    );
  }
  return fields;
}
