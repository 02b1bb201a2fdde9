/** The appointments of a verified person, one after the other: keep, move or cancel. */
import type { ConversationBrief } from '../../domain/conversation.ts';
import { toNext } from './agenda.ts';
import * as say from './prompts.ts';
import { enter, factsFirst, miss, withDecision } from './replies.ts';
import { propose } from './reschedule.ts';
import type { HeardTurn, ScriptState, ScriptStep, Where } from './states.ts';

export function heardInAppointment(
  state: ScriptState,
  where: Extract<Where, { at: 'appointment' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { appointment, openings } = say.appointmentOf(brief, where);
  switch (turn.move) {
    case 'affirm':
    case 'keep': {
      if (!turn.factsHeard) return factsFirst(state, brief, turn.quote);
      const confirmed = withDecision(state, appointment, { kind: 'confirmed' });
      return toNext(confirmed, where, brief, [say.CONFIRMED]);
    }
    case 'cancel':
      return enter(state, { ...where, at: 'cancel_check' }, brief);
    case 'deny':
      return openings.length > 0
        ? enter(state, { ...where, at: 'another_time' }, brief, [say.NO_PROBLEM])
        : enter(state, { ...where, at: 'cancel_check' }, brief);
    case 'request_alternative':
    case 'inform_time':
      return propose(state, where, turn, brief);
    default:
      return miss(state, brief, turn.quote);
  }
}

export function heardInCancelCheck(
  state: ScriptState,
  where: Extract<Where, { at: 'cancel_check' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { appointment, openings } = say.appointmentOf(brief, where);
  switch (turn.move) {
    case 'affirm':
    case 'cancel': {
      if (!turn.factsHeard) return factsFirst(state, brief, turn.quote);
      const cancelled = withDecision(state, appointment, { kind: 'cancelled' });
      // Asked once: whoever came here by way of that question has answered it.
      return openings.length > 0 && state.rounds === 0
        ? enter({ ...cancelled, rounds: 1 }, { ...where, at: 'another_time' }, brief, [say.CANCELLED])
        : toNext(cancelled, where, brief, [say.CANCELLED]);
    }
    case 'deny':
    case 'keep':
      return state.rounds < 3
        ? enter({ ...state, rounds: state.rounds + 1 }, { ...where, at: 'appointment' }, brief, [
            "I'll leave it as it is, then.",
          ])
        : miss(state, brief, turn.quote);
    case 'request_alternative':
    case 'inform_time':
      return propose(state, where, turn, brief);
    default:
      return miss(state, brief, turn.quote);
  }
}

export function heardInAnotherTime(
  state: ScriptState,
  where: Extract<Where, { at: 'another_time' }>,
  turn: HeardTurn,
  brief: ConversationBrief,
): ScriptStep {
  const { appointment } = say.appointmentOf(brief, where);
  const cancelled = state.ledger.decisions.some(
    (d) => d.appointment === appointment && d.decision.kind === 'cancelled',
  );
  switch (turn.move) {
    case 'affirm':
    case 'request_alternative':
    case 'inform_time':
      return propose(state, where, turn, brief);
    case 'keep':
      return enter(state, { ...where, at: 'appointment' }, brief);
    case 'deny':
    case 'cancel':
    case 'thanks_or_goodbye':
      if (cancelled) return toNext(state, where, brief, ['All right.']);
      return enter({ ...state, rounds: 1 }, { ...where, at: 'cancel_check' }, brief);
    default:
      return miss(state, brief, turn.quote);
  }
}
