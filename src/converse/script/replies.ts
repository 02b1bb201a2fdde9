/** How a script answers: small constructors that keep the rules of asking, missing, waiting and ending in one place. */
import type { CallbackRequest, ConversationBrief, Decision } from '../../domain/conversation.ts';
import type { OutcomeKind } from '../../domain/disposition.ts';
import type { AppointmentId } from '../../domain/ids.ts';
import type { Expects } from '../answers.ts';
import * as say from './prompts.ts';
import type { Ledger, Line, Reply, ScriptState, ScriptStep, Where } from './states.ts';

/** Silence that is waited out after a question before asking whether anybody is there. */
const PATIENCE_MS = 5_000;
/** After "hang on": so long without a word, then one check-in, then so long again. */
export const HOLD_MS = 26_000;
/** After goodbye: time for theirs. */
const GOODBYE_MS = 1_200;
/** A machine's greeting is over when it has been quiet for so long and no beep came. */
export const GREETING_OVER_MS = 3_000;
const MISSES_MAX = 2;
const IDENTIFY_MISSES_MAX = 2;

const EXPECTS: Readonly<Record<Where['at'], Expects>> = {
  pickup: 'hello',
  identify: 'yes_no',
  reach: 'yes_no',
  next_person: 'yes_no',
  appointment: 'yes_no',
  another_time: 'yes_no',
  which_time: 'time',
  propose: 'offer_time',
  read_back: 'confirm',
  booking: 'none',
  cancel_check: 'confirm',
  offer: 'offer',
  offer_read_back: 'confirm',
  offer_booking: 'none',
  holding: 'open',
  closing: 'anything_else',
  voicemail_wait: 'none',
  voicemail_message: 'none',
  ended: 'none',
};

/** What an answer in this state is an answer to. */
export function expectsAt(where: Where): Expects {
  if (where.at === 'propose' && where.options.length < 2) return 'offer';
  return EXPECTS[where.at];
}

export const silent = (state: ScriptState, patienceMs = PATIENCE_MS): ScriptStep => [
  state,
  { say: [], expects: expectsAt(state.where), patienceMs, hangUp: false, book: null, interrupt: false },
];

export const sayThenListen = (
  state: ScriptState,
  lines: readonly Line[],
  patienceMs = PATIENCE_MS,
): ScriptStep => [
  state,
  { say: lines, expects: expectsAt(state.where), patienceMs, hangUp: false, book: null, interrupt: false },
];

/** Enters a state and asks its question, after what is to be said first. Counters of the old state are gone. */
export function enter(
  state: ScriptState,
  where: Where,
  brief: ConversationBrief,
  before: readonly string[] = [],
): ScriptStep {
  const next = { ...state, where, misses: 0, silences: 0 };
  const lines = [...before.map((text) => ({ text })), ...say.ask(where, brief, 0)];
  return sayThenListen(next, lines, where.at === 'closing' ? GOODBYE_MS : PATIENCE_MS);
}

/** Asks the same question again: `variant` 0 as it was, for "say that again". */
export const askAgain = (
  state: ScriptState,
  brief: ConversationBrief,
  before: readonly string[],
  variant = 0,
): ScriptStep =>
  sayThenListen(
    state,
    [...before.map((text) => ({ text })), ...say.ask(state.where, brief, variant)],
    state.where.at === 'closing' ? GOODBYE_MS : PATIENCE_MS,
  );

/** The bare question again, without its facts: for somebody who has heard them. */
export function askShortly(
  state: ScriptState,
  brief: ConversationBrief,
  before: readonly string[],
): ScriptStep {
  const question = say.ask(state.where, brief, 0).slice(-1);
  return sayThenListen(state, [...before.map((text) => ({ text })), ...question]);
}

/** Says the last words and ends the call with them; they cannot be cut. */
export function farewell(state: ScriptState, text: string, ledger: Partial<Ledger> = {}): ScriptStep {
  return [
    { ...state, where: { at: 'ended' }, ledger: { ...state.ledger, ...ledger } },
    {
      say: [{ text, protected: true }],
      expects: 'none',
      patienceMs: GOODBYE_MS,
      hangUp: true,
      book: null,
      interrupt: false,
    },
  ];
}

/** Ends the call without another word. */
export const leave = (state: ScriptState): ScriptStep => [
  { ...state, where: { at: 'ended' } },
  { say: [], expects: 'none', patienceMs: GOODBYE_MS, hangUp: true, book: null, interrupt: false },
];

/** Not understood: reworded twice, never the same sentence again, then a person will call. */
export function miss(state: ScriptState, brief: ConversationBrief, quote: string): ScriptStep {
  const misses = state.misses + 1;
  const identifying = state.where.at === 'identify';
  if (misses > (identifying ? IDENTIFY_MISSES_MAX : MISSES_MAX))
    return farewell(state, identifying ? say.NOT_VERIFIED : say.OUT_OF_DEPTH, {
      overall: state.ledger.overall ?? (identifying ? 'verification_failed' : 'callback_requested'),
      callback: callback(state.ledger, 'not_understood', quote),
    });
  return askAgain(
    { ...state, misses },
    brief,
    [say.NOT_UNDERSTOOD[misses - 1] ?? say.NOT_UNDERSTOOD[0]],
    misses,
  );
}

/** A yes to facts that were talked over decides nothing: they are said again. */
export function factsFirst(state: ScriptState, brief: ConversationBrief, quote: string): ScriptStep {
  return state.misses >= 2
    ? miss(state, brief, quote)
    : askAgain({ ...state, misses: state.misses + 1 }, brief, ['Just so I have it right.'], 0);
}

/** Nobody answers: asked once, then a polite end. */
export function unanswered(state: ScriptState, brief: ConversationBrief): ScriptStep {
  const silences = state.silences + 1;
  if (silences === 1) return askShortly({ ...state, silences }, brief, [say.STILL_THERE]);
  return farewell(state, say.CANNOT_HEAR, {
    overall: state.ledger.overall ?? 'no_decision',
    callback: state.ledger.human ? callback(state.ledger, 'not_understood', '') : state.ledger.callback,
  });
}

/** The first wish stays: the reason that a person in the office reads is the one that came first. */
export const callback = (ledger: Ledger, reason: CallbackRequest['reason'], quote: string): CallbackRequest =>
  ledger.callback ?? { reason, quote };

export const withOverall = (state: ScriptState, overall: OutcomeKind): ScriptState => ({
  ...state,
  ledger: { ...state.ledger, overall },
});

export const withCallback = (
  state: ScriptState,
  reason: CallbackRequest['reason'],
  quote: string,
): ScriptState => ({
  ...state,
  ledger: { ...state.ledger, callback: callback(state.ledger, reason, quote) },
});

/** Writes what was decided about one appointment; a later decision replaces an earlier one. */
export const withDecision = (
  state: ScriptState,
  appointment: AppointmentId,
  decision: Decision,
): ScriptState => ({
  ...state,
  ledger: {
    ...state.ledger,
    decisions: [
      ...state.ledger.decisions.filter((d) => d.appointment !== appointment),
      { appointment, decision },
    ],
  },
});

export const withBooking = ([state, reply]: ScriptStep, book: Reply['book']): ScriptStep => [
  state,
  { ...reply, book },
];
