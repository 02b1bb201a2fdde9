/** What a conversation may do to the schedule while somebody is on the phone. */
import type { Opening } from '../domain/conversation.ts';
import type { AppointmentId, OfferId } from '../domain/ids.ts';

/**
 * Books an opening at once, so that the truth can be told.
 * `landed`: the scheduling system has it and was read back. `taken`: somebody else has the slot, nothing changed.
 * `pending`: not known within the deadline; the booking goes on by itself and a promise is on record.
 * The old appointment is never released before the new one landed.
 */
export interface FrontDesk {
  book(
    wanted:
      | { readonly kind: 'move'; readonly appointment: AppointmentId; readonly to: Opening }
      | { readonly kind: 'offer'; readonly offer: OfferId; readonly to: Opening },
    deadlineMs: number,
  ): Promise<'landed' | 'taken' | 'pending'>;
}
