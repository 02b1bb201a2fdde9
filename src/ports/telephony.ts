/**
 * The phone company. `place` answers as soon as the provider took the request; everything later arrives as CallProgress (webhooks)
 * and, once answered, as a MediaLine.
 */
import type { AnsweredBy, CallProgress, E164 } from '../domain/call.ts';
import type { AttemptId, CallSid } from '../domain/ids.ts';
import type { Result } from '../domain/result.ts';
import type { Instant } from '../domain/time.ts';

export interface OutboundCall {
  readonly attempt: AttemptId;
  readonly to: E164;
  readonly from: E164;
  /** Single use; the media socket is refused without it. */
  readonly streamToken: string;
  readonly ringTimeoutMs: number;
  /** The provider hangs up after this, whatever we do. */
  readonly callLimitMs: number;
}

export type DialFailure =
  /** The provider said no and will say no again, e.g. an invalid number. `code` is the provider's. */
  | { readonly kind: 'rejected'; readonly code: number; readonly numberIsBad: boolean }
  /** Nothing was placed; try again no sooner than this. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Nothing was placed, e.g. the connection was refused. */
  | { readonly kind: 'unavailable' }
  /** The request may have been taken and the answer lost. Look with `find` before any second try. */
  | { readonly kind: 'unknown' };

export interface ProviderCall {
  readonly sid: CallSid;
  readonly to: E164;
  readonly from: E164;
  readonly progress: CallProgress;
  readonly answeredBy: AnsweredBy | null;
  readonly createdAt: Instant;
}

export interface Telephony {
  place(call: OutboundCall): Promise<Result<CallSid, DialFailure>>;
  /** Hangs up, or cancels what still rings. Ending a call that has ended is success. */
  end(sid: CallSid): Promise<Result<void, { readonly kind: 'unavailable' }>>;
  fetch(sid: CallSid): Promise<Result<ProviderCall | null, { readonly kind: 'unavailable' }>>;
  /** Calls to a number since a time, newest first: how a lost answer to `place` is cleared up. */
  find(query: {
    readonly to: E164;
    readonly from: E164;
    readonly since: Instant;
  }): Promise<Result<readonly ProviderCall[], { readonly kind: 'unavailable' }>>;
}

/** What comes in on an answered call. Times are milliseconds since the stream's start, by the provider's count. */
export type LineEvent =
  /** 8 kHz mu-law of the callee; usually 160 bytes, never assume it. The buffer is the listener's to keep. */
  | { readonly kind: 'audio'; readonly mulaw: Uint8Array; readonly atMs: number }
  | { readonly kind: 'dtmf'; readonly digit: string }
  /** Everything up to the mark has been played, or was flushed by `clear`. */
  | { readonly kind: 'mark'; readonly name: string }
  | { readonly kind: 'answered_by'; readonly verdict: AnsweredBy; readonly afterMs: number | null }
  /** The stream ended: hang-up, or the provider took the call elsewhere. */
  | { readonly kind: 'closed' };

/** The open media stream of one call. Sending on a closed line does nothing. */
export interface MediaLine {
  readonly attempt: AttemptId;
  readonly sid: CallSid;
  /** One listener; events that came before it was set are delivered at once, in order. */
  listen(listener: (event: LineEvent) => void): void;
  /** Queues audio (base64 of 8 kHz mu-law, any length); played at 8 bytes a millisecond. */
  play(base64Mulaw: string): void;
  /** Asks to be told when playback reaches this point. */
  mark(name: string): void;
  /** Drops everything queued; outstanding marks come back at once. */
  clear(): void;
  /** Ends the stream; the provider goes on with its instructions after it, which hang up. */
  close(): void;
}

/** Where answered calls' streams arrive in this process. */
export interface MediaSwitchboard {
  /** Resolves with the line when the attempt's stream arrives; null when `signal` is aborted first. */
  expect(attempt: AttemptId, streamToken: string, signal: AbortSignal): Promise<MediaLine | null>;
}
