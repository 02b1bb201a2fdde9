/** Codes in the words of the front desk. Every code of the domain has its words, or the types say so. */
import type { CallbackRequest } from '../domain/conversation.ts';
import type { Disposition, OutcomeKind } from '../domain/disposition.ts';
import type { SlotState } from '../domain/freedSlot.ts';
import type { ContactPurpose, ContactState, Refusal } from '../domain/planning.ts';

const OUTCOME_WORDS: Readonly<Record<OutcomeKind, string>> = {
  confirmed: 'Confirmed',
  rescheduled: 'Moved to another time',
  reschedule_requested: 'Wants another time',
  cancelled: 'Cancelled',
  accepted_offer: 'Took the offered time',
  accepted_offer_lost_slot: 'Said yes, the time was gone',
  declined_offer: 'Declined the offered time',
  callback_requested: 'Asked to be called back',
  transferred: 'Put through to the office',
  third_party_message_taken: 'Somebody else took the call',
  voicemail_left: 'Voicemail left',
  no_decision: 'Nothing was decided',
  wrong_number: 'Wrong number',
  opted_out: 'Asked not to be called again',
  language_unsupported: 'Spoke another language',
  minor_answered: 'A child answered',
  deceased_reported: 'Reported deceased',
  emergency_mentioned: 'Mentioned an emergency',
  verification_failed: 'Could not be verified',
  hung_up_early: 'Hung up early',
  superseded_by_staff: 'The office had already changed it',
  system_failure: 'Broken off by a failure of ours',
};

const DISPOSITION_WORDS: Readonly<Record<Disposition, string>> = {
  answered_human: 'A person answered',
  answered_machine: 'A machine answered',
  answered_fax: 'A fax answered',
  answered_unknown: 'Answered',
  no_answer: 'No answer',
  busy: 'Busy',
  rejected: 'Rejected the call',
  invalid_number: 'Number does not exist',
  carrier_failure: 'The carrier failed',
  canceled_by_us: 'Called off by us',
  provider_error: 'The phone provider failed',
  never_dialed: 'Not dialed after all',
  lost: 'Lost track of the call',
};

const REFUSAL_WORDS: Readonly<Record<Refusal, string>> = {
  no_phone: 'No phone number on file',
  invalid_phone: 'The phone number on file is impossible',
  no_consent: 'No consent to automated calls on file',
  suppressed_phone: 'This phone asked not to be called',
  suppressed_patient: 'This person is not to be called',
  wrong_number_before: 'The number turned out to be somebody else',
  deceased: 'Recorded as deceased',
  minor_own_phone: 'The number is a child’s own phone',
  unknown_location: 'The appointment’s location is unknown',
  unknown_area_code: 'The area code’s time zone is unknown',
  no_common_window: 'No hour is allowed in every zone they may be in',
  window_closed: 'Outside calling hours',
  too_late: 'Too close to the appointment',
  cap_phone_day: 'This phone was called enough today',
  cap_patient_week: 'Called enough this week',
  cap_appointment: 'Called enough about this appointment',
  cap_contact_day: 'Spoken to enough today',
  already_answered: 'Already answered',
  appointment_changed: 'The appointment was changed meanwhile',
  double_booked: 'Booked twice at the same time',
  unreadable_appointment: 'The appointment cannot be read',
  language_unsupported: 'Speaks a language we have no voice for',
  stale_schedule: 'The schedule could not be read afresh',
  paused: 'Calling is paused',
  phone_busy_with_us: 'This phone is in another call of ours',
  offer_withdrawn: 'The offered time is no longer free',
};

const CALLBACK_WORDS: Readonly<Record<CallbackRequest['reason'], string>> = {
  asked_for_person: 'Asked for a person',
  question: 'Has a question',
  reschedule: 'Wants another time',
  not_understood: 'Was not understood',
  system_failure: 'The call was broken off by a failure of ours',
  wrong_number: 'Wrong number: fix the chart',
  third_party: 'Somebody else answered',
};

const CONTACT_WORDS: Readonly<Record<ContactState, string>> = {
  queued: 'Waiting for its turn',
  claimed: 'About to be called',
  in_call: 'On the phone',
  retry_wait: 'Will be tried again',
  held: 'Held',
  resolved: 'Done',
  human: 'Left to a person',
  suppressed: 'Not to be called any more',
  expired: 'Not reached in time',
  stale: 'No longer needed',
  refused: 'Not called',
};

const SLOT_WORDS: Readonly<Record<SlotState, string>> = {
  cooling: 'Resting before it is offered',
  open: 'Waiting for somebody to offer it to',
  reserved: 'Being offered',
  booked: 'Filled',
  taken_externally: 'Taken at the office or by a move',
  past: 'Its time has begun',
  unfilled: 'Left empty',
};

const SLOT_REASONS: Readonly<Record<string, string>> = {
  began: 'its time had begun',
  moved_into: 'somebody moved into it',
  chain_depth: 'it had gone round often enough',
  too_little_notice: 'too little notice',
  beyond_horizon: 'too far ahead',
  nobody_waits: 'nobody on the waitlist wants this location',
  too_short: 'too short for those who wait',
  not_available_then: 'nobody who waits can come then',
  not_sooner: 'not sooner than what they have',
  offered_before: 'already offered to all who wait',
  offers_used_today: 'those who wait were asked enough today',
  engaged: 'those who wait are being called',
  tries_used: 'nobody was reached',
  other_visit_type: 'nobody waits for this kind of visit',
  other_provider: 'nobody waits for this provider',
  other_location: 'nobody waits for this location',
};

const PURPOSE_WORDS: Readonly<Record<ContactPurpose, string>> = {
  confirm: 'Confirmation',
  offer: 'Offer of a freed time',
  callback: 'Callback',
};

/** States of the call scripts. */
const STATE_WORDS: Readonly<Record<string, string>> = {
  pickup: 'Picking up',
  identify: 'Asking who it is',
  reach: 'Asking for the person',
  next_person: 'Asking for the next person',
  appointment: 'Asking about the appointment',
  another_time: 'Asking whether to find another time',
  which_time: 'Asking which time',
  propose: 'Proposing times',
  read_back: 'Reading the new time back',
  booking: 'Booking',
  cancel_check: 'Making sure of the cancellation',
  offer: 'Offering the time',
  offer_read_back: 'Reading the offered time back',
  offer_booking: 'Booking the offered time',
  holding: 'Holding on',
  closing: 'Saying goodbye',
  voicemail_wait: 'Waiting for the beep',
  voicemail_message: 'Leaving a message',
  ended: 'Hung up',
};

/** What a turn of the callee can mean. */
const MOVE_WORDS: Readonly<Record<string, string>> = {
  affirm: 'Yes',
  deny: 'No',
  keep: 'Keep it as it is',
  cancel: 'Cancel it',
  request_alternative: 'Another time, please',
  inform_time: 'Names a time',
  choose_first: 'The first one',
  choose_second: 'The second one',
  question: 'Asks something',
  hello: 'Hello',
  third_party: 'Is somebody else',
  not_here: 'The person is not there',
  thanks_or_goodbye: 'Thanks, goodbye',
  other: 'Something else',
  opt_out: 'Do not call again',
  person: 'Asks for a person',
  robot: 'Asks whether this is a robot',
  repeat: 'Please repeat',
  slow_down: 'Please speak slowly',
  hold_on: 'Hang on',
  wrong_number: 'Wrong number',
  emergency: 'An emergency',
  other_language: 'Speaks another language',
  deceased: 'The person has died',
  screening: 'A call screener',
  voicemail: 'A voicemail',
};

/** Rules that are asked on the way to a call and that are no reason to refuse one. */
const RULE_WORDS: Readonly<Record<string, string>> = {
  zones: 'Time zones they may be in',
  window: 'Calling hours',
  people: 'People who may be called',
  score: 'Rank on the waitlist',
};

const VENDOR_NAMES: Readonly<Record<string, string>> = {
  twilio: 'telephony (Twilio)',
  deepgram: 'speech recognition (Deepgram)',
  anthropic: 'language model (Anthropic)',
  elevenlabs: 'voice (ElevenLabs)',
  scheduler: 'scheduling system',
};

/** `no_common_window` -> `No common window`: for codes of which nothing better is known. */
export function plainly(code: string): string {
  const text = code.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const has = <K extends string>(words: Readonly<Record<K, string>>, code: string): code is K =>
  Object.hasOwn(words, code);

const find = (code: string, ...books: readonly Readonly<Record<string, string>>[]): string => {
  const book = books.find((words) => has(words, code));
  return book?.[code] ?? plainly(code);
};

export const outcomeWords = (code: OutcomeKind): string => OUTCOME_WORDS[code];
export const dispositionWords = (code: Disposition): string => DISPOSITION_WORDS[code];
export const ruleWords = (code: string): string => find(code, RULE_WORDS, REFUSAL_WORDS);
export const moveWords = (code: string): string => find(code, MOVE_WORDS);
export const callbackWords = (code: string): string => find(code, CALLBACK_WORDS, OUTCOME_WORDS);
export const purposeWords = (code: ContactPurpose): string => PURPOSE_WORDS[code];
export const stateWords = (code: string): string => find(code, STATE_WORDS);
export const vendorName = (code: string): string => find(code, VENDOR_NAMES);

/** "Will be tried again: no answer". */
export function contactWords(state: ContactState, because: string | null): string {
  if (because === null) return CONTACT_WORDS[state];
  const why = find(because, REFUSAL_WORDS, DISPOSITION_WORDS, OUTCOME_WORDS, {
    tries_used: 'Tried often enough',
  });
  return state === 'refused' ? why : `${CONTACT_WORDS[state]}: ${lowerFirst(why)}`;
}

/** "Left empty: too little notice". */
export function slotWords(state: string, because: string | null): string {
  const what = find(state, SLOT_WORDS);
  if (because === null) return what;
  const why = find(because, SLOT_REASONS, REFUSAL_WORDS, DISPOSITION_WORDS);
  return `${what}: ${lowerFirst(why)}`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
