/** Everything that a call is likely to say, known before it is dialed. */
import type { ConversationBrief } from '../../domain/conversation.ts';
import * as say from './prompts.ts';
import type { Line, Where } from './states.ts';

/**
 * The call's own lines and the fixed ones, those that are needed first at the front. Each is one line as the script says it, so that the
 * cache finds it; variants that need two misunderstandings are left to the voice.
 */
export function renderAhead(brief: ConversationBrief): readonly string[] {
  const lines: Line[] = [say.greeting(brief), ...say.ask({ at: 'identify', person: 0 }, brief, 0)];
  // Without these two nothing can be said when the voice fails.
  lines.push({ text: say.SORRY_GOODBYE }, { text: say.ONE_MOMENT }, { text: 'Thank you.' });
  lines.push(...(brief.script === 'confirm' ? appointmentLines(brief) : offerLines(brief)));
  for (const text of FIXED) lines.push({ text });
  const first = say.personOf(brief, 0);
  lines.push(
    ...asks({ at: 'reach', person: 0 }, brief),
    say.neutralMessage(brief, first),
    say.voicemailMessage(brief),
  );
  lines.push({ text: say.robotTruth(brief) }, { text: say.whoIsCalling(brief) });
  return [...new Set(lines.map((line) => line.text))];
}

const asks = (where: Where, brief: ConversationBrief): Line[] =>
  [0, 1].flatMap((variant) => [...say.ask(where, brief, variant)]);

function appointmentLines(brief: Extract<ConversationBrief, { script: 'confirm' }>): Line[] {
  return brief.people.flatMap((person, p) =>
    person.appointments.flatMap((appointment, a) => {
      const subject = { person: p, appointment: a };
      const options = appointment.openings.slice(0, 2);
      return [
        ...asks({ ...subject, at: 'appointment' }, brief),
        ...asks({ ...subject, at: 'propose', options }, brief),
        ...options.flatMap((to) => [
          ...say.ask({ ...subject, at: 'read_back', to }, brief, 0),
          { text: say.bookedLine(brief, to) },
        ]),
        ...asks({ ...subject, at: 'cancel_check' }, brief),
        ...(p > 0 && a === 0 ? asks({ at: 'next_person', person: p }, brief) : []),
      ];
    }),
  );
}

function offerLines(brief: Extract<ConversationBrief, { script: 'offer' }>): Line[] {
  return [
    ...asks({ at: 'offer' }, brief),
    ...asks({ at: 'offer_read_back' }, brief),
    { text: say.bookedLine(brief, brief.offer.opening) },
    { text: say.TAKEN },
  ];
}

const FIXED: readonly string[] = [
  say.CONFIRMED,
  say.GOODBYE,
  'Would you like another time instead?',
  'What day or time would suit you better?',
  say.STILL_THERE,
  say.NOT_UNDERSTOOD[0],
  say.BOOKING_NOW,
  say.CANCELLED,
  say.NO_PROBLEM,
  say.TAKE_YOUR_TIME,
  say.STILL_HERE,
  say.I_WILL_WAIT,
  say.CANNOT_HEAR,
  say.OPTED_OUT,
  say.WRONG_NUMBER,
  say.PERSON_WILL_CALL,
  say.TEAM_WILL_ANSWER,
];
