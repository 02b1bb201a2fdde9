import type { Opening } from '../../domain/conversation.ts';
import type {
  ContactId,
  LocationId,
  OfferId,
  ProviderId,
  SlotId,
  VisitTypeId,
  WaitlistEntryId,
} from '../../domain/ids.ts';
import type { Patient } from '../../domain/appointment.ts';
import type { ConsentFact, LedgerEntry, PlannedContact } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';
import type { WaitlistEntry } from '../../domain/waitlist.ts';

/** cooling -> open -> reserved -> booked; taken_externally and past from anywhere. */
export type SlotState = 'cooling' | 'open' | 'reserved' | 'booked' | 'taken_externally' | 'past' | 'unfilled';

export interface FreedSlot {
  readonly slot: SlotId;
  readonly state: SlotState;
  readonly opening: Opening;
  readonly location: LocationId;
  readonly provider: ProviderId | null;
  readonly visitType: VisitTypeId | null;
  readonly minutes: number;
  readonly freedAt: Instant;
  /** How many moves led to this slot: 0 for a cancellation, 1 for the old slot of somebody who moved into that, ... */
  readonly chainDepth: number;
}

/** One entry with what decides about offering. */
export interface FillCandidate {
  readonly entry: WaitlistEntry;
  readonly patient: Patient;
  readonly consents: readonly ConsentFact[];
  readonly phoneSuppressed: boolean;
  readonly suppressed: boolean;
  readonly ledger: readonly LedgerEntry[];
  /** This slot was offered to them before. */
  readonly offeredThisSlot: boolean;
  readonly offersToday: number;
  /** In an open offer or a live call now. */
  readonly engaged: boolean;
}

export interface FillStore {
  freedSlot(slot: SlotId): Promise<FreedSlot | null>;
  candidates(slot: SlotId, now: Instant): Promise<readonly FillCandidate[]>;
  /**
   * Reserves the slot for one entry with the next fencing token, creates the offer, its contact and the `call` outbox row, in one transaction,
   * and a `fill` outbox row due at `expiresAt`, so that an offer that nobody ended comes back.
   * null when the slot is not open (any more) or the entry is engaged elsewhere.
   */
  reserve(
    slot: SlotId,
    entry: WaitlistEntryId,
    contact: PlannedContact,
    at: Instant,
    expiresAt: Instant,
  ): Promise<{ readonly offer: OfferId; readonly contact: ContactId; readonly fence: number } | null>;
  /**
   * Ends an offer whose reservation ran out with no live attempt to make it: offer expired, its contact expired, the slot open again.
   * @returns whether the slot was released by this call.
   */
  releaseExpired(slot: SlotId, at: Instant): Promise<boolean>;
  /**
   * A slot that is not reserved or booked gets this state and its reason. With `dueAgainAt` (state open: held until then) a `fill` outbox row
   * for that time is written with it.
   */
  settle(slot: SlotId, state: SlotState, because: string, dueAgainAt: Instant | null): Promise<void>;
}
