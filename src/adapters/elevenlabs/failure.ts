import { z } from 'zod';
import type { SpeechChunk, VoiceFailure } from '../../ports/speech.ts';

/** Why speech on the socket failed, in the field's words. */
export type SpeechFailure = Extract<SpeechChunk, { kind: 'failed' }>['reason'];

const REFUSED: ReadonlySet<string> = new Set([
  'authorization_error',
  'invalid_api_key',
  'invalid_authorization_header',
  'needs_authorization',
  'payment_required',
  'quota_exceeded',
  'voice_not_found',
  'model_not_found',
]);
const BUSY: ReadonlySet<string> = new Set([
  'max_active_conversations',
  'rate_limited',
  'system_busy',
  'too_many_concurrent_requests',
]);

/** @param error the vendor's word in an error message; null when the socket just closed. */
export function socketFailure(error: string | null): SpeechFailure {
  if (error !== null && REFUSED.has(error)) return 'refused';
  if (error !== null && BUSY.has(error)) return 'rate_limited';
  return 'lost';
}

/** A websocket handshake that was answered with something else than 101. */
export function handshakeFailure(status: number): SpeechFailure {
  if (status === 429) return 'rate_limited';
  return status >= 400 && status < 500 ? 'refused' : 'lost';
}

const Status = z.looseObject({ statusCode: z.number().int() });

/** An error of the SDK's HTTP client: its kind, and its status when there was an answer. */
export function renderFailure(error: unknown): {
  readonly kind: VoiceFailure['kind'];
  readonly status: number | null;
} {
  const answered = Status.safeParse(error);
  if (answered.success) {
    const status = answered.data.statusCode;
    if (status === 429) return { kind: 'rate_limited', status };
    if (status === 408) return { kind: 'timeout', status };
    return { kind: status >= 400 && status < 500 ? 'refused' : 'unavailable', status };
  }
  const timedOut = error instanceof Error && /timeout/i.test(error.message);
  return { kind: timedOut ? 'timeout' : 'unavailable', status: null };
}
