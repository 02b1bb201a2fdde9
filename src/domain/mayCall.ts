/**
 * Who of a household may be spoken to, and about which appointments. One set of rules for the evening's plan, for the moment before a dial and
 * for an offer, so that what was refused in one place is not allowed in another. Unknown means not dialed.
 */
import { type Appointment, awaitsConfirmation } from './appointment.ts';
import type { E164 } from './call.ts';
import { wasAnswered } from './disposition.ts';
import type { AppointmentId, LocationId, PatientId } from './ids.ts';
import { localDay } from './localTime.ts';
import type { ConsentFact, DuePatient, Household, LedgerEntry, Refusal } from './planning.ts';
import type { NightSettings } from './practice.ts';
import { type Instant, type Zone, HOUR_MS, contains, instant } from './time.ts';

/** The only language that the scripts speak. */
const SPOKEN_LANGUAGE = 'en';

/** Longer than any visit; an appointment outside (0, 24 h] was not read right. */
const LONGEST_VISIT_MS = 24 * HOUR_MS;

/** The window of the weekly cap, rolling. */
const WEEK_MS = 7 * 24 * HOUR_MS;

export interface CallablePerson {
  readonly patient: PatientId;
  readonly appointments: readonly AppointmentId[];
}

export interface RefusedPerson extends CallablePerson {
  readonly because: Refusal;
  /** Ids and counts only. */
  readonly detail: string;
}

export interface MayCallContext {
  readonly now: Instant;
  readonly consent: 'any' | 'automated_voice';
  readonly caps: NightSettings['caps'];
  readonly locations: ReadonlySet<LocationId>;
  readonly doubleBooked: ReadonlySet<AppointmentId>;
  /** An offer is about something new: it needs no appointment that waits for an answer. */
  readonly about: 'appointments' | 'offer';
}

/** Granted by now, not revoked, and of a kind that suffices. A `voice` consent covers automated calls except where a state asks for them by name. */
const hasConsent = (
  consents: readonly ConsentFact[],
  needs: 'any' | 'automated_voice',
  now: Instant,
): boolean =>
  consents.some(
    (c) =>
      (needs === 'any' || c.kind === 'automated_voice') &&
      c.grantedAt <= now &&
      (c.revokedAt === null || c.revokedAt > now),
  );

/** Attempts that rang, or may have rung, somebody's phone. */
const rang = (entry: LedgerEntry): boolean =>
  entry.disposition !== 'never_dialed' && entry.disposition !== 'provider_error';

const speaksOurs = (language: string | null): boolean =>
  language === null || language.toLowerCase().split(/[-_]/)[0] === SPOKEN_LANGUAGE;

const because = (refusal: Refusal, detail = ''): { because: Refusal; detail: string } => ({
  because: refusal,
  detail,
});

function personRefusal(
  person: DuePatient,
  household: Household,
  context: MayCallContext,
): { readonly because: Refusal; readonly detail: string } | null {
  const { patient } = person;
  if (patient.deceased) return because('deceased');
  if (person.suppressed) return because('suppressed_patient');
  if (person.wrongNumber) return because('wrong_number_before');
  if (person.isMinor && !household.people.some((p) => !p.isMinor && !p.patient.deceased)) {
    return because('minor_own_phone');
  }
  if (!speaksOurs(patient.language)) return because('language_unsupported');
  if (!hasConsent(person.consents, context.consent, context.now)) {
    return because('no_consent', `needs ${context.consent}`);
  }
  const week = household.ledger.filter(
    (e) => rang(e) && e.patients.includes(patient.id) && context.now - e.placedAt < WEEK_MS,
  );
  return week.length >= context.caps.dialsPerPatientPer7Days
    ? because('cap_patient_week', `${week.length} dials`)
    : null;
}

function appointmentRefusal(
  appointment: Appointment,
  ledger: readonly LedgerEntry[],
  context: MayCallContext,
): { readonly because: Refusal; readonly detail: string } | null {
  const lengthMs = appointment.end - appointment.start;
  if (!(lengthMs > 0 && lengthMs <= LONGEST_VISIT_MS)) {
    return { because: 'unreadable_appointment', detail: `${lengthMs} ms long` };
  }
  if (appointment.status !== 'booked') {
    return { because: 'appointment_changed', detail: appointment.status };
  }
  if (!awaitsConfirmation(appointment)) {
    return { because: 'already_answered', detail: appointment.participation };
  }
  if (!context.locations.has(appointment.location)) {
    return { because: 'unknown_location', detail: appointment.location };
  }
  if (context.doubleBooked.has(appointment.id)) return { because: 'double_booked', detail: '' };
  const dials = ledger.filter((e) => rang(e) && e.appointments.includes(appointment.id)).length;
  return dials >= context.caps.dialsPerAppointment
    ? { because: 'cap_appointment', detail: `${dials} dials` }
    : null;
}

/** Parts a household into those who may be spoken to and those who may not; a person may be in both, for different appointments. */
export function callablePeople(
  household: Household,
  context: MayCallContext,
): { readonly callable: readonly CallablePerson[]; readonly refused: readonly RefusedPerson[] } {
  const callable: CallablePerson[] = [];
  const refused: RefusedPerson[] = [];
  for (const person of household.people) {
    const patient = person.patient.id;
    const all = person.appointments.map((a) => a.id);
    const whole = personRefusal(person, household, context);
    if (whole !== null) {
      refused.push({ patient, appointments: all, ...whole });
      continue;
    }
    if (context.about === 'offer') {
      callable.push({ patient, appointments: all });
      continue;
    }
    const open: AppointmentId[] = [];
    for (const appointment of person.appointments) {
      const one = appointmentRefusal(appointment, household.ledger, context);
      if (one === null) open.push(appointment.id);
      else refused.push({ patient, appointments: [appointment.id], ...one });
    }
    if (open.length > 0) callable.push({ patient, appointments: open });
  }
  return { callable, refused };
}

/**
 * The caps of one day, which end with it: dials to the phone, and conversations or voicemails with any of these people.
 * @returns what is used up and when the next local day begins; null when there is room.
 */
export function usedUpToday(
  tried: {
    readonly phone: E164;
    readonly patients: readonly PatientId[];
    readonly ledger: readonly LedgerEntry[];
  },
  caps: NightSettings['caps'],
  now: Instant,
  where: Zone,
): { readonly because: 'cap_phone_day' | 'cap_contact_day'; readonly until: Instant } | null {
  const today = localDay(now, where);
  const entries = tried.ledger.filter((e) => rang(e) && contains(today, e.placedAt));
  const until = instant(today.to);
  if (entries.filter((e) => e.phone === tried.phone).length >= caps.dialsPerPhonePerDay) {
    return { because: 'cap_phone_day', until };
  }
  const reached = (patient: PatientId): number =>
    entries.filter(
      (e) => e.patients.includes(patient) && e.disposition !== null && wasAnswered(e.disposition),
    ).length;
  return tried.patients.some((p) => reached(p) >= caps.contactsPerPatientPerDay)
    ? { because: 'cap_contact_day', until }
    : null;
}
