import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, HANG_UP, lines, resident, startWorld, type World } from './call.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HELLO =
  'Hello, this is the AI scheduling assistant for Lakeside Dental. This call is recorded. Am I speaking with Maria Lopez?';
const VISIT =
  'You have a cleaning with doctor Patel on Tuesday, the third, at two thirty. Does that still work for you?';
const OFFER =
  'I can offer Wednesday the fourth at ten AM, or Thursday the fifth at three PM. Which works better?';
const LATER =
  'I can also offer Friday the sixth at nine AM, or Friday the sixth at four PM. Which one works better?';
const EARLIER = 'We have an earlier opening tomorrow at eleven. Would you like to take it?';
const BYE = 'Thank you. Goodbye.';

/** Goes on to the next line when the callee's words match, and says what it did not understand otherwise. */
const expecting = (...steps: readonly (readonly [RegExp, string])[]): Agent => {
  let at = 0;
  return (heard) => {
    const step = steps[at];
    if (step === undefined) return null;
    if (!step[0].test(heard)) throw new Error(`step ${at}: heard "${heard}"`);
    at += 1;
    return step[1];
  };
};

test('confirms at once', async () => {
  const call = await world.call(
    resident('confirms-at-once'),
    expecting(
      [/^Hello\?$/, HELLO],
      [/^Yes/, VISIT],
      [/^Yes/, 'Great. Is there anything else I can help you with?'],
      [/^No/, BYE],
    ),
  );
  expect(call.questions).toEqual(['identity', 'appointment', 'anything_else', 'goodbye']);
  expect(call.heard[0]).toBe(HELLO);
  expect(call.said).toHaveLength(5);
  expect(call.said[4]).toMatch(/bye/i);
  expect(call.by).toBe('callee');
});

test('wants another day: declines the first offer, takes the wished time of the second, and holds to it', async () => {
  const who = resident('wants-another-day', { wishes: { partOfDay: 'afternoon' } });
  const call = await world.call(
    who,
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [/another day/, OFFER],
      [/later/, LATER],
      [/^Friday at four PM works for me\.$/, "So that's Friday the sixth at nine AM. Is that right?"],
      [/^No, I said Friday at four PM\.$/, "So that's Friday the sixth at four PM. Is that right?"],
      [/^Yes, that's/, BYE],
    ),
  );
  expect(call.by).toBe('callee');
  expect(call.questions.filter((question) => question === 'read_back_wrong')).toHaveLength(1);
});

test('cancels', async () => {
  const call = await world.call(
    resident('cancels'),
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [/cancel/, 'I understand. Would you like another time?'],
      [/just cancel/, 'Shall I cancel it?'],
      [/^Yes/, "So I'll cancel your cleaning on Tuesday at two thirty. Is that right?"],
      [/^Yes/, BYE],
    ),
  );
  expect(call.by).toBe('callee');
});

test('a stranger at a wrong number says so', async () => {
  const stranger = { name: { given: 'Pat', family: 'Doyle' }, speech: { voice: 'kal16' } };
  const call = await world.call(
    resident('wrong-number', { stranger }),
    expecting([/^Hello/, HELLO], [/wrong number/, 'I am sorry to have bothered you. Goodbye.']),
  );
  expect(call.by).toBe('callee');
});

test('a spouse says that the patient is out, and takes a message', async () => {
  const spouse = { name: { given: 'Alexis', family: 'Lopez' }, speech: { voice: 'kal16' } };
  const call = await world.call(
    resident('spouse-answers', { spouse }),
    expecting(
      [/^Hello/, HELLO],
      [/Maria is not home right now\. This is Alexis/, 'Could you ask her to call us back, please?'],
      [/^(Sure|Okay)/, BYE],
    ),
  );
  expect(call.by).toBe('callee');
});

test('asks a question, and confirms once it is answered', async () => {
  const call = await world.call(
    resident('asks-a-question', { asks: 'parking' }),
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [
        /Is there parking there\?/,
        'There is free parking behind the building. Will you be there on Tuesday?',
      ],
      [/^Yes/, BYE],
    ),
  );
  expect(call.said[3]).toMatch(/I'll be there|still works|I will/);
});

test('asks a question, and confirms when the answer is no question', async () => {
  const call = await world.call(
    resident('asks-a-question', { asks: 'bring' }),
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [/bring anything\?/, 'Please bring your insurance card.'],
      [/Then yes, I'll be there/, BYE],
    ),
  );
  expect(call.by).toBe('callee');
});

test('interrupts the agent in the middle of its sentence, and confirms', async () => {
  const call = await world.call(
    resident('interrupts'),
    expecting([/^Hello/, HELLO], [/^Yes/, VISIT], [/I know\. I'll be there/, BYE]),
  );
  const said = call.events.find((event) => event.kind === 'said' && event.text.includes('I know'));
  const heard = call.events.find((event) => event.kind === 'heard' && event.text.startsWith('You have a'));
  expect(heard).toMatchObject({ text: 'You have a cleaning with' });
  expect((said?.atMs ?? 0) - (heard?.kind === 'heard' ? heard.endMs : 0)).toBeLessThan(100);
  expect(call.by).toBe('callee');
});

test('an agent that does not stop is heard to its end, and the answer stands', async () => {
  const call = await world.call(
    resident('interrupts'),
    expecting([/^Hello/, HELLO], [/^Yes/, VISIT], [/I'll be there/, BYE]),
    { yields: false },
  );
  expect(call.by).toBe('callee');
});

test('says hang on, is silent for twenty seconds whatever is asked, and comes back', async () => {
  const call = await world.call(
    resident('hang-on'),
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [/Hang on/, 'Are you still there?'],
      [/I'm back\. Yes/, BYE],
    ),
  );
  const said = call.events.filter((event) => event.kind === 'said');
  const gone = said.findIndex(({ text }) => text.startsWith('Hang on'));
  const silence = (said[gone + 1]?.atMs ?? 0) - (said[gone]?.endMs ?? 0);
  expect(silence).toBeGreaterThanOrEqual(20_000);
  expect(silence).toBeLessThan(20_200);
  expect(call.by).toBe('callee');
});

test('asks for a person until one is promised', async () => {
  const call = await world.call(
    resident('asks-for-a-human'),
    expecting(
      [/^Hello/, HELLO],
      [/^Yes/, VISIT],
      [/person/, 'I can help with that. Does Tuesday still work for you?'],
      [/person/, 'Someone from the office will call you back.'],
      [/^Okay/, BYE],
    ),
  );
  expect(call.by).toBe('callee');
});

test.each([
  ['accepts-offer', /^(Yes|Oh great)/],
  ['declines-offer', /^No/],
  ['confirms-at-once', /^Yes/],
] as const)('%s answers an offer of an earlier time', async (persona, answer) => {
  const call = await world.call(
    resident(persona),
    expecting([/^Hello/, HELLO], [/^Yes/, EARLIER], [answer, BYE]),
  );
  expect(call.questions).toContain('earlier');
  expect(call.by).toBe('callee');
});

test('an answering machine greets, beeps when it said it would, records, and stops after twenty silent seconds', async () => {
  const who = resident('voicemail-with-beep');
  const ringing = world.network(who).ring({ callSid: 'CA1', from: '+13125550100', to: who.number });
  if (ringing.kind !== 'answers') throw new Error('a machine answers');
  const truth = ringing.answeredBy.greetingEnd;
  const call = await world.call(who, (heard) =>
    /tone/.test(heard) ? 'This is Lakeside Dental. Please call us back.' : null,
  );
  const beep = call.events.find((event) => event.kind === 'beeped');
  expect(ringing.answeredBy.who).toBe('machine');
  expect(beep).toMatchObject({ endMs: truth?.afterMs });
  const greeting = call.events.find((event) => event.kind === 'said');
  expect(greeting?.kind === 'said' && greeting.endMs).toBeLessThan(9000);
  expect(call.by).toBe('callee');
  const last = call.events.findLast((event) => event.kind === 'heard');
  const heardUntil = last?.kind === 'heard' ? last.endMs : 0;
  expect(call.durationMs - Math.max(heardUntil, beep?.kind === 'beeped' ? beep.endMs : 0)).toBeGreaterThan(
    19_900,
  );
  expect(call.durationMs).toBeLessThan(40_000);
});

test('what is said before the beep is not on the tape, what is said after it is', async () => {
  let said = 0;
  const call = await world.call(resident('voicemail-with-beep'), () => {
    said += 1;
    return said === 1 ? 'This comes too early.' : null;
  });
  expect(call.questions[0]).toBe('before_the_beep');
  const late = await world.call(
    resident('voicemail-with-beep'),
    lines(
      'One moment. One moment. One moment. One moment. One moment. One moment. Please call us back at your convenience.',
    ),
    { yields: false },
  );
  expect(late.questions).toContain('unanswered');
  expect(late.heard.at(-1)).toMatch(/call us back at your convenience\.$/);
});

test.each([
  { voice: 'slt', stretch: 1.1, pitchHz: 165 },
  { voice: 'awb', stretch: 1.05, pitchHz: 115 },
  { voice: 'kal16', stretch: 0.95, pitchHz: 95 },
  { voice: 'rms' },
])('a greeting is over before its beep in the voice %j', async (speech) => {
  const who = resident('voicemail-with-beep', {
    speech,
    name: { given: 'Anastasia', family: 'Featherstonehaugh' },
  });
  const call = await world.call(who, lines(), { limitMs: 10_000 });
  expect(call.events.find((event) => event.kind === 'said')).toMatchObject({ atMs: 600 });
  expect(call.events.find((event) => event.kind === 'beeped')).toEqual({
    kind: 'beeped',
    atMs: 9000,
    endMs: 9400,
  });
});

const ring = (persona: string) =>
  world.network(resident(persona)).ring({ callSid: 'CA2', from: '+13125550100', to: '+13125550142' });

test('no answer and busy are what the network says of them', () => {
  expect(ring('no-answer')).toEqual({ kind: 'rings_out' });
  expect(ring('busy')).toMatchObject({ kind: 'busy' });
});

test('of two times that would be named alike the one that is meant is counted off', async () => {
  const call = await world.call(
    resident('confirms-at-once', { wishes: { partOfDay: 'morning' } }),
    lines(
      'I can offer Friday, November twenty seventh, at nine AM, or Friday, December fourth, at nine AM.',
      HANG_UP,
    ),
  );
  expect(call.said[1]).toBe('The first one works for me.');
});
