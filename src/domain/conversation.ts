/** What a conversation is given before it begins, and what it amounted to. */
import type { AnsweredBy, TranscriptLine, TurnLatency } from './call.ts';
import type { OutcomeKind } from './disposition.ts';
import type { AppointmentId, AttemptId, ExternalId, OfferId, PatientId, ProviderId } from './ids.ts';
import type { Instant, Zone } from './time.ts';

/** A free time that can really be booked, as the scheduling system listed it. */
export interface Opening {
  readonly slot: ExternalId;
  readonly start: Instant;
  readonly end: Instant;
  readonly provider: ProviderId | null;
  /** As it is said aloud: "Doctor Patel". */
  readonly spokenProvider: string;
}

export interface BriefedAppointment {
  readonly appointment: AppointmentId;
  readonly start: Instant;
  /** "a cleaning" */
  readonly spokenVisit: string;
  /** "Doctor Patel" */
  readonly spokenProvider: string;
  /** Real openings that could replace it, soonest first; may be empty. */
  readonly openings: readonly Opening[];
}

/** One person whom this call is about. A household's call may be about several. */
export interface BriefedPerson {
  readonly patient: PatientId;
  readonly fullName: string;
  readonly firstName: string;
  /** True when somebody else answers for them, e.g. a child's parent: ask for the guardian. */
  readonly guardianName: string | null;
  readonly appointments: readonly BriefedAppointment[];
}

export interface BriefedOffer {
  readonly offer: OfferId;
  readonly opening: Opening;
  readonly spokenVisit: string;
  /** The later appointment that would be released, if there is one. */
  readonly replaces: { readonly appointment: AppointmentId; readonly start: Instant } | null;
}

export interface BriefedPlace {
  readonly practiceName: string;
  /** "Lakeside Dental, the Chicago office" */
  readonly spokenName: string;
  readonly zone: Zone;
  /** The number to ring back, as it is said: "three one two, five five five, oh one hundred". */
  readonly spokenCallbackNumber: string;
  /** What may be told to anybody who asks: one short sentence each, under the question's key (address, parking, bring, insurance). */
  readonly facts: Readonly<Record<string, string>>;
  readonly voiceId: string;
}

interface Briefed {
  readonly attempt: AttemptId;
  readonly place: BriefedPlace;
  /** The instant on which "tomorrow" depends. */
  readonly now: Instant;
  /** Say at the start that this is an AI assistant. */
  readonly discloseAi: boolean;
}

export type ConversationBrief =
  | (Briefed & { readonly script: 'confirm'; readonly people: readonly BriefedPerson[] })
  | (Briefed & { readonly script: 'offer'; readonly person: BriefedPerson; readonly offer: BriefedOffer });

/** What was decided about one appointment. Only decisions that were read back and heard are here. */
export type Decision =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'rescheduled'; readonly to: Opening; readonly booking: Booking }
  /** Wants another time and none was agreed. */
  | { readonly kind: 'reschedule_requested'; readonly wish: string }
  | { readonly kind: 'no_decision' };

/** How far a booking made during the call got before we spoke of it. `pending` means that the callee heard a promise, not "booked". */
export type Booking = 'landed' | 'pending';

export type OfferDecision =
  | { readonly kind: 'accepted'; readonly booking: Booking }
  /** Said yes; somebody else had taken it. */
  | { readonly kind: 'lost_slot' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'no_decision' };

/** Something a person in the office must do, with the callee's own words. */
export interface CallbackRequest {
  readonly reason:
    | 'asked_for_person'
    | 'question'
    | 'reschedule'
    | 'not_understood'
    | 'system_failure'
    | 'wrong_number'
    | 'third_party';
  readonly quote: string;
}

export type Reached = 'human' | 'machine' | 'fax' | 'nobody';

export interface ConversationResult {
  readonly reached: Reached;
  readonly answeredBy: AnsweredBy | null;
  /** Right party verified: only then may `decisions` or `offer` change anything. */
  readonly verified: boolean;
  readonly decisions: readonly { readonly appointment: AppointmentId; readonly decision: Decision }[];
  readonly offer: OfferDecision | null;
  /** What applies to the whole call when nothing was decided about an appointment: wrong_number, opted_out, voicemail_left, ... */
  readonly overall: OutcomeKind | null;
  readonly callback: CallbackRequest | null;
  readonly transcript: readonly TranscriptLine[];
  readonly latencies: readonly TurnLatency[];
  /** Script states in the order in which they were entered. */
  readonly path: readonly string[];
  readonly endedBy: 'agent' | 'callee' | 'line';
  readonly durationMs: number;
}
