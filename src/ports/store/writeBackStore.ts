import type { CancelReason } from '../../domain/appointment.ts';
import type {
  AppointmentId,
  AttemptId,
  ExternalId,
  ExternalVersion,
  OfferId,
  SlotId,
  WriteBackId,
} from '../../domain/ids.ts';
import type { Opening } from '../../domain/conversation.ts';
import type { SystemAppointment } from '../schedulingSystem.ts';
import type { Instant } from '../../domain/time.ts';
import type { BookCommand } from '../schedulingSystem.ts';

export type WriteBackState =
  | 'pending'
  | 'sending'
  | 'accepted'
  | 'landed'
  | 'superseded'
  | 'retry_wait'
  | 'unknown'
  | 'dead';

/** One command to the scheduling system with all it needs; the key never changes. */
export type WriteBackCommand =
  | {
      readonly kind: 'confirm';
      readonly appointment: AppointmentId;
      readonly external: ExternalId;
      readonly version: ExternalVersion;
    }
  | {
      readonly kind: 'cancel';
      readonly appointment: AppointmentId;
      readonly external: ExternalId;
      readonly version: ExternalVersion;
      readonly reason: CancelReason;
    }
  | {
      readonly kind: 'book';
      readonly book: Omit<BookCommand, 'key'>;
      readonly opening: Opening;
      /** Released by a `cancel` of its own once this landed. */
      readonly replaces: AppointmentId | null;
      readonly offer: OfferId | null;
    };

export interface WriteBack {
  readonly id: WriteBackId;
  readonly key: string;
  readonly state: WriteBackState;
  readonly tries: number;
  readonly command: WriteBackCommand;
  readonly createdAt: Instant;
}

export type Settlement =
  | {
      readonly kind: 'landed';
      readonly external: ExternalId;
      readonly version: ExternalVersion;
      readonly seen: SystemAppointment | null;
    }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'retry'; readonly notBefore: Instant; readonly code: string }
  /** Staff changed it meanwhile, or the slot went to somebody else: ours is dropped, with a callback where the patient was promised something. */
  | {
      readonly kind: 'superseded';
      readonly reason: 'version' | 'slot_taken' | 'gone';
      readonly seen: SystemAppointment | null;
    }
  | { readonly kind: 'dead'; readonly code: string };

export interface WriteBackStore {
  /**
   * Takes the row for sending (state sending, tries + 1); what is returned has the state from before, which says whether to look before sending.
   * null when it is settled, taken, or a write-back of the same appointment that was created earlier is not settled yet (no overtaking). A booking
   * for an offer is sent only under the newest reservation of its slot: otherwise it is settled as superseded here, and null.
   */
  take(id: WriteBackId, now: Instant, leaseMs: number): Promise<WriteBack | null>;
  /**
   * Stores what became of it, in one transaction with all that follows: a landed confirmation updates the mirror; a landed cancellation creates the
   * freed slot (cooling until `coolUntil`) with its `fill` job and nothing else does; a landed booking updates the mirror, fulfils the waitlist
   * entry of its offer, marks the slot booked, closes its promise, and enqueues the `cancel` of what it replaces (reason pat-swl for an offer,
   * pat-crs for a move). A booking that comes to nothing ends its offer: the entry waits on, boosted, and the slot is not offered again.
   */
  settle(
    id: WriteBackId,
    settlement: Settlement,
    at: Instant,
    coolUntil: Instant,
  ): Promise<{ readonly freed: SlotId | null }>;
  /**
   * A booking wanted during a call: row and outbox row in one transaction, and the promise that somebody must close if it does not land.
   * For an offer the fence is checked: null when the reservation is no longer this attempt's. Wanting the same again returns the same row.
   */
  wantBooking(wanted: {
    readonly attempt: AttemptId;
    readonly replaces: AppointmentId | null;
    readonly offer: OfferId | null;
    readonly opening: Opening;
    readonly at: Instant;
    /** The relay leaves it alone until then, because the call delivers it itself. */
    readonly relayNotBefore: Instant;
  }): Promise<WriteBackId | null>;
  /** Unsettled rows, oldest first. */
  unsettled(): Promise<
    readonly { readonly id: WriteBackId; readonly state: WriteBackState; readonly since: Instant }[]
  >;
}
