import type { OutcomeChanges } from '../../ports/store/outcomeStore.ts';
import type { SlotState } from '../../ports/store/fillStore.ts';
import type { Instant } from '../../domain/time.ts';
import { type Transaction, toTimestamp } from './database.ts';
import { nudge } from './outbox.ts';

const TAKEN = { state: 'taken_externally', because: 'slot_taken' } as const;

export type OfferEnd = NonNullable<OutcomeChanges['offer']>['became'] | 'expired';

/** A booking for this offer has been wanted and its end is not known: the slot may be theirs already. */
export const bookingUnderWay = async (tx: Transaction, offer: string): Promise<boolean> =>
  (await tx.writeBack.count({
    where: { offerId: offer, kind: 'book', state: { notIn: ['landed', 'superseded', 'dead'] } },
  })) > 0;

/** Offers whose slot goes round again when they end. */
const RELEASES: ReadonlySet<OfferEnd> = new Set(['declined', 'no_decision', 'unreached', 'expired']);

/**
 * Ends an open offer and gives its reservation back, so that the slot is offered to the next person; an accepted one keeps it for the booking.
 * An offer that has ended stays as it is; only a booking can still lose an accepted one its slot. A call may break off after the yes: while a
 * booking is under way the offer counts as accepted, and the booking's end decides. @returns whether this call ended it.
 */
export async function endOffer(
  tx: Transaction,
  id: string,
  said: OfferEnd,
  at: Instant,
  lost: { readonly state: SlotState; readonly because: string } = TAKEN,
): Promise<boolean> {
  const became = RELEASES.has(said) && (await bookingUnderWay(tx, id)) ? 'accepted' : said;
  const { count } = await tx.offer.updateMany({
    where: { id, state: { in: became === 'lost_slot' ? ['open', 'accepted'] : ['open'] } },
    data: { state: became, endedAt: toTimestamp(at) },
  });
  if (count === 0) return false;
  const offer = await tx.offer.findUniqueOrThrow({ where: { id } });
  if (became === 'lost_slot') {
    await tx.waitlistEntry.update({
      where: { id: offer.waitlistEntryId },
      data: { boost: { increment: 1 } },
    });
    await tx.slot.updateMany({
      where: { id: offer.slotId, fence: offer.fence, state: 'reserved' },
      data: lost,
    });
  }
  if (!RELEASES.has(became)) return true;
  const released = await tx.slot.updateMany({
    where: { id: offer.slotId, fence: offer.fence, state: 'reserved' },
    data: { state: 'open', because: null },
  });
  if (released.count > 0) {
    const jobId = `fill-${offer.slotId}-after-${offer.fence}`;
    await nudge(tx, { queue: 'fill', subject: offer.slotId, jobId, dueAt: at, at });
  }
  return true;
}
