/** The script machine: `transition(state, input, brief) -> [state, reply]`. The chart and the invariants stand in states.ts. */
import type { AnsweredBy } from '../../domain/call.ts';
import type { ConversationBrief } from '../../domain/conversation.ts';
import { heardInAnotherTime, heardInAppointment, heardInCancelCheck } from './confirm.ts';
import { heardAnywhere } from './globals.ts';
import { greet, heardInIdentify, heardInReach } from './identify.ts';
import { heardInOffer, heardInOfferReadBack, offerBooked } from './offer.ts';
import * as say from './prompts.ts';
import {
  GREETING_OVER_MS,
  HOLD_MS,
  askAgain,
  callback,
  enter,
  farewell,
  leave,
  miss,
  sayThenListen,
  silent,
  unanswered,
  withOverall,
} from './replies.ts';
import { booked, heardInPropose, heardInReadBack, heardInWhichTime } from './reschedule.ts';
import type {
  HeardTurn,
  ScriptInput,
  ScriptState,
  ScriptStep,
  Subject,
  Transitioned,
  Where,
} from './states.ts';

/** Turns of the callee in one call; after them a person takes over. */
const TURNS_MAX = 40;

export function transition(state: ScriptState, input: ScriptInput, brief: ConversationBrief): Transitioned {
  if (input.kind === 'booked') return whenBooked(state, input.result, brief);
  if (state.where.at === 'ended') return leave(state);
  switch (input.kind) {
    case 'heard':
      return whenHeard(counted(state), input.turn, brief);
    case 'unclear':
      return whenUnclear(counted(state), input.quote, brief);
    case 'silence':
      return whenSilent(state, brief);
    case 'answered_by':
      return whenAnsweredBy(state, input.verdict, brief);
    case 'beep':
      return state.where.at === 'voicemail_wait' ? leaveMessage(state, brief) : [state, null];
    case 'must_end':
      return whenMustEnd(state, input.because);
  }
}

const counted = (state: ScriptState): ScriptState => ({ ...state, turns: state.turns + 1, silences: 0 });

function whenHeard(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep {
  const { where } = state;
  if (state.turns > TURNS_MAX)
    return farewell(state, say.OUT_OF_DEPTH, {
      overall: state.ledger.overall ?? 'callback_requested',
      callback: callback(state.ledger, 'not_understood', turn.quote),
    });
  if (turn.move === 'voicemail' && mayBeMachine(state)) return toMachine(state, 'voicemail_wait');
  if (where.at === 'voicemail_wait' || where.at === 'voicemail_message')
    return heardAtMachine(state, turn, brief);
  if (turn.move === 'screening' && where.at === 'pickup' && !state.screened)
    return sayThenListen(
      { ...state, screened: true },
      [{ text: say.toScreening(brief), protected: true }],
      HOLD_MS,
    );
  const present = { ...state, ledger: { ...state.ledger, human: true } };
  if (where.at === 'pickup') return greet(present, brief, 0);
  if (where.at === 'holding') return heardInHolding(present, where, turn, brief);
  if (where.at === 'booking' || where.at === 'offer_booking') return heardInBooking(present, turn, brief);
  if (where.at === 'closing') return heardInClosing(present, turn, brief);
  return heardAnywhere(present, turn, brief) ?? withAnswer(heardHere(present, turn, brief), turn);
}

/** "Yes, but where do I park?": the question is answered before the call goes on. */
function withAnswer([state, reply]: ScriptStep, turn: HeardTurn): ScriptStep {
  if (turn.answer === null || !turn.also.includes('question')) return [state, reply];
  return [state, { ...reply, say: [{ text: turn.answer }, ...reply.say] }];
}

function heardHere(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep {
  const { where } = state;
  switch (where.at) {
    case 'identify':
      return heardInIdentify(state, where, turn, brief);
    case 'reach':
    case 'next_person':
      return heardInReach(state, where, turn, brief);
    case 'appointment':
      return heardInAppointment(state, where, turn, brief);
    case 'another_time':
      return heardInAnotherTime(state, where, turn, brief);
    case 'which_time':
      return heardInWhichTime(state, where, turn, brief);
    case 'propose':
      return heardInPropose(state, where, turn, brief);
    case 'read_back':
      return heardInReadBack(state, where, turn, brief);
    case 'cancel_check':
      return heardInCancelCheck(state, where, turn, brief);
    case 'offer':
      return brief.script === 'offer' ? heardInOffer(state, turn, brief) : leave(state);
    case 'offer_read_back':
      return brief.script === 'offer' ? heardInOfferReadBack(state, turn, brief) : leave(state);
    default:
      return leave(state);
  }
}

/** Someone who is away from the phone may talk to others: only what answers us is taken as an answer. */
function heardInHolding(
  state: ScriptState,
  where: Extract<Where, { at: 'holding' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const back = { ...state, where: where.back };
  if (where.back.at === 'identify') return greet(back, brief, where.back.person);
  switch (turn.move) {
    case 'hello':
    case 'repeat':
      return askAgain(back, brief, [], 0);
    case 'other':
    case 'question':
    case 'hold_on':
    case 'third_party':
    case 'not_here':
    case 'thanks_or_goodbye':
      return silent(state, HOLD_MS);
    default:
      return heardAnywhere(back, turn, brief) ?? heardHere(back, turn, brief);
  }
}

/** While a booking is on its way nothing that is said can change it; the rest waits for the result. */
function heardInBooking(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep {
  const urgent = turn.move === 'emergency' || turn.move === 'opt_out' || turn.move === 'person';
  return (urgent ? heardAnywhere(state, turn, brief) : null) ?? silent(state);
}

/** After goodbye most words are theirs; a change of mind or a last question is still heard. */
function heardInClosing(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep {
  const last = lastSubject(state, brief);
  const decided = state.ledger.decisions.at(-1)?.decision.kind;
  const again = turn.move === 'cancel' && decided === 'cancelled';
  const reopens =
    turn.move === 'request_alternative' || turn.move === 'cancel' || turn.move === 'inform_time';
  if (reopens && !again && last !== null && !state.reopened) {
    const open = { ...state, rounds: 1, misses: 0, reopened: true };
    if (turn.move === 'cancel') return enter(open, { ...last, at: 'cancel_check' }, brief);
    return heardInAppointment(open, { ...last, at: 'appointment' }, turn, brief);
  }
  const urgent = ['emergency', 'opt_out', 'person', 'question', 'deceased', 'repeat'].includes(turn.move);
  if (urgent && state.misses < 2)
    return heardAnywhere({ ...state, misses: state.misses + 1 }, turn, brief) ?? leave(state);
  return leave(state);
}

/** The appointment that was decided last, of a verified person. */
function lastSubject(state: ScriptState, brief: ConversationBrief): Subject | null {
  if (brief.script !== 'confirm') return null;
  const decided = state.ledger.decisions.at(-1)?.appointment;
  for (const person of state.ledger.verified) {
    const appointment = say.personOf(brief, person).appointments.findIndex((a) => a.appointment === decided);
    if (appointment >= 0) return { person, appointment };
  }
  return null;
}

function whenUnclear(state: ScriptState, quote: string, brief: ConversationBrief): ScriptStep {
  switch (state.where.at) {
    case 'pickup':
      return greet({ ...state, ledger: { ...state.ledger, human: true } }, brief, 0);
    case 'voicemail_wait':
      return silent(state, GREETING_OVER_MS);
    case 'voicemail_message':
    case 'booking':
    case 'offer_booking':
      return silent(state);
    case 'holding':
      return state.where.back.at === 'identify'
        ? greet(state, brief, state.where.back.person)
        : silent(state, HOLD_MS);
    case 'closing':
      return leave(state);
    default:
      if (state.turns > TURNS_MAX)
        return farewell(state, say.OUT_OF_DEPTH, {
          callback: callback(state.ledger, 'not_understood', quote),
        });
      return miss(state, brief, quote);
  }
}

function whenSilent(state: ScriptState, brief: ConversationBrief): ScriptStep {
  const { where } = state;
  switch (where.at) {
    case 'pickup':
      return greet(state, brief, 0);
    case 'voicemail_wait':
      return leaveMessage(state, brief);
    case 'voicemail_message':
      return leave(withOverall(state, 'voicemail_left'));
    case 'closing':
      return leave(state);
    case 'booking':
    case 'offer_booking':
      return silent(state);
    case 'holding':
      if (where.checkIns === 0)
        return sayThenListen(
          { ...state, where: { ...where, checkIns: 1 } },
          [{ text: say.STILL_HERE }],
          HOLD_MS,
        );
      return farewell(state, say.SORRY_GOODBYE, {
        overall: state.ledger.overall ?? (state.ledger.decisions.length > 0 ? null : 'callback_requested'),
        callback: callback(state.ledger, 'asked_for_person', ''),
      });
    default:
      return unanswered(state, brief);
  }
}

function whenMustEnd(
  state: ScriptState,
  because: Extract<ScriptInput, { kind: 'must_end' }>['because'],
): ScriptStep {
  const [next, reply] = farewell(state, because === 'cannot_hear' ? say.CANNOT_HEAR : say.SORRY_GOODBYE, {
    overall: state.ledger.overall ?? (state.ledger.decisions.length > 0 ? null : 'system_failure'),
    callback: callback(state.ledger, 'system_failure', ''),
  });
  return because === 'cannot_speak' ? leave(next) : [next, { ...reply, interrupt: true }];
}

function whenBooked(
  state: ScriptState,
  result: 'landed' | 'pending' | 'taken',
  brief: ConversationBrief,
): Transitioned {
  const { where } = state;
  if (where.at === 'booking') return booked(state, where, result, brief);
  if (where.at === 'offer_booking' && brief.script === 'offer') return offerBooked(state, result, brief);
  return [state, null];
}

/** A verdict on who answered is believed only until a person has been heard; then the person is. */
function whenAnsweredBy(before: ScriptState, verdict: AnsweredBy, brief: ConversationBrief): Transitioned {
  const state = { ...before, ledger: { ...before.ledger, answeredBy: verdict } };
  if (verdict === 'fax' && !state.ledger.human)
    return leave({ ...state, ledger: { ...state.ledger, machine: 'fax' } });
  if (verdict === 'human' || verdict === 'unknown' || verdict === 'fax') return [state, null];
  if (state.where.at === 'voicemail_wait')
    return verdict === 'machine_start' ? [state, null] : leaveMessage(state, brief);
  if (!mayBeMachine(state)) return [state, null];
  const [next, reply] =
    verdict === 'machine_start' ? toMachine(state, 'voicemail_wait') : leaveMessage(state, brief);
  return [next, { ...reply, interrupt: true }];
}

/** Before anybody has answered our question, it may still be a machine. */
const mayBeMachine = ({ where, ledger, misses }: ScriptState): boolean =>
  where.at === 'pickup' || (where.at === 'identify' && ledger.verified.length === 0 && misses <= 1);

function toMachine(state: ScriptState, at: 'voicemail_wait'): ScriptStep {
  const [next, reply] = silent(
    { ...state, where: { at }, ledger: { ...state.ledger, human: false, machine: 'machine' } },
    GREETING_OVER_MS,
  );
  return [next, { ...reply, interrupt: true }];
}

function leaveMessage(state: ScriptState, brief: ConversationBrief): ScriptStep {
  const ledger = { ...state.ledger, human: false, machine: 'machine' as const };
  // Its own end, told by the silence after it, is what makes the message left.
  return sayThenListen(
    { ...state, where: { at: 'voicemail_message' }, ledger },
    [say.voicemailMessage(brief)],
    0,
  );
}

/** The machine turns out to be a person who picks up while we wait. */
function heardAtMachine(state: ScriptState, turn: HeardTurn, brief: ConversationBrief): ScriptStep {
  const alive = turn.move === 'hello' || turn.move === 'affirm' || turn.move === 'robot';
  if (!alive || state.where.at === 'voicemail_message')
    return silent(state, state.where.at === 'voicemail_message' ? 0 : GREETING_OVER_MS);
  return greet({ ...state, ledger: { ...state.ledger, human: true, machine: null } }, brief, 0);
}
