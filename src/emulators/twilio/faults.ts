/**
 * The fault menu: what can go wrong between us and Twilio, each seen in the wild. A fault is asked for from outside, waits
 * for the next call it fits (all calls, or one number), and is used up after `times` uses.
 */
import type { AmdVerdict } from './amd.ts';

/** The moments of a call that status callbacks tell of. */
export type CallEvent = 'initiated' | 'ringing' | 'answered' | 'completed';

/** What a webhook of ours is asked for. */
export type WebhookPurpose = 'twiml' | 'status' | 'amd' | 'recording' | 'stream' | 'media';

export type Fault =
  /** The call is accepted and placed, but the connection breaks before the answer. */
  | { readonly kind: 'create_response_lost' }
  /** The create is refused and not processed: 429 (code 20429), or another status with or without a code. */
  | { readonly kind: 'create_refused'; readonly status: number; readonly code?: number }
  /** The call stays queued this much longer. */
  | { readonly kind: 'queue_delayed'; readonly byMs: number }
  /** The call is canceled while it is still queued. */
  | { readonly kind: 'queued_canceled'; readonly afterMs: number }
  | { readonly kind: 'callback_lost'; readonly event: CallEvent }
  | { readonly kind: 'callback_duplicated'; readonly event: CallEvent }
  | { readonly kind: 'callback_delayed'; readonly event: CallEvent; readonly byMs: number }
  /** The event arrives after the one that follows it. */
  | { readonly kind: 'callback_reordered'; readonly event: CallEvent }
  /** The event arrives after the terminal one. */
  | { readonly kind: 'callback_after_terminal'; readonly event: CallEvent }
  | { readonly kind: 'recording_absent'; readonly errorCode: 16101 | 16102 }
  | { readonly kind: 'amd_late'; readonly byMs: number }
  | { readonly kind: 'amd_wrong'; readonly says: AmdVerdict }
  | { readonly kind: 'amd_never' }
  /** The media websocket's handshake is answered with this status instead of 101. */
  | { readonly kind: 'stream_refused'; readonly status: number }
  /** The callee hangs up after this much of our audio was played in a stream. */
  | { readonly kind: 'hang_up_mid_playout'; readonly afterPlayedMs: number }
  /** Keys pressed all at once, this long after the stream began. */
  | { readonly kind: 'dtmf_burst'; readonly digits: string; readonly afterMs: number }
  /** Our webhook counts as having answered with this status (0 = no connection), whatever it answered. */
  | { readonly kind: 'webhook_failed'; readonly purpose: WebhookPurpose; readonly status: number }
  /** Frames of the callee's audio that never arrive. */
  | { readonly kind: 'frames_lost'; readonly afterMs: number; readonly frames: number }
  /** Frames held back, then sent all at once. */
  | { readonly kind: 'frames_held'; readonly afterMs: number; readonly forMs: number }
  /** The media websocket's TCP connection breaks without a closing handshake. */
  | { readonly kind: 'media_dropped'; readonly afterMs: number };

export type FaultKind = Fault['kind'];

/** Which calls a fault fits, and how often. */
export interface FaultScope {
  /** Only calls to this number. */
  readonly to?: string;
  /** Uses before it is gone. Default 1; null = until cleared. */
  readonly times?: number | null;
}

export interface AskedFault {
  readonly id: number;
  readonly fault: Fault;
  readonly to: string | null;
  readonly left: number | null;
}

/** The faults asked for and not yet used up. */
export class Faults {
  #asked: { readonly id: number; readonly fault: Fault; readonly to: string | null; left: number | null }[] = [];
  #lastId = 0;

  /** Asks for a fault; the number identifies it. */
  ask(fault: Fault, scope: FaultScope = {}): number {
    this.#lastId += 1;
    this.#asked.push({
      id: this.#lastId,
      fault,
      to: scope.to ?? null,
      left: scope.times === undefined ? 1 : scope.times,
    });
    return this.#lastId;
  }

  clear(): void {
    this.#asked = [];
  }

  list(): readonly AskedFault[] {
    return this.#asked.map((asked) => ({ ...asked }));
  }

  /** Uses the oldest fitting fault of this kind, or tells that there is none. */
  use<Kind extends FaultKind>(
    kind: Kind,
    to: string,
    fits: (fault: Extract<Fault, { kind: Kind }>) => boolean = () => true,
  ): Extract<Fault, { kind: Kind }> | null {
    for (const asked of this.#asked) {
      if (!isKind(asked.fault, kind) || (asked.to !== null && asked.to !== to) || !fits(asked.fault)) continue;
      if (asked.left !== null) {
        asked.left -= 1;
        if (asked.left <= 0) this.#asked = this.#asked.filter((one) => one !== asked);
      }
      return asked.fault;
    }
    return null;
  }
}

function isKind<Kind extends FaultKind>(fault: Fault, kind: Kind): fault is Extract<Fault, { kind: Kind }> {
  return fault.kind === kind;
}
