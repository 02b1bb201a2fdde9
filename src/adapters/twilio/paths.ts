/**
 * Where Twilio calls back. Every path carries the attempt's id and nothing about the person; both the call request and the
 * webhook parser read this one table.
 */
import { id } from '../../domain/ids.ts';
import type { AttemptId } from '../../domain/ids.ts';

/** `status`: call progress. `amd`: the machine verdict. `stream`: the media stream's own fate. `resume`: what to do after the stream. */
export type CallbackKind = 'status' | 'amd' | 'stream' | 'resume';

const PREFIX = '/twilio';
const PATH = /^\/twilio\/(status|amd|stream|resume)\/([A-Za-z0-9_-]{1,64})$/;

/** Retries of a webhook that Twilio does not make by default: on connection trouble and on our 5xx, up to three times. Never signed, never sent. */
const RETRY = '#rc=3&rp=ct,5xx';

const isCallbackKind = (raw: string | undefined): raw is CallbackKind =>
  raw === 'status' || raw === 'amd' || raw === 'stream' || raw === 'resume';

/** The signed part of a callback's address; `publicUrl` may carry a path of its own and must not end in a slash. */
export const callbackUrl = (publicUrl: string, kind: CallbackKind, attempt: AttemptId): string =>
  `${publicUrl}${PREFIX}/${kind}/${attempt}`;

/** The same with Twilio's retry instructions in its fragment, for status and AMD callbacks. */
export const retriedCallbackUrl = (publicUrl: string, kind: CallbackKind, attempt: AttemptId): string =>
  `${callbackUrl(publicUrl, kind, attempt)}${RETRY}`;

/** Reads a request's path, e.g. `/twilio/status/a1`; null when it is none of ours. */
export function parseCallbackPath(
  path: string,
): { readonly kind: CallbackKind; readonly attempt: AttemptId } | null {
  const match = PATH.exec(path);
  const kind = match?.[1];
  const attempt = match?.[2];
  if (!isCallbackKind(kind) || attempt === undefined) return null;
  return { kind, attempt: id<AttemptId>(attempt) };
}
