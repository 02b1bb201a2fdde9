/** Moves that are taken in every state: they come before whatever the state asked. */
import type { ConversationBrief } from '../../domain/conversation.ts';
import { waitFor } from './identify.ts';
import * as say from './prompts.ts';
import {
  HOLD_MS,
  askAgain,
  askShortly,
  callback,
  farewell,
  miss,
  sayThenListen,
  withCallback,
} from './replies.ts';
import type { HeardTurn, ScriptState, ScriptStep } from './states.ts';

/** The answer to a global move, or null when the state must answer itself. */
export function heardAnywhere(
  state: ScriptState,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep | null {
  const { ledger, where } = state;
  switch (turn.move) {
    case 'emergency':
      return farewell(state, say.EMERGENCY, {
        overall: 'emergency_mentioned',
        callback: { reason: 'asked_for_person', quote: turn.quote },
      });
    case 'opt_out':
      return farewell(state, say.OPTED_OUT, { overall: 'opted_out' });
    case 'deceased':
      return farewell(state, say.CONDOLENCE, {
        overall: 'deceased_reported',
        callback: callback(ledger, 'asked_for_person', turn.quote),
      });
    case 'other_language':
      return farewell(state, say.LANGUAGE, {
        overall: 'language_unsupported',
        callback: callback(ledger, 'asked_for_person', turn.quote),
      });
    case 'person':
      return farewell(state, say.PERSON_WILL_CALL, {
        overall: ledger.overall ?? 'callback_requested',
        callback: callback(ledger, 'asked_for_person', turn.quote),
      });
    case 'wrong_number':
      return ledger.verified.length > 0
        ? null
        : farewell(state, say.WRONG_NUMBER, {
            overall: 'wrong_number',
            callback: callback(ledger, 'wrong_number', turn.quote),
          });
    case 'hold_on':
      // Somebody else is being fetched: whoever comes is greeted anew.
      if (where.at === 'reach' || where.at === 'next_person') return waitFor(state, where.person);
      return sayThenListen(
        { ...state, where: { at: 'holding', back: where, checkIns: 0 }, misses: 0, silences: 0 },
        [{ text: say.TAKE_YOUR_TIME }],
        HOLD_MS,
      );
    case 'hello':
      // They have not heard the question, or wonder whether anybody is there; who is still unknown answers for itself.
      if (where.at === 'identify' || state.misses >= 2) return null;
      return askAgain({ ...state, misses: state.misses + 1 }, brief, [], 0);
    case 'robot':
      return resumeQuestion(state, turn, brief, say.robotTruth(brief));
    case 'repeat':
    case 'slow_down':
      return askAgain(state, brief, [], 0);
    case 'question':
      return answered(state, turn, brief);
    default:
      return null;
  }
}

function answered(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep | null {
  if (state.where.at === 'identify' || state.where.at === 'reach' || state.where.at === 'next_person') {
    // Before we know who is there only what anybody may know is told; the state says who is calling.
    return turn.answer === null ? null : resumeQuestion(state, turn, brief, turn.answer);
  }
  if (turn.answer !== null) return resumeQuestion(state, turn, brief, turn.answer);
  if (state.ledger.callback?.reason === 'question') return miss(state, brief, turn.quote);
  return resumeQuestion(withCallback(state, 'question', turn.quote), turn, brief, say.TEAM_WILL_ANSWER);
}

/** Says this, then comes back to the question; with its facts when they were talked over. */
const resumeQuestion = (
  state: ScriptState,
  turn: HeardTurn,
  brief: ConversationBrief,
  text: string,
): ScriptStep =>
  turn.factsHeard || !FACTUAL.has(state.where.at)
    ? askShortly(state, brief, [text])
    : askAgain(state, brief, [text], 0);

/** States whose question is about facts that must have been heard before an answer counts. */
const FACTUAL: ReadonlySet<ScriptState['where']['at']> = new Set([
  'appointment',
  'read_back',
  'cancel_check',
  'offer',
  'offer_read_back',
]);
