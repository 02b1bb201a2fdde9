/** Whether a freed slot can be offered at all, what happens when nobody can take it now, and the call that makes an offer. */
import type { FreedSlot, SlotState } from '../domain/freedSlot.ts';
import type { PlannedContact } from '../domain/planning.ts';
import type { NightSettings } from '../domain/practice.ts';
import { type Instant, MINUTE_MS, msBetween, plusMs } from '../domain/time.ts';
import type { PassedOver, Ranked } from './matchWaitlist.ts';

/** How long an offer may wait for a free line before its call begins. */
const WAIT_FOR_LINE_MS = 10 * MINUTE_MS;

/** A slot's fate without an offer. `dueAgainAt` set means held: it is looked at again then. */
export interface NoOffer {
  readonly state: SlotState;
  readonly because: string;
  readonly dueAgainAt: Instant | null;
}

const unfilled = (because: string): NoOffer => ({ state: 'unfilled', because, dueAgainAt: null });

/** @returns why the slot is left to the office, or null when it can be offered. */
export function notOfferable(slot: FreedSlot, limits: NightSettings['offers'], now: Instant): NoOffer | null {
  const aheadMs = msBetween(now, slot.opening.start);
  if (aheadMs <= 0) return { state: 'past', because: 'began', dueAgainAt: null };
  if (slot.chainDepth > limits.chainDepthMax) return unfilled('chain_depth');
  if (aheadMs < limits.minNoticeMs) return unfilled('too_little_notice');
  return aheadMs > limits.horizonMs ? unfilled('beyond_horizon') : null;
}

/** The reason that most people were passed over for; between equals the first in the alphabet. */
function commonest(passedOver: readonly PassedOver[]): string {
  const counts = new Map<string, number>();
  for (const { because } of passedOver) counts.set(because, (counts.get(because) ?? 0) + 1);
  const [first] = [...counts].toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return first?.[0] ?? 'nobody_waits';
}

/** Nobody can be asked now: held until the first reason falls away while there is still notice enough, otherwise unfilled. */
export function whenNobody(
  slot: FreedSlot,
  passedOver: readonly PassedOver[],
  limits: NightSettings['offers'],
): NoOffer {
  const latest = plusMs(slot.opening.start, -limits.minNoticeMs);
  const [next] = passedOver
    .flatMap(({ because, until }) => (until === null || until > latest ? [] : [{ because, until }]))
    .toSorted((a, b) => a.until - b.until);
  return next === undefined
    ? unfilled(commonest(passedOver))
    : { state: 'open', because: next.because, dueAgainAt: next.until };
}

/** An offer outlasts the wait for a line, the ringing and the whole call: nobody loses a slot while saying yes to it. */
export const offerExpiresAt = (now: Instant, settings: NightSettings): Instant =>
  plusMs(now, WAIT_FOR_LINE_MS + settings.ringTimeoutMs + settings.callLimitMs);

/** @returns null when there is no phone to ring, which ranking rules out. */
export function offerContact(ranked: Ranked, now: Instant, expiresAt: Instant): PlannedContact | null {
  const { candidate, place, score } = ranked;
  const { patient } = candidate;
  if (patient.phone === null) return null;
  const detail = Object.entries(score)
    .map(([part, points]) => `${part} ${points}`)
    .join(', ');
  return {
    phone: patient.phone,
    purpose: 'offer',
    location: place.location.id,
    callerId: place.location.callerId,
    zones: place.zones,
    people: [{ patient: patient.id, appointments: [] }],
    decision: { kind: 'call_at', at: now, rules: [{ rule: 'score', verdict: 'allow', detail }] },
    expiresAt,
  };
}
