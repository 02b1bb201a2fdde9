/** What comes next in a call about several appointments, and several people. */
import type { BriefedPerson, ConversationBrief } from '../../domain/conversation.ts';
import * as say from './prompts.ts';
import { enter } from './replies.ts';
import type { ScriptState, ScriptStep, Subject } from './states.ts';

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
