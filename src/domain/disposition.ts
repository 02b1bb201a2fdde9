/** Telephony disposition: what one attempt amounted to on the line. Exactly one per attempt. */
export const DISPOSITIONS = [
  'answered_human',
  'answered_machine',
  'answered_fax',
  'answered_unknown',
  'no_answer',
  'busy',
  'rejected',
  'invalid_number',
  'carrier_failure',
  'canceled_by_us',
  'provider_error',
  'never_dialed',
  'lost',
] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Business outcome: what one attempt decided about one appointment (or offer). Every answered call has at least one. */
export const OUTCOMES = [
  'confirmed',
  'rescheduled',
  'reschedule_requested',
  'cancelled',
  'accepted_offer',
  'accepted_offer_lost_slot',
  'declined_offer',
  'callback_requested',
  'transferred',
  'third_party_message_taken',
  'voicemail_left',
  'no_decision',
  'wrong_number',
  'opted_out',
  'language_unsupported',
  'minor_answered',
  'deceased_reported',
  'emergency_mentioned',
  'verification_failed',
  'hung_up_early',
  'superseded_by_staff',
  'system_failure',
] as const;
export type OutcomeKind = (typeof OUTCOMES)[number];

const RIGHT_PARTY: ReadonlySet<OutcomeKind> = new Set([
  'confirmed',
  'rescheduled',
  'reschedule_requested',
  'cancelled',
  'accepted_offer',
  'accepted_offer_lost_slot',
  'declined_offer',
]);

/** The patient or an allowed proxy was reached; the only calls that may change an appointment. */
export const isRightPartyContact = (outcome: OutcomeKind): boolean => RIGHT_PARTY.has(outcome);

export const wasAnswered = (disposition: Disposition): boolean => disposition.startsWith('answered_');
