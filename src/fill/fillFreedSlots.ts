/** Finds somebody for a slot whose cancellation has landed: one person at a time, the best first, and never while the slot may be taken. */
import type { FreedSlot } from '../domain/freedSlot.ts';
import type { SlotId } from '../domain/ids.ts';
import type { CallingRules } from '../domain/planning.ts';
import type { Practice } from '../domain/practice.ts';
import { type Instant, SECOND_MS, msBetween, plusMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Store } from '../ports/store/store.ts';
import { rankWaitlist } from './matchWaitlist.ts';
import { type NoOffer, notOfferable, offerContact, offerExpiresAt, whenNobody } from './offer.ts';

export interface FillDeps {
  readonly store: Pick<Store, 'practice' | 'fill'>;
  readonly scheduling: SchedulingSystem;
  readonly rules: CallingRules;
  readonly clock: Clock;
  readonly log: Log;
}

export type FillAnswer =
  | { readonly kind: 'offered' }
  /** No longer ours to fill, or left to the office, or held until its time. */
  | { readonly kind: 'settled'; readonly because: string }
  | { readonly kind: 'again_in'; readonly ms: number };

/** How soon to ask a scheduling system again that did not answer. */
const UNREAD_RETRY_MS = 30 * SECOND_MS;

/** A call lasts a minute or two. */
const ENGAGED_RETRY_MS = 5 * SECOND_MS;

async function settle(deps: FillDeps, slot: SlotId, no: NoOffer): Promise<FillAnswer> {
  await deps.store.fill.settle(slot, no.state, no.because, no.dueAgainAt);
  return { kind: 'settled', because: no.because };
}

/** null when the slot may be offered now: rested, not reserved, in time, and free where the practice books. */
async function readyToOffer(
  deps: FillDeps,
  slot: FreedSlot,
  practice: Practice,
  now: Instant,
): Promise<FillAnswer | null> {
  switch (slot.state) {
    case 'open':
      break;
    case 'cooling': {
      const restMs = msBetween(now, plusMs(slot.freedAt, practice.settings.coolOffMs));
      if (restMs > 0) return { kind: 'again_in', ms: restMs };
      break;
    }
    case 'reserved':
      if (!(await deps.store.fill.releaseExpired(slot.slot, now)))
        return { kind: 'settled', because: 'reserved' };
      break;
    case 'booked':
    case 'taken_externally':
    case 'past':
    case 'unfilled':
      return { kind: 'settled', because: slot.state };
  }
  const no = notOfferable(slot, practice.settings.offers, now);
  if (no !== null) return settle(deps, slot.slot, no);
  const seen = await deps.scheduling.getSlot(slot.opening.slot);
  if (!seen.ok) return { kind: 'again_in', ms: UNREAD_RETRY_MS };
  if (seen.value?.status === 'free') return null;
  return settle(deps, slot.slot, { state: 'taken_externally', because: 'not_free', dueAgainAt: null });
}

/** Offers the slot to the best person who can be had now, or says why nobody is asked. */
export async function fillFreedSlot(deps: FillDeps, id: SlotId): Promise<FillAnswer> {
  const { store, clock, rules, log } = deps;
  const now = clock.now();
  const [practice, slot] = await Promise.all([store.practice.current(), store.fill.freedSlot(id)]);
  const location = practice?.locations.find((l) => l.id === slot?.location);
  if (practice === null || slot === null || location === undefined) {
    return { kind: 'settled', because: 'unknown_slot' };
  }
  const early = await readyToOffer(deps, slot, practice, now);
  if (early !== null) return early;

  const candidates = await store.fill.candidates(id, now);
  const { ranked, passedOver } = rankWaitlist(slot, candidates, { practice, location, rules, now });
  const expiresAt = offerExpiresAt(now, practice.settings);
  for (const best of ranked) {
    const contact = offerContact(best, now, expiresAt);
    if (contact === null) continue;
    const entry = best.candidate.entry.id;
    const reserved = await store.fill.reserve(id, entry, contact, now, expiresAt);
    if (reserved === null) continue;
    log.info('slot.reserved', { slot: id, waitlistEntry: entry });
    log.info('offer.made', { offer: reserved.offer, contact: reserved.contact, slot: id });
    return { kind: 'offered' };
  }
  // Somebody suits and is being talked to, or another slot was quicker with all of them: a matter of a minute.
  if (ranked.length > 0 || passedOver.some((p) => p.because === 'engaged')) {
    return { kind: 'again_in', ms: ENGAGED_RETRY_MS };
  }
  return settle(deps, id, whenNobody(slot, passedOver, practice.settings.offers));
}
