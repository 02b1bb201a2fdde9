/**
 * Every sentence that the agent can say. Where a state asks something, `ask` gives the question in three wordings: the first with all its
 * facts, the other two for when it was not understood.
 */
import type {
  BriefedAppointment,
  BriefedPerson,
  ConversationBrief,
  Opening,
} from '../../domain/conversation.ts';
import { sayWhen } from './spokenTime.ts';
import type { Line, Subject, Where } from './states.ts';

const line = (text: string): Line => ({ text });
const fixed = (text: string): Line => ({ text, protected: true });
const facts = (text: string): Line => ({ text, facts: true });
const fixedFacts = (text: string): Line => ({ text, protected: true, facts: true });

export const peopleOf = (brief: ConversationBrief): readonly BriefedPerson[] =>
  brief.script === 'confirm' ? brief.people : [brief.person];

export const personOf = (brief: ConversationBrief, index: number): BriefedPerson => {
  const person = peopleOf(brief)[index];
  if (person === undefined) throw new RangeError(`person ${index} is not in the brief`);
  return person;
};

export const appointmentOf = (brief: ConversationBrief, subject: Subject): BriefedAppointment => {
  const found = personOf(brief, subject.person).appointments[subject.appointment];
  if (found === undefined) throw new RangeError(`appointment ${subject.appointment} is not in the brief`);
  return found;
};

/** Whom to ask for: the guardian of a child, else the person. */
export const askFor = (person: BriefedPerson): string => person.guardianName ?? person.fullName;

const firstNameOf = (person: BriefedPerson): string =>
  person.guardianName === null
    ? person.firstName
    : (person.guardianName.split(' ')[0] ?? person.guardianName);

const when = (brief: ConversationBrief, at: BriefedAppointment['start']): string =>
  sayWhen(at, brief.place.zone);

export function greeting(brief: ConversationBrief): Line {
  const who = brief.discloseAi ? 'the AI scheduling assistant for' : 'the scheduling assistant for';
  return fixed(`Hello, this is ${who} ${brief.place.spokenName}. This call is recorded.`);
}

const amISpeakingWith = (person: BriefedPerson): Line => line(`Am I speaking with ${askFor(person)}?`);

function askIdentify(person: BriefedPerson, variant: number): readonly Line[] {
  if (variant === 0) return [amISpeakingWith(person)];
  return variant === 1
    ? [line(`I'm looking for ${askFor(person)}. Am I speaking with ${firstNameOf(person)}?`)]
    : [line(`I just need to know that I have the right person. Are you ${askFor(person)}?`)];
}

/** "a cleaning with Doctor Patel on Tuesday, November twenty fourth, at two thirty PM" */
const described = (brief: ConversationBrief, subject: Subject): string => {
  const appointment = appointmentOf(brief, subject);
  return `${appointment.spokenVisit} with ${appointment.spokenProvider} on ${when(brief, appointment.start)}`;
};

function askAppointment(brief: ConversationBrief, subject: Subject, variant: number): readonly Line[] {
  const person = personOf(brief, subject.person);
  const has = person.guardianName === null ? 'You have' : `${person.firstName} has`;
  const also = subject.appointment > 0 ? has.replace(/ (have|has)$/, ' also $1') : has;
  if (variant === 0)
    return [facts(`${also} ${described(brief, subject)}.`), line('Does that still work for you?')];
  return variant === 1
    ? [facts(`It's about ${described(brief, subject)}.`), line('Can you make it, yes or no?')]
    : [
        facts(`The appointment is ${described(brief, subject)}.`),
        line('Shall I keep it, move it, or cancel it?'),
      ];
}

const askAnotherTime = (variant: number): readonly Line[] => [
  line(
    [
      'Would you like another time instead?',
      'Shall I look for another time, yes or no?',
      'Do you want a different time?',
    ][variant] ?? 'Would you like another time instead?',
  ),
];

const askWhichTime = (variant: number): readonly Line[] => [
  line(
    [
      'What day or time would suit you better?',
      'Which day of the week is good for you?',
      'You could say, for example, Thursday after three. What would suit you?',
    ][variant] ?? 'What day or time would suit you better?',
  ),
];

function askPropose(brief: ConversationBrief, options: readonly Opening[], variant: number): readonly Line[] {
  const [first, second] = options;
  if (first === undefined) return askWhichTime(variant);
  const a = when(brief, first.start);
  if (second === undefined)
    return [line(variant === 0 ? `I can offer ${a}.` : `The time would be ${a}.`), line('Would that work?')];
  const b = when(brief, second.start);
  if (variant === 0) return [line(`I can offer ${a}, or ${b}.`), line('Which works better?')];
  return variant === 1
    ? [line(`The first is ${a}. The second is ${b}.`), line('Which works better, the first or the second?')]
    : [line(`Either ${a}, or ${b}.`), line('The first, the second, or neither?')];
}

function askReadBack(brief: ConversationBrief, what: string, to: Opening, variant: number): readonly Line[] {
  const whole = `${what} with ${to.spokenProvider} on ${when(brief, to.start)}`;
  if (variant === 0) return [fixedFacts(`So that's ${whole}.`), line('Is that right?')];
  return variant === 1
    ? [fixedFacts(`I have ${whole}.`), line('Shall I book that, yes or no?')]
    : [fixedFacts(`Just to be sure: ${whole}.`), line('Is that right, yes or no?')];
}

function askCancel(brief: ConversationBrief, subject: Subject, variant: number): readonly Line[] {
  const what = described(brief, subject);
  if (variant === 0) return [fixedFacts(`So you'd like to cancel ${what}.`), line('Shall I cancel it?')];
  return variant === 1
    ? [fixedFacts(`It's ${what}.`), line('Shall I cancel it, yes or no?')]
    : [fixedFacts(`I want to get this right: ${what}.`), line('Do you want it cancelled?')];
}

function askOffer(brief: ConversationBrief, variant: number): readonly Line[] {
  if (brief.script !== 'offer') return [];
  const { opening, spokenVisit } = brief.offer;
  const what = `${spokenVisit} with ${opening.spokenProvider} on ${when(brief, opening.start)}`;
  if (variant === 0)
    return [facts(`We have an earlier opening for ${what}.`), line('Would you like to take it?')];
  return variant === 1
    ? [facts(`The opening is for ${what}.`), line('Would you like it, yes or no?')]
    : [facts(`It would be ${what}.`), line('Shall I book it for you?')];
}

/** The question of a state. `variant` 0 is the first asking, 1 and 2 are rewordings. */
export function ask(where: Where, brief: ConversationBrief, variant: number): readonly Line[] {
  switch (where.at) {
    case 'identify':
      return askIdentify(personOf(brief, where.person), variant);
    case 'reach': {
      const person = personOf(brief, where.person);
      return [
        line(
          variant === 0
            ? `I'm trying to reach ${askFor(person)}. Is ${firstNameOf(person)} available?`
            : `Could I speak with ${askFor(person)}, please?`,
        ),
      ];
    }
    case 'next_person': {
      const person = personOf(brief, where.person);
      return [
        line(
          variant === 0
            ? `I'd also like to speak with ${askFor(person)}. Is ${firstNameOf(person)} there as well?`
            : `Can ${firstNameOf(person)} come to the phone, yes or no?`,
        ),
      ];
    }
    case 'appointment':
      return askAppointment(brief, where, variant);
    case 'another_time':
      return askAnotherTime(variant);
    case 'which_time':
      return askWhichTime(variant);
    case 'propose':
      return askPropose(brief, where.options, variant);
    case 'read_back':
      return askReadBack(brief, appointmentOf(brief, where).spokenVisit, where.to, variant);
    case 'cancel_check':
      return askCancel(brief, where, variant);
    case 'offer':
      return askOffer(brief, variant);
    case 'offer_read_back':
      return brief.script === 'offer'
        ? askReadBack(brief, brief.offer.spokenVisit, brief.offer.opening, variant)
        : [];
    case 'closing':
      return [fixed(GOODBYE)];
    case 'pickup':
    case 'booking':
    case 'offer_booking':
    case 'holding':
    case 'voicemail_wait':
    case 'voicemail_message':
    case 'ended':
      return [];
  }
}

export const CONFIRMED = "Great, you're confirmed.";
export const CANCELLED = "All right, I'll have it cancelled.";
export const NO_PROBLEM = 'No problem.';
export const GOODBYE = 'Thank you. Goodbye.';
export const STILL_THERE = 'Are you still there?';
export const TAKE_YOUR_TIME = 'Of course, take your time.';
export const I_WILL_WAIT = "Thank you. I'll wait.";
export const STILL_HERE = "I'm still here, whenever you're ready.";
/** Bridges a wait for the voice. */
export const ONE_MOMENT = 'One moment, please.';
export const BOOKING_NOW = 'One moment, I am booking that for you.';
/** Said when nothing else can be: rendered ahead for every call. */
export const SORRY_GOODBYE = "I'm sorry, we'll call you back. Goodbye.";
export const CANNOT_HEAR = "I'm sorry, I can't hear you well. The office will call you back. Goodbye.";
export const NOT_UNDERSTOOD = [
  "Sorry, I didn't catch that.",
  "I'm sorry, the line is not so clear.",
] as const;
export const OUT_OF_DEPTH =
  "I'm sorry, I'm not getting this right. Someone from the office will call you back. Goodbye.";
export const NOT_VERIFIED =
  "I'm sorry, I can only go on with the right person. The office will be in touch. Goodbye.";
export const EMERGENCY =
  'If this is an emergency, please hang up now and dial nine one one. I am letting the office know. Goodbye.';
export const OPTED_OUT =
  "Understood. I'm taking this number off our list, and we won't call it again. Goodbye.";
export const WRONG_NUMBER =
  "I'm sorry for the trouble. I'll make sure we don't call this number again. Goodbye.";
export const PERSON_WILL_CALL = 'Of course. Someone from the office will call you back. Goodbye.';
export const CONDOLENCE =
  "I'm very sorry to hear that. I'll let the office know, and we won't call again. Goodbye.";
export const LANGUAGE =
  "I'm sorry, I only speak English. Someone from the office will call you back. Goodbye.";
export const TEAM_WILL_ANSWER = "I'll have the team call you back about that.";

export const robotTruth = (brief: ConversationBrief): string =>
  `Yes, I'm an AI assistant, calling for ${brief.place.practiceName}.`;

/** What an answering person may be told before being verified. */
export const whoIsCalling = (brief: ConversationBrief): string =>
  `This is the scheduling assistant for ${brief.place.practiceName}. It's a personal matter, so I can only tell the person I'm calling.`;

export const toScreening = (brief: ConversationBrief): string =>
  `This is the AI scheduling assistant for ${brief.place.practiceName}, calling for ${askFor(personOf(brief, 0))}.`;

export const neutralMessage = (brief: ConversationBrief, person: BriefedPerson): Line =>
  fixed(
    `Could you please ask ${askFor(person)} to call ${brief.place.practiceName} at ${brief.place.spokenCallbackNumber}? Thank you. Goodbye.`,
  );

/** Whitelisted words only: who called and where to ring back. */
export const voicemailMessage = (brief: ConversationBrief): Line =>
  fixed(
    `Hello, this is ${brief.place.practiceName}. Please call us back at ${brief.place.spokenCallbackNumber}. ` +
      `To stop these calls, tell us at the same number. Thank you. Goodbye.`,
  );

export const bookedLine = (brief: ConversationBrief, to: Opening): string =>
  `You're booked for ${when(brief, to.start)}.`;

export const promisedLine = (brief: ConversationBrief, to: Opening): string =>
  `I've asked for ${when(brief, to.start)}, and the office will confirm it. Until then, nothing changes.`;

export const TAKEN = "I'm sorry, that time has just been taken.";
