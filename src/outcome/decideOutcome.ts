/**
 * What one ended attempt changes: outcomes, commands for the scheduling system, suppressions, work for the office, and what becomes of the
 * contact. Every appointment of the call gets an outcome. Only what a verified right party decided changes an appointment.
 */
import type { CallbackRequest, ConversationResult, Decision, OfferDecision } from '../domain/conversation.ts';
import { type OutcomeKind, isRightPartyContact, wasAnswered } from '../domain/disposition.ts';
import type { EndedAttempt, OutcomeChanges } from '../domain/endedAttempt.ts';
import type { AppointmentId, PatientId } from '../domain/ids.ts';
import type { RetryPlan, RetryPlanner } from '../domain/planning.ts';
import { unreachable } from '../domain/result.ts';

type Covered = EndedAttempt['appointments'][number];
type Callback = OutcomeChanges['callbacks'][number];
type StopState = Extract<RetryPlan, { kind: 'stop' }>['state'];

/** Ends of a call that always leave something for a person to do. */
const CALLBACK_ALWAYS: Readonly<Partial<Record<OutcomeKind, CallbackRequest['reason']>>> = {
  callback_requested: 'asked_for_person',
  third_party_message_taken: 'third_party',
  language_unsupported: 'not_understood',
  minor_answered: 'third_party',
  deceased_reported: 'third_party',
  emergency_mentioned: 'asked_for_person',
  wrong_number: 'wrong_number',
  system_failure: 'system_failure',
};

/** Ends that leave something to do when we talked with somebody and an appointment is still open. */
const CALLBACK_IF_OPEN: Readonly<Partial<Record<OutcomeKind, CallbackRequest['reason']>>> = {
  no_decision: 'not_understood',
  verification_failed: 'not_understood',
};

/** What a decision about an appointment is called in the report. */
function kindOf(decision: Decision): OutcomeKind {
  switch (decision.kind) {
    case 'confirmed':
    case 'cancelled':
    case 'rescheduled':
    case 'reschedule_requested':
    case 'no_decision':
      return decision.kind;
    default:
      return unreachable(decision);
  }
}

/** What an offer came to; a yes is only a yes of somebody who was verified. */
function offerKind(offer: OfferDecision): OutcomeKind {
  switch (offer.kind) {
    case 'accepted':
      return 'accepted_offer';
    case 'lost_slot':
      return 'accepted_offer_lost_slot';
    case 'declined':
      return 'declined_offer';
    case 'no_decision':
      return 'no_decision';
    default:
      return unreachable(offer);
  }
}

/** What the call as a whole was, for whatever has no decision of its own. */
function overallOf(ended: EndedAttempt): OutcomeKind {
  const { result, disposition } = ended;
  if (result === null) {
    return wasAnswered(disposition) || disposition === 'lost' ? 'system_failure' : 'no_decision';
  }
  const overall = result.overall ?? 'no_decision';
  // A right party's outcome is a decision; without one, or without verification, it is a claim that nothing stands for.
  if (!isRightPartyContact(overall)) return overall;
  return result.verified ? 'no_decision' : 'verification_failed';
}

function decisionFor(result: ConversationResult | null, appointment: AppointmentId): Decision | null {
  if (result === null || !result.verified) return null;
  const found = result.decisions.find((d) => d.appointment === appointment)?.decision ?? null;
  return found?.kind === 'no_decision' ? null : found;
}

/** Suppressions hold from now on for every call: an opt-out for the phone, a wrong number for the link, a death for the person. */
function suppressionsOf(ended: EndedAttempt, overall: OutcomeKind): OutcomeChanges['suppressions'] {
  const patients = patientsOf(ended);
  if (ended.disposition === 'invalid_number') {
    return patients.map((patient) => ({ scope: 'phone_patient_link', patient, reason: 'wrong_number' }));
  }
  switch (overall) {
    case 'opted_out':
      return [{ scope: 'phone', patient: null, reason: 'opted_out' }];
    case 'wrong_number':
      return patients.map((patient) => ({ scope: 'phone_patient_link', patient, reason: 'wrong_number' }));
    case 'deceased_reported':
      return patients.map((patient) => ({ scope: 'patient', patient, reason: 'deceased' }));
    default:
      return [];
  }
}

const patientsOf = (ended: EndedAttempt): readonly PatientId[] => [
  ...new Set([...ended.appointments.map((a) => a.patient), ...(ended.offer ? [ended.offer.patient] : [])]),
];

/** The callee's last words, for whoever rings back. */
function lastWords(result: ConversationResult | null): string {
  return result?.transcript.findLast((line) => line.party === 'callee')?.text ?? '';
}

function callbacksOf(
  ended: EndedAttempt,
  overall: OutcomeKind,
  open: readonly Covered[],
): readonly Callback[] {
  const { result } = ended;
  const callbacks: Callback[] = ended.appointments.flatMap(({ appointment, patient }) => {
    const decision = decisionFor(result, appointment);
    return decision?.kind === 'reschedule_requested'
      ? [{ reason: 'reschedule', quote: decision.wish, patient, appointment }]
      : [];
  });
  const about = {
    patient: open[0]?.patient ?? patientsOf(ended)[0] ?? null,
    appointment: open[0]?.appointment ?? null,
  };
  const asked = result?.callback ?? null;
  if (asked !== null) {
    // What was asked for about another time is one request, not two.
    if (asked.reason !== 'reschedule' || callbacks.length === 0) callbacks.push({ ...asked, ...about });
    return callbacks;
  }
  if (ended.disposition === 'invalid_number') return [{ reason: 'wrong_number', quote: '', ...about }];
  const stillOpen = ended.purpose !== 'offer' && open.length > 0 && result?.reached === 'human';
  const reason = CALLBACK_ALWAYS[overall] ?? (stillOpen ? CALLBACK_IF_OPEN[overall] : undefined);
  return reason === undefined ? callbacks : [...callbacks, { reason, quote: lastWords(result), ...about }];
}

/** Ends that stand for themselves, whatever else was decided. */
const STATE_AFTER: Readonly<Partial<Record<OutcomeKind, StopState>>> = {
  opted_out: 'suppressed',
  wrong_number: 'suppressed',
  deceased_reported: 'suppressed',
  superseded_by_staff: 'stale',
};

const stop = (state: StopState, because: string): RetryPlan => ({ kind: 'stop', state, because });

function contactPlan(
  ended: EndedAttempt,
  overall: OutcomeKind,
  open: readonly Covered[],
  planRetry: RetryPlanner,
): RetryPlan {
  const forced = STATE_AFTER[overall];
  if (forced !== undefined) return stop(forced, overall);
  if (ended.purpose === 'offer') {
    // The slot goes to the next person at once; whoever was not reached is not rung about it again.
    const kind = outcomesOf(ended, overall)[0]?.kind ?? overall;
    return ended.result?.reached === 'human' ? stop('resolved', kind) : stop('expired', ended.disposition);
  }
  if (overall === 'system_failure') return stop('human', overall);
  if (ended.disposition === 'answered_human') {
    return open.length === 0 ? stop('resolved', 'decided') : stop('human', overall);
  }
  const { disposition, tries, endedAt, expiresAt } = ended;
  return planRetry({ disposition, tries, endedAt, expiresAt });
}

function offerChange(ended: EndedAttempt, overall: OutcomeKind): OutcomeChanges['offer'] {
  const { offer, result } = ended;
  if (offer === null) return null;
  const decided = result !== null && result.verified ? result.offer : null;
  const reached = result !== null && result.reached === 'human';
  if (decided === null) {
    const became = overall === 'superseded_by_staff' || !reached ? 'unreached' : 'no_decision';
    return { offer: offer.offer, became };
  }
  return { offer: offer.offer, became: decided.kind };
}

function outcomesOf(ended: EndedAttempt, overall: OutcomeKind): OutcomeChanges['outcomes'] {
  const { result, offer } = ended;
  if (offer !== null) {
    const decided = result !== null && result.verified ? result.offer : null;
    const kind = decided === null || decided.kind === 'no_decision' ? overall : offerKind(decided);
    return [{ appointment: null, offer: offer.offer, kind }];
  }
  const each = ended.appointments.map(({ appointment }) => {
    const decision = decisionFor(result, appointment);
    return { appointment, offer: null, kind: decision === null ? overall : kindOf(decision) };
  });
  return each.length === 0 ? [{ appointment: null, offer: null, kind: overall }] : each;
}

/** Bookings were made during the call and are not repeated here; what they replace is cancelled when they land. */
function writeBacksOf(ended: EndedAttempt): OutcomeChanges['writeBacks'] {
  if (ended.offer !== null) return [];
  return ended.appointments.flatMap(({ appointment }): OutcomeChanges['writeBacks'] => {
    const decision = decisionFor(ended.result, appointment);
    if (decision?.kind === 'confirmed') return [{ kind: 'confirm', appointment }];
    return decision?.kind === 'cancelled' ? [{ kind: 'cancel', appointment, reason: 'pat-crs' }] : [];
  });
}

/** Total over every ended attempt: any disposition, any conversation, verified or not. */
export function decideOutcome(ended: EndedAttempt, planRetry: RetryPlanner): OutcomeChanges {
  const overall = overallOf(ended);
  const open = ended.appointments.filter((a) => decisionFor(ended.result, a.appointment) === null);
  return {
    outcomes: outcomesOf(ended, overall),
    writeBacks: writeBacksOf(ended),
    suppressions: suppressionsOf(ended, overall),
    callbacks: callbacksOf(ended, overall, open),
    offer: offerChange(ended, overall),
    contact: contactPlan(ended, overall, open, planRetry),
  };
}
