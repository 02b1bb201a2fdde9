/** A slot that came free through us, and who might take it. */
import type { Patient } from './appointment.ts';
import type { Opening } from './conversation.ts';
import type { LocationId, ProviderId, SlotId, VisitTypeId } from './ids.ts';
import type { ConsentFact, LedgerEntry } from './planning.ts';
import type { Instant } from './time.ts';
import type { WaitlistEntry } from './waitlist.ts';

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
