/** What a failed `POST Calls` means for the attempt: nothing was placed, it never will be, or nobody knows. */
import { z } from 'zod';
import type { DialFailure } from '../../ports/telephony.ts';

/** Thrown by our request client, because the SDK's own error drops the header that says how long to wait. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('rate limited');
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Numbers that no second try will reach, https://www.twilio.com/docs/api/errors: 21211 invalid, 21214 unreachable,
 * 21215 no permission for its country, 21216 blocked, 21217 does not look valid.
 */
const BAD_NUMBER: ReadonlySet<number> = new Set([21211, 21214, 21215, 21216, 21217]);

/** The connection never stood, so the request cannot have been taken. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const Rest = z.looseObject({ status: z.number().int(), code: z.number().int().nullish() });
const Network = z.looseObject({ code: z.string(), syscall: z.string().nullish() });

/** The HTTP status and Twilio's number of a REST error, null when the error is none. */
export function restError(error: unknown): { readonly status: number; readonly code: number | null } | null {
  const rest = Rest.safeParse(error);
  return rest.success ? { status: rest.data.status, code: rest.data.code ?? null } : null;
}

export function dialFailure(error: unknown): DialFailure {
  if (error instanceof RateLimited) return { kind: 'rate_limited', retryAfterMs: error.retryAfterMs };
  const rest = restError(error);
  if (rest !== null) {
    // A 5xx may come from a gateway behind which the call was taken.
    if (rest.status < 400 || rest.status >= 500) return { kind: 'unknown' };
    const code = rest.code ?? rest.status;
    return { kind: 'rejected', code, numberIsBad: BAD_NUMBER.has(code) };
  }
  const network = Network.safeParse(error);
  const neverStood =
    network.success && (NOT_CONNECTED.has(network.data.code) || network.data.syscall === 'connect');
  return neverStood ? { kind: 'unavailable' } : { kind: 'unknown' };
}

/** A short machine word for the log, never the vendor's sentence. */
export function dialFailureCode(failure: DialFailure): string {
  return failure.kind === 'rejected' ? `rejected_${failure.code}` : failure.kind;
}
