import { expect, test } from 'vitest';
import { parseDirectory } from '../../../../src/emulators/callee/directory.ts';
import { loadPersonas } from '../../../../src/emulators/callee/personaFiles.ts';
import { parseEveryone, parsePersona } from '../../../../src/emulators/callee/persona.ts';

const everyone = parseEveryone(
  {
    about: 'all',
    manner: {
      ringMs: 1000,
      greetAfterMs: [400, 900],
      endpointMs: 600,
      reactMs: 200,
      helloAfterMs: 4000,
      giveUpAfterMs: 9000,
      noiseDb: 60,
    },
    opening: 'Hello?',
    questions: {},
    withoutWords: ['Yes.'],
    rules: [{ on: 'goodbye', do: ['Bye.', { hangUp: true }] }],
  },
  'everyone.json',
);
const persona = (more: Readonly<Record<string, unknown>>) =>
  parsePersona({ id: 'x', about: 'y', ...more }, 'x.json', everyone);

test('the shipped personas can be read, each with its own rules before the common ones', () => {
  const personas = loadPersonas();
  expect([...personas.keys()].toSorted()).toEqual([
    'accepts-offer',
    'asks-a-question',
    'asks-for-a-human',
    'busy',
    'cancels',
    'confirms-at-once',
    'declines-offer',
    'hang-on',
    'interrupts',
    'no-answer',
    'spouse-answers',
    'voicemail-with-beep',
    'wants-another-day',
    'wrong-number',
  ]);
  const common = personas.get('confirms-at-once')?.rules.length ?? 0;
  expect(common).toBeGreaterThan(15);
  expect(personas.get('cancels')?.rules.length).toBe(common + 3);
});

test('what a persona does not say is as everyone has it', () => {
  const plain = persona({ manner: { noiseDb: 45 } });
  expect(plain).toMatchObject({ opening: 'Hello?', pickup: { kind: 'person' }, speaker: 'patient' });
  expect(plain.manner).toEqual({ ...everyone.manner, noiseDb: 45 });
  expect(plain.manner.ringMs).toEqual([1000, 1000]);
});

test.each([
  [{ rules: [{ on: 'weather', do: ['Rain.'] }] }, 'x.json: rules[0].on: expected one of identity'],
  [{ rules: [{ on: 'identity', do: [] }] }, 'x.json: rules[0].do: expected at least one step, found []'],
  [
    { rules: [{ do: ['Yes.'] }] },
    'x.json: rules[0].on: expected a question or a list of them, found nothing',
  ],
  [{ rules: [{ interrupts: true, do: ['Yes.'] }] }, 'rules[0].hears: expected the words to interrupt at'],
  [
    { rules: [{ on: 'identity', hears: '(', do: ['Yes.'] }] },
    'rules[0].hears: expected a regular expression, found "("',
  ],
  [
    { rules: [{ on: 'identity', do: [{ wait: 3 }] }] },
    'rules[0].do[0]: unknown field "wait"; known are waitMs, press, hangUp',
  ],
  [{ rules: [{ on: 'identity', do: [{ press: 'A' }] }] }, 'do[0].press: expected one of 0, 1'],
  [{ manner: { ringMs: [5, 1] } }, 'x.json: manner.ringMs: expected [low, high], found [5,1]'],
  [{ manner: { noiseDb: -3 } }, 'x.json: manner.noiseDb: expected a number, 0 or more, found -3'],
  [{ pickup: { kind: 'sings' } }, 'x.json: pickup.kind: expected one of person, machine'],
  [{ opening: '' }, 'x.json: opening: expected a text, found ""'],
  [{ moods: [] }, 'x.json: unknown field "moods"'],
])('a broken persona is refused with its place: %j', (more, message) => {
  expect(() => persona(more)).toThrow(message);
});

test('steps are read in all their forms', () => {
  const steps = persona({
    rules: [
      {
        on: ['identity', 'repeat'],
        times: 2,
        do: ['One.', ['Two.', 'Three.'], { waitMs: 5 }, { press: '#' }, { hangUp: true }],
      },
    ],
  }).rules[0]?.steps;
  expect(steps).toEqual([
    { kind: 'say', oneOf: ['One.'] },
    { kind: 'say', oneOf: ['Two.', 'Three.'] },
    { kind: 'wait', ms: 5 },
    { kind: 'press', digit: '#' },
    { kind: 'hang_up' },
  ]);
});

const maya = {
  number: '+13125550110',
  persona: 'cancels',
  name: { given: 'Maya', family: 'Alvarez' },
  speech: { voice: 'slt', pitchHz: 165, stretch: 1.1 },
};

test('a telephone book is read by number', () => {
  const book = parseDirectory(
    { people: [{ ...maya, wishes: { partOfDay: 'morning' }, asks: 'bring' }] },
    'people.json',
  );
  expect(book.get('+13125550110')).toMatchObject({
    persona: 'cancels',
    wishes: 'morning',
    asks: 'bring',
    household: [],
  });
});

test.each([
  [{ number: '312' }, 'people[0].number: expected a number like +13125550110, found "312"'],
  [{ name: { given: 'Maya' } }, 'people[0].name.family: expected a text, found nothing'],
  [{ birthDate: '1.1.1944' }, 'people[0].birthDate: expected a date like 1967-06-12'],
  [{ wishes: { partOfDay: 'night' } }, 'people[0].wishes.partOfDay: expected one of morning, afternoon'],
  [{ colour: 'red' }, 'people[0]: unknown field "colour"'],
])('a broken entry is refused with its place: %j', (more, message) => {
  expect(() => parseDirectory({ people: [{ ...maya, ...more }] }, 'people.json')).toThrow(message);
});

test('a number answers for one person only', () => {
  expect(() => parseDirectory({ people: [maya, maya] }, 'people.json')).toThrow(
    'people.json: +13125550110 is in it twice',
  );
});
