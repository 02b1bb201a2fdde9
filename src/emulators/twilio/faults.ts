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

/** Which calls a fault fits, and how often; part of the fault as it is asked for. */
interface FaultScope {
  /** Only calls to this number. */
  readonly to?: string;
  /** Uses before it is gone. Default 1; null = until cleared. */
  readonly times?: number | null;
  /** Chances that pass by first. Default 0. */
  readonly after?: number;
}

export type AskedFault = Fault & FaultScope;

interface Armed {
  readonly fault: AskedFault;
  left: number | null;
  skip: number;
}

/** The faults asked for and not yet used up. */
export class Faults {
  #armed: Armed[] = [];

  ask(fault: AskedFault): void {
    this.#armed.push({ fault, left: fault.times === undefined ? 1 : fault.times, skip: fault.after ?? 0 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** `left` = null: until cleared. */
  list(): readonly { readonly fault: AskedFault; readonly left: number | null }[] {
    return this.#armed.map(({ fault, left }) => ({ fault, left }));
  }

  /** Uses the oldest fitting fault of this kind, or tells that there is none. */
  use<Kind extends FaultKind>(
    kind: Kind,
    to: string,
    fits: (fault: Extract<Fault, { kind: Kind }>) => boolean = () => true,
  ): Extract<Fault, { kind: Kind }> | null {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (!isKind(fault, kind) || (fault.to !== undefined && fault.to !== to) || !fits(fault)) continue;
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      if (armed.left !== null) {
        armed.left -= 1;
        if (armed.left <= 0) this.#armed = this.#armed.filter((one) => one !== armed);
      }
      return fault;
    }
    return null;
  }
}

function isKind<Kind extends FaultKind>(
  fault: AskedFault,
  kind: Kind,
): fault is Extract<Fault, { kind: Kind }> & FaultScope {
  return fault.kind === kind;
}
