/**
 * The words of call scripts: where a call is, what can happen to it, and what the script answers. transition.ts is the machine.
 *
 *   pickup -> identify -> appointment ---------------------------------------------> closing -> (hang up)
 *     |         |  |        |   |  ^                                                   ^
 *     |         |  |        |   |  +-- propose -> read_back -> booking ----------------+
 *     |         |  |        |   +----- cancel_check -> another_time -------------------+
 *     |         |  +- reach: "is she there?" -> holding | neutral message -------------+
 *     |         +--- (offer script) offer -> offer_read_back -> offer_booking ---------+
 *     +- voicemail_wait -> voicemail_message -> (hang up)
 *   any state -- "hang on" --> holding -- back --> the same state
 *
 * Invariants: no line with an appointment's provider, visit, day or time before the right person is verified; a decision is made only in
 * `appointment`, `read_back`, `cancel_check`, `offer` (no) and `offer_read_back`, on an answer to facts that were played to their end;
 * every cycle counts something, so that every call ends.
 */
import type { AnsweredBy } from '../../domain/call.ts';
import type {
  Booking,
  CallbackRequest,
  Decision,
  OfferDecision,
  Opening,
} from '../../domain/conversation.ts';
import type { OutcomeKind } from '../../domain/disposition.ts';
import type { AppointmentId, ExternalId, OfferId } from '../../domain/ids.ts';
import type { Expects } from '../answers.ts';
import type { Move } from '../moves.ts';
import type { TimeWish } from '../times.ts';

/** Which appointment of which person is being spoken about: indices into the brief. */
export interface Subject {
  readonly person: number;
  readonly appointment: number;
}

export type Where =
  | { readonly at: 'pickup' }
  | { readonly at: 'identify'; readonly person: number }
  /** Not the person asked for: are they there? */
  | { readonly at: 'reach'; readonly person: number }
  /** One person is done: is the next one there? */
  | { readonly at: 'next_person'; readonly person: number }
  | (Subject & { readonly at: 'appointment' })
  | (Subject & { readonly at: 'another_time' })
  | (Subject & { readonly at: 'which_time' })
  | (Subject & { readonly at: 'propose'; readonly options: readonly Opening[] })
  | (Subject & { readonly at: 'read_back'; readonly to: Opening })
  | (Subject & { readonly at: 'booking'; readonly to: Opening })
  | (Subject & { readonly at: 'cancel_check' })
  | { readonly at: 'offer' }
  | { readonly at: 'offer_read_back' }
  | { readonly at: 'offer_booking' }
  | { readonly at: 'holding'; readonly back: Where; readonly checkIns: number }
  | { readonly at: 'closing' }
  | { readonly at: 'voicemail_wait' }
  | { readonly at: 'voicemail_message' }
  | { readonly at: 'ended' };

/** What the call has come to so far; at its end, this is the result. */
export interface Ledger {
  readonly human: boolean;
  readonly machine: 'machine' | 'fax' | null;
  readonly answeredBy: AnsweredBy | null;
  /** Indices of the people who were verified, or whose guardian was. */
  readonly verified: readonly number[];
  readonly decisions: readonly { readonly appointment: AppointmentId; readonly decision: Decision }[];
  readonly offer: OfferDecision | null;
  readonly overall: OutcomeKind | null;
  readonly callback: CallbackRequest | null;
}

export interface ScriptState {
  readonly where: Where;
  readonly ledger: Ledger;
  /** Answers not understood and silences in this state, each in a row. */
  readonly misses: number;
  readonly silences: number;
  /** Turns of the callee in the whole call: no call goes on for ever. */
  readonly turns: number;
  /** Openings that were declined for the appointment at hand. */
  readonly refused: readonly ExternalId[];
  /** Rounds of proposals for the appointment at hand. */
  readonly rounds: number;
  readonly screened: boolean;
  /** A decision was reopened after goodbye: that happens once. */
  readonly reopened: boolean;
}

/** A turn of the callee as the script sees it. */
export interface HeardTurn {
  readonly move: Move;
  readonly also: readonly Move[];
  readonly time: TimeWish | null;
  /** The answer to a question, from the place's facts; null when there is none. */
  readonly answer: string | null;
  /** The callee's own words. */
  readonly quote: string;
  /** The facts that the question was about had been played to their end. */
  readonly factsHeard: boolean;
}

export type ScriptInput =
  | { readonly kind: 'heard'; readonly turn: HeardTurn }
  | { readonly kind: 'unclear'; readonly quote: string }
  | { readonly kind: 'silence' }
  | { readonly kind: 'booked'; readonly result: Booking | 'taken' }
  | { readonly kind: 'answered_by'; readonly verdict: AnsweredBy }
  | { readonly kind: 'beep' }
  | { readonly kind: 'must_end'; readonly because: 'draining' | 'cannot_hear' | 'cannot_speak' | 'too_long' };

/** One stretch of speech; stretches of a reply are spoken one after the other. */
export interface Line {
  readonly text: string;
  /** Never cut by the callee: disclosure, read-backs, farewells. */
  readonly protected?: true;
  /** Facts that must have been heard before an answer to this reply decides anything. */
  readonly facts?: true;
}

export type Wanted =
  | { readonly kind: 'move'; readonly appointment: AppointmentId; readonly to: Opening }
  | { readonly kind: 'offer'; readonly offer: OfferId; readonly to: Opening };

export interface Reply {
  /** Empty: say nothing. */
  readonly say: readonly Line[];
  readonly expects: Expects;
  readonly patienceMs: number;
  readonly hangUp: boolean;
  readonly book: Wanted | null;
  /** Stop whatever is being said first. */
  readonly interrupt: boolean;
}

export type ScriptStep = readonly [ScriptState, Reply];

/** A null reply: nothing changes, whoever speaks goes on. */
export type Transitioned = readonly [ScriptState, Reply | null];

export const OPENING_STATE: ScriptState = {
  where: { at: 'pickup' },
  ledger: {
    human: false,
    machine: null,
    answeredBy: null,
    verified: [],
    decisions: [],
    offer: null,
    overall: null,
    callback: null,
  },
  misses: 0,
  silences: 0,
  turns: 0,
  refused: [],
  rounds: 0,
  screened: false,
  reopened: false,
};
