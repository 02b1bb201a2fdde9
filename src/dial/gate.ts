/**
 * The last look before a phone rings. Everything that planning looked at is looked at again, because hours have passed: people opted out, staff
 * changed appointments, the day's caps were used up, the hours closed. What cannot be decided is not dialed.
 */
import { type CallablePerson, type MayCallContext, callablePeople, usedUpToday } from '../domain/mayCall.ts';
import type { CallingRules, DialDecision, DialFacts, Refusal, RuleFired } from '../domain/planning.ts';
import type { Practice } from '../domain/practice.ts';
import { isoUtc } from '../domain/localTime.ts';
import { type Instant, MINUTE_MS, SECOND_MS, plusMs } from '../domain/time.ts';

/** How soon a paused contact looks again. */
const PAUSED_RETRY_MS = MINUTE_MS;

/** How soon to look again at a phone that we are talking on. */
const BUSY_WITH_US_MS = 30 * SECOND_MS;

export interface GateContext {
  readonly practice: Practice;
  readonly rules: CallingRules;
  readonly now: Instant;
}

export interface GateAnswer {
  readonly decision: DialDecision;
  /** Who may be spoken to and about what, when the decision is to dial. */
  readonly people: readonly CallablePerson[];
}

const fired = (rule: string, verdict: RuleFired['verdict'], detail: string): RuleFired => ({
  rule,
  verdict,
  detail,
});

const never = (because: Refusal, detail: string): GateAnswer => ({
  decision: { kind: 'never', because, rules: [fired(because, 'refuse', detail)] },
  people: [],
});

/** Later, when there is a later: an offer or an appointment that ends before then is not called any more. */
const defer = (facts: DialFacts, because: Refusal, until: Instant): GateAnswer =>
  until >= facts.expiresAt
    ? never(because, `not before ${isoUtc(until)}`)
    : {
        decision: { kind: 'defer', until, because, rules: [fired(because, 'defer', isoUtc(until))] },
        people: [],
      };

const OVER: ReadonlySet<DialFacts['state']> = new Set([
  'resolved',
  'human',
  'suppressed',
  'expired',
  'stale',
  'refused',
]);

/** What holds for the contact as a whole, whoever is on the phone. */
function contactRefusal(facts: DialFacts, now: Instant): GateAnswer | null {
  if (OVER.has(facts.state)) return never('already_answered', facts.state);
  if (facts.reservationHolds === false) return never('offer_withdrawn', facts.offer ?? '');
  if (now >= facts.expiresAt) return never('too_late', isoUtc(facts.expiresAt));
  if (facts.household.phoneSuppressed) return never('suppressed_phone', '');
  if (facts.paused) return defer(facts, 'paused', plusMs(now, PAUSED_RETRY_MS));
  if (facts.liveAttemptOnPhone || facts.state === 'claimed' || facts.state === 'in_call') {
    return defer(facts, 'phone_busy_with_us', plusMs(now, BUSY_WITH_US_MS));
  }
  return now < facts.notBefore ? defer(facts, 'window_closed', facts.notBefore) : null;
}

/** Decides about one contact at one instant. Runs inside the claim's transaction, so it neither waits nor asks anybody. */
export function decideDial(facts: DialFacts, context: GateContext): GateAnswer {
  const { practice, rules, now } = context;
  const { settings } = practice;
  const early = contactRefusal(facts, now);
  if (early !== null) return early;

  const location = practice.locations.find((l) => l.id === facts.location);
  if (location === undefined) return never('unknown_location', facts.location);
  const states = facts.household.people.map((p) => p.patient.state);
  const place = rules.place(location, facts.phone, states);
  if (place === null) return never('unknown_area_code', '');

  const about: MayCallContext = {
    now,
    consent: place.consent,
    caps: settings.caps,
    locations: new Set(practice.locations.map((l) => l.id)),
    doubleBooked: new Set(),
    about: facts.purpose === 'offer' ? 'offer' : 'appointments',
  };
  const { callable, refused } = callablePeople(facts.household, about);
  if (callable.length === 0) {
    const first = refused[0];
    return first === undefined
      ? never('already_answered', 'nobody left')
      : never(first.because, first.detail);
  }

  const patients = callable.map((p) => p.patient);
  const { phone } = facts;
  const used = usedUpToday(
    { phone, patients, ledger: facts.household.ledger },
    settings.caps,
    now,
    location.zone,
  );
  if (used !== null) return defer(facts, used.because, used.until);

  const hours = rules.hours(place, now, settings.ringTimeoutMs);
  if (hours.kind === 'never') return never('no_common_window', place.zones.join(' '));
  if (hours.kind === 'opens') return defer(facts, 'window_closed', hours.at);
  const closes = fired('window', 'allow', `until ${isoUtc(hours.closesAt)}`);
  const who = fired('people', 'allow', `${callable.length} of ${facts.household.people.length}`);
  return {
    decision: { kind: 'dial', rules: [closes, fired('zones', 'allow', place.zones.join(' ')), who] },
    people: callable,
  };
}
