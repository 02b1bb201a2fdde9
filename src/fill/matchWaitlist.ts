/**
 * Who is offered a freed slot. Hard rules first, then a score whose parts can be shown, then the order of joining. Slots are filled one after the
 * other, each with the best person left: not optimal over all slots, but a slot that starts in an hour is worth nothing in two, and the front desk
 * can predict what it does. It never does worse than half of the most that could be matched.
 */
import type { FillCandidate, FreedSlot } from '../domain/freedSlot.ts';
import type { WaitlistEntryId } from '../domain/ids.ts';
import { type LocalDate, localTimeAt } from '../domain/localTime.ts';
import { callablePeople, usedUpToday } from '../domain/mayCall.ts';
import type { CalleePlace, CallingRules, Household, Refusal } from '../domain/planning.ts';
import type { Location, Practice } from '../domain/practice.ts';
import { type Instant, HOUR_MS, MINUTE_MS, msBetween } from '../domain/time.ts';
import type { WaitlistEntry } from '../domain/waitlist.ts';

/** Why an entry is not offered this slot, beside the reasons for which nobody is called. */
type Mismatch =
  | 'other_location'
  | 'other_visit_type'
  | 'other_provider'
  | 'too_short'
  | 'too_little_notice'
  | 'not_available_then'
  | 'not_sooner'
  | 'offered_before'
  | 'offers_used_today'
  | 'engaged';

interface Score {
  readonly priority: number;
  readonly boost: number;
  readonly daysSooner: number;
  readonly daysWaiting: number;
  readonly fairness: number;
  readonly fit: number;
  readonly total: number;
}

export interface Ranked {
  readonly candidate: FillCandidate;
  readonly place: CalleePlace;
  readonly score: Score;
}

export interface PassedOver {
  readonly entry: WaitlistEntryId;
  readonly because: Mismatch | Refusal;
  /** When the reason may be gone; null when it stays. */
  readonly until: Instant | null;
}

export interface MatchContext {
  readonly practice: Practice;
  readonly location: Location;
  readonly rules: CallingRules;
  readonly now: Instant;
}

const DAY_MS = 24 * HOUR_MS;

/** Weights of the score's parts; a class of priority outweighs everything that is not priority. */
const WEIGHT = { priority: 1_000, boost: 300, daysSooner: 2, daysWaiting: 0.5, offers: 20, fit: 10 } as const;

/** Beyond these, sooner is not better and longer is not more deserving. */
const DAYS_SOONER_MAX = 60;
const DAYS_WAITING_MAX = 180;

/** Somebody without any appointment gains as much as somebody who moves up by this many days. */
const DAYS_SOONER_WITHOUT = 30;

function scoreOf(slot: FreedSlot, entry: WaitlistEntry, visitMinutes: number, now: Instant): Score {
  const soonerMs = entry.holdsStart === null ? null : msBetween(slot.opening.start, entry.holdsStart);
  const days = soonerMs === null ? DAYS_SOONER_WITHOUT : Math.floor(soonerMs / DAY_MS);
  const waited = Math.floor(Math.max(0, msBetween(entry.joinedAt, now)) / DAY_MS);
  const parts = {
    priority: entry.priority * WEIGHT.priority,
    boost: entry.boost * WEIGHT.boost,
    daysSooner: Math.min(days, DAYS_SOONER_MAX) * WEIGHT.daysSooner,
    daysWaiting: Math.min(waited, DAYS_WAITING_MAX) * WEIGHT.daysWaiting,
    fairness: -entry.offersReceived * WEIGHT.offers,
    fit: visitMinutes === slot.minutes ? WEIGHT.fit : 0,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

function fitsTimes(slot: FreedSlot, entry: WaitlistEntry, location: Location): boolean {
  if (entry.available.length === 0) return true;
  const start = localTimeAt(slot.opening.start, location.zone);
  const from = start.hour * 60 + start.minute;
  const to = from + msBetween(slot.opening.start, slot.opening.end) / MINUTE_MS;
  return entry.available.some((a) => a.weekday === start.weekday && a.from <= from && to <= a.to);
}

/** What about the slot does not suit the entry; the visit's own length and notice count. */
function mismatch(slot: FreedSlot, entry: WaitlistEntry, context: MatchContext): Mismatch | null {
  const { practice, location, now } = context;
  const visit = practice.visitTypes.find((v) => v.id === entry.visitType);
  if (!entry.locations.includes(slot.location)) return 'other_location';
  if (visit === undefined || (slot.visitType !== null && slot.visitType !== entry.visitType)) {
    return 'other_visit_type';
  }
  if (entry.provider !== null && entry.provider !== slot.provider) return 'other_provider';
  if (visit.minutes > slot.minutes) return 'too_short';
  const noticeMs = Math.max(entry.minNoticeMs, visit.minNoticeMs, practice.settings.offers.minNoticeMs);
  if (msBetween(now, slot.opening.start) < noticeMs) return 'too_little_notice';
  if (!fitsTimes(slot, entry, location)) return 'not_available_then';
  return entry.holdsStart !== null && slot.opening.start >= entry.holdsStart ? 'not_sooner' : null;
}

/** @param today a local date where the slot is. */
function isMinorOn(birthDate: LocalDate | null, today: LocalDate): boolean {
  if (birthDate === null) return false;
  const comesOfAge = `${Number(birthDate.slice(0, 4)) + 18}${birthDate.slice(4)}`;
  return comesOfAge > today;
}

function householdOf(candidate: FillCandidate, today: LocalDate): Household {
  const { patient, consents, suppressed, phoneSuppressed, ledger } = candidate;
  const isMinor = isMinorOn(patient.birthDate, today);
  const person = { patient, isMinor, consents, suppressed, wrongNumber: false, appointments: [] };
  return { phone: patient.phone, badPhone: null, phoneSuppressed, people: [person], ledger };
}

type Standing = { readonly place: CalleePlace } | Omit<PassedOver, 'entry'>;

const refused = (because: Mismatch | Refusal, until: Instant | null = null): Standing => ({ because, until });

/** Whether they may be rung now, by the rules that hold for every call. */
function mayBeRung(candidate: FillCandidate, context: MatchContext): Standing {
  const { practice, location, rules, now } = context;
  const { settings } = practice;
  const { patient } = candidate;
  if (patient.phone === null) return refused('no_phone');
  if (candidate.phoneSuppressed) return refused('suppressed_phone');
  const place = rules.place(location, patient.phone, [patient.state]);
  if (place === null) return refused('unknown_area_code');
  const household = householdOf(candidate, localTimeAt(now, location.zone).date);
  const { refused: people } = callablePeople(household, {
    now,
    consent: place.consent,
    caps: settings.caps,
    locations: new Set(),
    doubleBooked: new Set(),
    about: 'offer',
  });
  if (people[0] !== undefined) return refused(people[0].because);
  const tried = { phone: patient.phone, patients: [patient.id], ledger: candidate.ledger };
  const used = usedUpToday(tried, settings.caps, now, location.zone);
  if (used !== null) return refused(used.because, used.until);
  const hours = rules.hours(place, now, settings.ringTimeoutMs);
  if (hours.kind === 'never') return refused('no_common_window');
  return hours.kind === 'open' ? { place } : refused('window_closed', hours.at);
}

function standing(slot: FreedSlot, candidate: FillCandidate, context: MatchContext): Standing {
  const { entry } = candidate;
  const unfit = mismatch(slot, entry, context);
  if (unfit !== null) return refused(unfit);
  if (candidate.offeredThisSlot) return refused('offered_before');
  if (candidate.offersToday >= context.practice.settings.offers.perPatientPerDay) {
    return refused('offers_used_today');
  }
  if (candidate.engaged) return refused('engaged');
  return mayBeRung(candidate, context);
}

const before = (a: Ranked, b: Ranked): number =>
  b.score.total - a.score.total ||
  a.candidate.entry.joinedAt - b.candidate.entry.joinedAt ||
  (a.candidate.entry.id < b.candidate.entry.id ? -1 : 1);

/** Everybody on the list, either ranked (best first, the same order for the same facts) or passed over with a reason. */
export function rankWaitlist(
  slot: FreedSlot,
  candidates: readonly FillCandidate[],
  context: MatchContext,
): { readonly ranked: readonly Ranked[]; readonly passedOver: readonly PassedOver[] } {
  const ranked: Ranked[] = [];
  const passedOver: PassedOver[] = [];
  for (const candidate of candidates) {
    const { entry } = candidate;
    const stands = standing(slot, candidate, context);
    if ('because' in stands) {
      passedOver.push({ entry: entry.id, ...stands });
      continue;
    }
    const visit = context.practice.visitTypes.find((v) => v.id === entry.visitType);
    const score = scoreOf(slot, entry, visit?.minutes ?? slot.minutes, context.now);
    ranked.push({ candidate, place: stands.place, score });
  }
  return { ranked: ranked.toSorted(before), passedOver };
}
