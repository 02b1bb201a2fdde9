import type { FillCandidate, FreedSlot, SlotState } from '../../domain/freedSlot.ts';
import type { ContactId, OfferId, SlotId, WaitlistEntryId } from '../../domain/ids.ts';
import type { PlannedContact } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';

export type { FillCandidate, FreedSlot, SlotState };

export interface FillStore {
  freedSlot(slot: SlotId): Promise<FreedSlot | null>;
  candidates(slot: SlotId, now: Instant): Promise<readonly FillCandidate[]>;
  /**
   * Reserves the slot for one entry with the next fencing token, creates the offer, its contact and the `call` outbox row, in one transaction,
   * and a `fill` outbox row due at `expiresAt`, so that an offer that nobody ended comes back.
   * null when the slot is not open (any more) and has not finished cooling, or the entry is engaged elsewhere or waits no longer.
   */
  reserve(
    slot: SlotId,
    entry: WaitlistEntryId,
    contact: PlannedContact,
    at: Instant,
    expiresAt: Instant,
  ): Promise<{ readonly offer: OfferId; readonly contact: ContactId; readonly fence: number } | null>;
  /**
   * Ends an offer whose reservation ran out with no attempt under way to make it and no booking on its way: offer expired, its contact expired,
   * the slot open again.
   * @returns whether the slot was released by this call.
   */
  releaseExpired(slot: SlotId, at: Instant): Promise<boolean>;
  /**
   * A slot that is still ours to give (cooling, open or unfilled) gets this state and its reason. With `dueAgainAt` (state open: held until then) a `fill` outbox row
   * for that time is written with it.
   */
  settle(slot: SlotId, state: SlotState, because: string, dueAgainAt: Instant | null): Promise<void>;
}
