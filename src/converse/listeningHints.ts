/** What the transcriber is told beforehand: words to expect, and how sure it must be that a turn has ended. */
import type { ConversationBrief } from '../domain/conversation.ts';
import type { Expects } from './answers.ts';
import { appointmentOf, peopleOf } from './script/prompts.ts';

const TRADE = ['reschedule', 'cancel', 'confirm', 'appointment', 'voicemail'];

/** Names and words of the trade that a general model mishears. They go to the transcriber, not to a log. */
export function keytermsOf(brief: ConversationBrief): readonly string[] {
  const people = peopleOf(brief);
  const providers = people.flatMap((person, p) =>
    person.appointments.map((_, a) => appointmentOf(brief, { person: p, appointment: a }).spokenProvider),
  );
  const offered = brief.script === 'offer' ? [brief.offer.opening.spokenProvider] : [];
  return [...new Set([...TRADE, ...people.map((person) => person.fullName), ...providers, ...offered])];
}

const CLOSED: ReadonlySet<Expects> = new Set(['hello', 'yes_no', 'confirm', 'offer']);

/** A yes ends a turn early; a day and a time are given the chance to be finished. */
export const endOfTurnThreshold = (expects: Expects): number => {
  if (CLOSED.has(expects)) return 0.6;
  return expects === 'time' || expects === 'open' ? 0.8 : 0.7;
};
