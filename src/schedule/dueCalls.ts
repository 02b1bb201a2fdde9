/**
 * The evening's plan: every household either gets a time to be called or a reason why not, and nobody is left out. Pure: the same facts give the
 * same plan, so a dry run and the real one cannot differ.
 */
import { type Appointment } from '../domain/appointment.ts';
import type { E164 } from '../domain/call.ts';
import type { AppointmentId, LocationId, PatientId } from '../domain/ids.ts';
import { isoUtc } from '../domain/localTime.ts';
import {
  type CallablePerson,
  type MayCallContext,
  type RefusedPerson,
  callablePeople,
  usedUpToday,
} from '../domain/mayCall.ts';
import type {
  CalleePlace,
  CallingRules,
  Household,
  PlanDecision,
  PlannedContact,
  Refusal,
  RuleFired,
} from '../domain/planning.ts';
import type { Location, Practice } from '../domain/practice.ts';
import { type Instant, overlaps, plusMs } from '../domain/time.ts';

export interface PlanningFacts {
  readonly practice: Practice;
  readonly households: readonly Household[];
  /** All that is booked around the span, answered or not: what a double booking is seen by. */
  readonly booked: readonly Appointment[];
  readonly now: Instant;
}

/** Appointments that share time with another of the same provider or the same patient: the office must say which is true. */
export function doubleBookings(booked: readonly Appointment[]): ReadonlySet<AppointmentId> {
  const found = new Set<AppointmentId>();
  const live = booked.filter((a) => a.status === 'booked').toSorted((a, b) => a.start - b.start);
  for (const [i, one] of live.entries()) {
    for (const other of live.slice(i + 1)) {
      const sharesProvider = one.provider !== null && one.provider === other.provider;
      if (!sharesProvider && one.patient !== other.patient) continue;
      if (!overlaps({ from: one.start, to: one.end }, { from: other.start, to: other.end })) continue;
      found.add(one.id);
      found.add(other.id);
    }
  }
  return found;
}

const fired = (rule: string, verdict: RuleFired['verdict'], detail: string): RuleFired => ({
  rule,
  verdict,
  detail,
});

const never = (because: Refusal, rules: readonly RuleFired[]): PlanDecision => ({
  kind: 'never',
  because,
  rules,
});

const startsOf = (household: Household): ReadonlyMap<AppointmentId, Appointment> =>
  new Map(household.people.flatMap((p) => p.appointments.map((a) => [a.id, a] as const)));

/** The callable appointment that starts first: it says which office rings, and until when. */
function firstOf(household: Household, people: readonly CallablePerson[]): Appointment | null {
  const all = startsOf(household);
  const theirs = people.flatMap((p) => p.appointments.flatMap((a) => all.get(a) ?? []));
  return theirs.toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1))[0] ?? null;
}

const placesOf = (
  household: Household,
  people: readonly CallablePerson[],
  locations: ReadonlyMap<LocationId, Location>,
): readonly Location[] => {
  const all = startsOf(household);
  const theirs = people.flatMap((p) => p.appointments.flatMap((a) => all.get(a)?.location ?? []));
  return [...new Set(theirs)].flatMap((l) => locations.get(l) ?? []);
};

/** The people of a household who are refused, one contact for each: they stand alone in the plan, with the first reason found. */
function refusedContacts(refused: readonly RefusedPerson[], now: Instant): readonly PlannedContact[] {
  const byPatient = new Map<PatientId, RefusedPerson[]>();
  for (const one of refused) byPatient.set(one.patient, [...(byPatient.get(one.patient) ?? []), one]);
  return [...byPatient].flatMap(([patient, reasons]) => {
    const first = reasons[0];
    if (first === undefined) return [];
    return {
      phone: null,
      purpose: 'confirm' as const,
      location: null,
      callerId: null,
      zones: [],
      people: [{ patient, appointments: reasons.flatMap((r) => r.appointments) }],
      decision: never(
        first.because,
        reasons.map((r) => fired(r.because, 'refuse', r.detail)),
      ),
      expiresAt: now,
    };
  });
}

/** When the household may be rung, given who is to be spoken to; caps of the day push it to another day's opening. */
function timeFor(
  callee: { readonly place: CalleePlace; readonly phone: E164; readonly patients: readonly PatientId[] },
  household: Household,
  facts: PlanningFacts & { readonly rules: CallingRules },
  expiresAt: Instant,
): PlanDecision {
  const { now, practice, rules } = facts;
  const { settings } = practice;
  const zones = fired('zones', 'allow', callee.place.zones.join(' '));
  if (now >= expiresAt) return never('too_late', [fired('too_late', 'refuse', isoUtc(expiresAt))]);
  const used = usedUpToday(
    { phone: callee.phone, patients: callee.patients, ledger: household.ledger },
    settings.caps,
    now,
    callee.place.location.zone,
  );
  const from = used?.until ?? now;
  const hours = rules.hours(callee.place, from, settings.ringTimeoutMs);
  const capped = used === null ? [] : [fired(used.because, 'defer', isoUtc(used.until))];
  if (hours.kind === 'never') {
    return never('no_common_window', [zones, ...capped, fired('no_common_window', 'refuse', '')]);
  }
  const at = hours.kind === 'open' ? from : hours.at;
  if (at >= expiresAt) {
    const because = used?.because ?? 'window_closed';
    return never(because, [zones, ...capped, fired('window_closed', 'refuse', isoUtc(at))]);
  }
  const window = fired('window', hours.kind === 'open' ? 'allow' : 'defer', isoUtc(at));
  return { kind: 'call_at', at, rules: [zones, ...capped, window] };
}

function planHousehold(
  household: Household,
  facts: PlanningFacts & { readonly rules: CallingRules },
  context: Omit<MayCallContext, 'consent'>,
  locations: ReadonlyMap<LocationId, Location>,
): readonly PlannedContact[] {
  const { now, practice, rules } = facts;
  const everybody = household.people.map((p) => ({
    patient: p.patient.id,
    appointments: p.appointments.map((a) => a.id),
  }));
  const contact = (people: readonly CallablePerson[], decision: PlanDecision): PlannedContact => ({
    phone: household.phone,
    purpose: 'confirm',
    location: null,
    callerId: null,
    zones: [],
    people: people.map(({ patient, appointments }) => ({ patient, appointments })),
    decision,
    expiresAt: now,
  });
  const refuseAll = (because: Refusal): readonly PlannedContact[] => [
    contact(everybody, never(because, [fired(because, 'refuse', '')])),
  ];
  const { phone } = household;
  if (phone === null) return refuseAll(household.badPhone === 'impossible' ? 'invalid_phone' : 'no_phone');
  if (household.phoneSuppressed) return refuseAll('suppressed_phone');

  // Which consent is needed depends on the place, and the place on who is left: the strictest of all that come into question.
  const likely = callablePeople(household, { ...context, consent: 'any' });
  const states = household.people.map((p) => p.patient.state);
  const places = placesOf(household, likely.callable, locations).map((l) => rules.place(l, phone, states));
  if (places.includes(null)) return refuseAll('unknown_area_code');
  const consent = places.some((p) => p?.consent === 'automated_voice') ? 'automated_voice' : 'any';
  const { callable, refused } = callablePeople(household, { ...context, consent });
  const first = firstOf(household, callable);
  const place = places.find((p) => p?.location.id === first?.location);
  if (first === null || place === undefined || place === null) return refusedContacts(refused, now);
  const { ringTimeoutMs, callLimitMs } = practice.settings;
  const expiresAt = plusMs(first.start, -(ringTimeoutMs + callLimitMs));
  const patients = callable.map((p) => p.patient);
  return [
    {
      ...contact(callable, timeFor({ place, phone, patients }, household, facts, expiresAt)),
      location: place.location.id,
      callerId: place.location.callerId,
      zones: place.zones,
      expiresAt,
    },
    ...refusedContacts(refused, now),
  ];
}

/** The first start among a contact's appointments, for the order of the evening. */
function orderKey(facts: PlanningFacts): (contact: PlannedContact) => number {
  const starts = new Map(
    facts.households.flatMap((h) => [...startsOf(h)].map(([id, a]) => [id, a.start] as const)),
  );
  return (contact) =>
    Math.min(
      Number.MAX_SAFE_INTEGER,
      ...contact.people.flatMap((p) => p.appointments.flatMap((a) => starts.get(a) ?? [])),
    );
}

/**
 * Decides about every household. Contacts come in the order in which their first appointment starts; each person and appointment is in exactly
 * one of them, called or refused with the rules that said so.
 */
export function dueCalls(facts: PlanningFacts, rules: CallingRules): readonly PlannedContact[] {
  const locations = new Map(facts.practice.locations.map((l) => [l.id, l]));
  const context: Omit<MayCallContext, 'consent'> = {
    now: facts.now,
    caps: facts.practice.settings.caps,
    locations: new Set(locations.keys()),
    doubleBooked: doubleBookings(facts.booked),
    about: 'appointments',
  };
  const start = orderKey(facts);
  return facts.households
    .flatMap((h) => planHousehold(h, { ...facts, rules }, context, locations))
    .map((contact) => ({ contact, at: start(contact) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ contact }) => contact);
}
