/** The appointments of a verified person, one after the other: keep, move or cancel. */
import type { BriefedPerson, ConversationBrief } from '../../domain/conversation.ts';
import * as say from './prompts.ts';
import { askAgain, enter, miss, withDecision } from './replies.ts';
import { propose } from './reschedule.ts';
import type { HeardTurn, ScriptState, ScriptStep, Subject, Where } from './states.ts';

/** Begins with a person's first undecided appointment. */
export function startAppointments(state: ScriptState, person: number, brief: ConversationBrief): ScriptStep {
  return toNext(state, { person, appointment: -1 }, brief, [`Thank you.`]);
}

/** The next appointment of this person, the next person in the household, or goodbye. */
export function toNext(
  state: ScriptState,
  done: Subject,
  brief: ConversationBrief,
  before: readonly string[],
): ScriptStep {
  const fresh = { ...state, refused: [], rounds: 0 };
  const appointment = done.appointment + 1;
  if (appointment < say.personOf(brief, done.person).appointments.length)
    return enter(fresh, { at: 'appointment', person: done.person, appointment }, brief, before);
  const person = say.peopleOf(brief).findIndex((p, i) => isOpen(p, i, fresh));
  if (person < 0) return enter(fresh, { at: 'closing' }, brief, before);
  const next = say.personOf(brief, person);
  const asked = say.askFor(say.personOf(brief, done.person));
  if (say.askFor(next) === asked) {
    const verified = { ...fresh, ledger: { ...fresh.ledger, verified: [...fresh.ledger.verified, person] } };
    return enter(verified, { at: 'appointment', person, appointment: 0 }, brief, before);
  }
  return enter(fresh, { at: 'next_person', person }, brief, before);
}

/** A person of whom nothing was decided and who was not verified yet. */
const isOpen = (person: BriefedPerson, index: number, state: ScriptState): boolean =>
  !state.ledger.verified.includes(index) &&
  person.appointments.some((a) => !state.ledger.decisions.some((d) => d.appointment === a.appointment));

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
      if (!turn.factsHeard) return factsFirst(state, brief, turn);
      const confirmed = withDecision(state, appointment, { kind: 'confirmed' });
      return toNext(confirmed, where, brief, [`Great, you're confirmed.`]);
    }
    case 'cancel':
      return enter(state, { ...where, at: 'cancel_check' }, brief);
    case 'deny':
      return openings.length > 0
        ? enter(state, { ...where, at: 'another_time' }, brief, ['No problem.'])
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
      if (!turn.factsHeard) return factsFirst(state, brief, turn);
      const cancelled = withDecision(state, appointment, { kind: 'cancelled' });
      // Asked once: whoever came here by way of that question has answered it.
      return openings.length > 0 && state.rounds === 0
        ? enter({ ...cancelled, rounds: 1 }, { ...where, at: 'another_time' }, brief, [
            "All right, I'll have it cancelled.",
          ])
        : toNext(cancelled, where, brief, ["All right, I'll have it cancelled."]);
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

/** A yes to facts that were talked over decides nothing: they are said again. */
export function factsFirst(state: ScriptState, brief: ConversationBrief, turn: HeardTurn): ScriptStep {
  return state.misses >= 2
    ? miss(state, brief, turn.quote)
    : askAgain({ ...state, misses: state.misses + 1 }, brief, ['Just so I have it right.'], 0);
}
