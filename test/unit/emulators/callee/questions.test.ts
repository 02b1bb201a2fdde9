import { expect, test } from 'vitest';
import { agrees, choicesIn, sayChoice } from '../../../../src/emulators/callee/choices.ts';
import { nameAskedFor, questionIn } from '../../../../src/emulators/callee/questions.ts';
import { sayDate } from '../../../../src/emulators/callee/spokenDate.ts';

test.each([
  [
    'Hello, this is the AI scheduling assistant for Lakeside Dental. This call is recorded. Am I speaking with Maria Lopez?',
    'identity',
  ],
  ['May I speak with Maria, please?', 'identity'],
  ['Is Maria Lopez there?', 'identity'],
  ['Is this Maria?', 'identity'],
  ['Can you tell me your date of birth?', 'birth_date'],
  ['What year were you born?', 'birth_year'],
  ['You have an appointment on Tuesday the third at two thirty. Will you be there?', 'appointment'],
  ['You have a cleaning with Doctor Patel tomorrow at nine. Does that still work for you?', 'appointment'],
  ['Can you still make it on Tuesday?', 'appointment'],
  ['Would you like to keep your appointment?', 'appointment'],
  ['I can offer Wednesday the fourth at ten, or Thursday the fifth at three. Which works better?', 'options'],
  ['How about Thursday at three?', 'options'],
  ['Would Thursday the fifth at three work?', 'options'],
  ['What day would suit you?', 'which_time'],
  ['Would you like another time?', 'which_time'],
  ['Do you want me to find another day?', 'which_time'],
  ["I'm looking for Maria Lopez. Am I speaking with Maria?", 'identity'],
  ['I just need to know that I have the right person. Are you Maria Lopez?', 'identity'],
  ["I'm trying to reach Maria Lopez. Is Maria available?", 'identity'],
  ['Can Maria come to the phone, yes or no?', 'identity'],
  [
    'You have a cleaning with Doctor Patel on Tuesday, November twenty fourth, at two thirty PM.',
    'statement',
  ],
  [
    "It's about a cleaning with Doctor Patel on Tuesday, at two PM. Can you make it, yes or no?",
    'appointment',
  ],
  [
    'The appointment is a cleaning on Tuesday, at two PM. Shall I keep it, move it, or cancel it?',
    'appointment',
  ],
  ['I can offer Friday, November twenty seventh, at nine AM. Would that work?', 'options'],
  [
    'The first is Friday, at nine AM. The second is Monday, at noon. Which works better, the first or the second?',
    'options',
  ],
  ['Either Friday, at nine AM, or Monday, at noon. The first, the second, or neither?', 'options'],
  ['Which day of the week is good for you?', 'which_time'],
  ['You could say, for example, Thursday after three. What would suit you?', 'which_time'],
  ['What day or time would suit you better?', 'which_time'],
  ['Shall I look for another time, yes or no?', 'which_time'],
  ['I want to get this right: a cleaning on Tuesday. Do you want it cancelled?', 'cancel'],
  ['The opening is for a cleaning on Tuesday, at nine AM. Would you like it, yes or no?', 'earlier'],
  ['It would be a cleaning on Tuesday, at nine AM. Shall I book it for you?', 'earlier'],
  ['I have a cleaning with Doctor Patel on Tuesday, at nine AM. Shall I book that, yes or no?', 'read_back'],
  ['One moment, I am booking that for you.', 'statement'],
  ["You're booked for Friday, November twenty seventh, at nine AM. Thank you. Goodbye.", 'goodbye'],
  ["I'll have the team call you back about that.", 'transfer'],
  ['Of course. Someone from the office will call you back. Goodbye.', 'goodbye'],
  ['Of course, take your time.', 'statement'],
  ["I'm still here, whenever you're ready.", 'statement'],
  ['Shall I cancel it?', 'cancel'],
  ['Would you like me to cancel your appointment?', 'cancel'],
  ['We have an earlier opening on Tuesday at nine. Would you like to take it?', 'earlier'],
  ["So that's Thursday the fifth at three PM. Is that right?", 'read_back'],
  ['Thursday at three with Doctor Patel. Shall I book it?', 'read_back'],
  ['Is this right?', 'read_back'],
  ['Someone from the office will call you back.', 'transfer'],
  ["I'll transfer you now.", 'transfer'],
  ['Could you ask her to call us back?', 'take_message'],
  ['Is there anything else I can help you with?', 'anything_else'],
  ['You are all set for Tuesday at two thirty. Thank you, and goodbye.', 'goodbye'],
  ['Thanks. Have a great day!', 'goodbye'],
  ['Are you still there?', 'still_there'],
  ["Sorry, I didn't catch that.", 'repeat'],
  ['There is free parking behind the building.', 'statement'],
  ['One moment, please.', 'statement'],
  ['Do you like music?', 'other_question'],
] as const)('%s', (text, question) => {
  expect(questionIn(text)).toBe(question);
});

test('of several questions the last one counts', () => {
  expect(questionIn("I didn't catch that. Will you be there on Tuesday?")).toBe('appointment');
  expect(questionIn('Is that right? Thank you. Is there anything else? Goodbye.')).toBe('goodbye');
});

test('who is asked for is the last name, not the caller who introduces itself', () => {
  expect(nameAskedFor('Hello, this is Lakeside Dental. Am I speaking with Maria Lopez?')).toBe('Maria Lopez');
  expect(nameAskedFor('Is Maria there?')).toBe('Maria');
  expect(nameAskedFor('I have the right person. Are you Maria Lopez?')).toBe('Maria Lopez');
  expect(nameAskedFor('Can Maria come to the phone, yes or no?')).toBe('Maria');
  expect(nameAskedFor('Hello, this is Lakeside Dental calling.')).toBeUndefined();
});

test.each([
  ['Wednesday the fourth at ten, or Thursday the fifth at three', 'Wednesday at ten|Thursday at three'],
  [
    'Wednesday, December 4th at 10:30 AM or Thursday, December 5th at 3:15 PM.',
    'Wednesday at 10:30 AM|Thursday at 3:15 PM',
  ],
  ['Wednesday at ten or two thirty', 'Wednesday at ten|Wednesday at two thirty'],
  ['Wednesday or Friday', 'Wednesday|Friday'],
  ['tomorrow at eleven forty five in the morning', 'Tomorrow at eleven forty five in the morning'],
  [
    'Friday, November twenty seventh, at nine twenty five AM, or Monday, November thirtieth, at noon.',
    'Friday at nine twenty five AM|Monday at noon',
  ],
  ['Friday, at ten oh five AM', 'Friday at ten oh five AM'],
  ["Monday at nine o'clock", "Monday at nine o'clock"],
  ['at ten', ''],
])('times mentioned in: %s', (text, expected) => {
  expect(choicesIn(text).map(sayChoice).join('|')).toBe(expected);
});

test('a time is the same in words and in figures, and another is another', () => {
  const [words, figures, later, day] = choicesIn(
    'Thursday at three twenty five, Thursday at 3:25 PM, Thursday at 4:25 PM, Thursday',
  );
  if (!words || !figures || !later || !day) throw new Error('four times');
  expect(agrees(words, figures)).toBe(true);
  expect(agrees(words, later)).toBe(false);
  expect(agrees(words, day)).toBe(true);
});

test('morning and afternoon are heard, or told by office hours', () => {
  const parts = choicesIn(
    'Monday at ten, Monday at two, Monday at 9 PM, Monday at eight in the morning, Monday at noon',
  );
  expect(parts.map(({ part }) => part)).toEqual([
    'morning',
    'afternoon',
    'afternoon',
    'morning',
    'afternoon',
  ]);
});

test.each([
  ['1944-01-01', 'January first, nineteen forty four'],
  ['1967-06-12', 'June twelfth, nineteen sixty seven'],
  ['1990-11-23', 'November twenty third, nineteen ninety'],
  ['2006-03-30', 'March thirtieth, two thousand six'],
  ['1905-08-20', 'August twentieth, nineteen oh five'],
  ['2012-05-31', 'May thirty first, twenty twelve'],
  ['2000-02-08', 'February eighth, two thousand'],
])('%s is said as %s', (date, said) => {
  expect(sayDate(date)).toBe(said);
});
