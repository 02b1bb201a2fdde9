/** Who is called, when, and who is not and why. Every judgement is kept as a decision record. */
import type { Appointment, Patient } from './appointment.ts';
import type { E164 } from './call.ts';
import type { Disposition } from './disposition.ts';
import type { AppointmentId, ContactId, LocationId, OfferId, PatientId, RunId } from './ids.ts';
import type { Location } from './practice.ts';
import type { Instant, Zone } from './time.ts';

/** Why somebody is not dialed. Unknown means not dialed. */
export const REFUSALS = [
  'no_phone',
  'invalid_phone',
  'no_consent',
  'suppressed_phone',
  'suppressed_patient',
  'wrong_number_before',
  'deceased',
  'minor_own_phone',
  'unknown_location',
  'unknown_area_code',
  'no_common_window',
  'window_closed',
  'too_late',
  'cap_phone_day',
  'cap_patient_week',
  'cap_appointment',
  'cap_contact_day',
  'already_answered',
  'appointment_changed',
  'double_booked',
  'unreadable_appointment',
  'language_unsupported',
  'stale_schedule',
  'paused',
  'phone_busy_with_us',
  'offer_withdrawn',
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** What a rule said, kept with the decision. */
export interface RuleFired {
  readonly rule: string;
  readonly verdict: 'allow' | 'refuse' | 'defer';
  /** Ids, zones, counts and times only. */
  readonly detail: string;
}

export type PlanDecision =
  | { readonly kind: 'call_at'; readonly at: Instant; readonly rules: readonly RuleFired[] }
  | { readonly kind: 'never'; readonly because: Refusal; readonly rules: readonly RuleFired[] };

export type DialDecision =
  | { readonly kind: 'dial'; readonly rules: readonly RuleFired[] }
  | {
      readonly kind: 'defer';
      readonly until: Instant;
      readonly because: Refusal;
      readonly rules: readonly RuleFired[];
    }
  | { readonly kind: 'never'; readonly because: Refusal; readonly rules: readonly RuleFired[] };

export type ContactPurpose = 'confirm' | 'offer' | 'callback';

export interface ConsentFact {
  readonly kind: 'automated_voice' | 'voice';
  readonly grantedAt: Instant;
  readonly revokedAt: Instant | null;
}

/** A past attempt, as caps and retries count it. */
export interface LedgerEntry {
  readonly phone: E164;
  readonly patients: readonly PatientId[];
  readonly appointments: readonly AppointmentId[];
  readonly placedAt: Instant;
  readonly disposition: Disposition | null;
}

/** One person with the appointments that fall due, and all that decides about calling. */
export interface DuePatient {
  readonly patient: Patient;
  readonly isMinor: boolean;
  readonly consents: readonly ConsentFact[];
  readonly suppressed: boolean;
  readonly wrongNumber: boolean;
  readonly appointments: readonly Appointment[];
}

/** One phone and everybody on it: one dial. `phone` is null for people who cannot be reached. */
export interface Household {
  readonly phone: E164 | null;
  /** What the scheduling system had when no phone could be read: nothing, or something impossible. */
  readonly badPhone: 'missing' | 'impossible' | null;
  readonly phoneSuppressed: boolean;
  readonly people: readonly DuePatient[];
  /** Attempts of the last seven days that touch this phone or these people. */
  readonly ledger: readonly LedgerEntry[];
}

/** A household's place in a run. `sequence` orders a night that is limited to its first N contacts. */
export interface PlannedContact {
  readonly phone: E164 | null;
  readonly purpose: ContactPurpose;
  readonly location: LocationId | null;
  readonly callerId: E164 | null;
  readonly zones: readonly Zone[];
  readonly people: readonly {
    readonly patient: PatientId;
    readonly appointments: readonly AppointmentId[];
  }[];
  readonly decision: PlanDecision;
  /** No call after this: the appointment's start less what it takes, or the window's end on the last day. */
  readonly expiresAt: Instant;
}

/** Where a contact stands. Terminal: resolved, human, suppressed, expired, stale, refused. */
export type ContactState =
  | 'queued'
  | 'claimed'
  | 'in_call'
  | 'retry_wait'
  | 'held'
  | 'resolved'
  | 'human'
  | 'suppressed'
  | 'expired'
  | 'stale'
  | 'refused';

/** What the gate looks at immediately before a dial, read in the transaction that claims the phone. */
export interface DialFacts {
  readonly contact: ContactId;
  readonly run: RunId;
  readonly purpose: ContactPurpose;
  readonly state: ContactState;
  readonly phone: E164;
  readonly location: LocationId;
  readonly zones: readonly Zone[];
  readonly expiresAt: Instant;
  readonly notBefore: Instant;
  readonly household: Household;
  readonly offer: OfferId | null;
  /** For an offer: the reservation is still ours. */
  readonly reservationHolds: boolean | null;
  readonly liveAttemptOnPhone: boolean;
  readonly paused: boolean;
  readonly attemptsSoFar: number;
}

/** What is left to do with a contact after an attempt. */
export type RetryPlan =
  | { readonly kind: 'call_again'; readonly notBefore: Instant; readonly because: Disposition }
  | {
      readonly kind: 'stop';
      readonly state: Extract<ContactState, 'resolved' | 'human' | 'expired' | 'suppressed' | 'stale'>;
      readonly because: string;
    };

/** Whether a callee may be rung at an instant; what is open leaves room for the whole ring time before the hours close. */
export type HoursVerdict =
  | { readonly kind: 'open'; readonly closesAt: Instant }
  | { readonly kind: 'opens'; readonly at: Instant }
  /** No minute of the days ahead is allowed in all of the callee's candidate zones. */
  | { readonly kind: 'never' };

/** Where a callee may be, and which states' rules may apply: every candidate counts, because none is certain. */
export interface CalleePlace {
  readonly location: Location;
  readonly zones: readonly Zone[];
  /** Two-letter states: of the practice's place, of the addresses, of the area code. */
  readonly states: readonly string[];
  /** The strictest consent that one of these states asks for. */
  readonly consent: 'any' | 'automated_voice';
}

/** The law and the clock as the schedule stage knows them; the workers hand them to all who dial. */
export interface CallingRules {
  /** null when the area code is unknown: its owner could be anywhere. */
  place(location: Location, phone: E164, addressStates: readonly (string | null)[]): CalleePlace | null;
  hours(place: CalleePlace, at: Instant, ringMs: number): HoursVerdict;
}

/** Says what is left to do after an attempt; worked out by the schedule stage and handed to the outcome stage. */
export type RetryPlanner = (tried: {
  readonly disposition: Disposition;
  /** Attempts of the contact by disposition, this one among them. */
  readonly tries: Readonly<Partial<Record<Disposition, number>>>;
  readonly endedAt: Instant;
  readonly expiresAt: Instant;
}) => RetryPlan;
