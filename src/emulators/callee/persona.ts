import { Field } from './dataFile.ts';
import { QUESTIONS, type Question } from './questions.ts';

/** One thing that a callee does in answer. `oneOf`: whichever of these the call's chance picks. */
export type Step =
  | { readonly kind: 'say'; readonly oneOf: readonly string[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'press'; readonly digit: string }
  | { readonly kind: 'hang_up' };

/** How a callee answers a question; of several that fit, the first is used. */
export interface Rule {
  readonly on: readonly Question[];
  /** Must be among the words heard, too (lower case, no punctuation). */
  readonly hears: RegExp | undefined;
  /** How often the rule is used at most. */
  readonly times: number;
  /** Only as long as no offered time was chosen. */
  readonly undecided: boolean;
  /** Starts while the far side is still speaking, as soon as `hears` is heard; `on` does not matter. */
  readonly interrupts: boolean;
  /** Which of the times just offered is chosen; `{choice}` says it. */
  readonly choose: 'wished' | 'first' | 'last' | undefined;
  readonly steps: readonly Step[];
}

/** How somebody behaves on the phone. Times in ms; a pair is the range that a call draws from. */
export interface Manner {
  readonly ringMs: readonly [number, number];
  readonly greetAfterMs: readonly [number, number];
  /** Quiet after which the far side is taken to have finished. */
  readonly endpointMs: readonly [number, number];
  /** From there to the answer. */
  readonly reactMs: readonly [number, number];
  /** Dead silence until "hello?", and until they give up. */
  readonly helloAfterMs: number;
  readonly giveUpAfterMs: number;
  /** The line's noise under the voice, in dB of full scale (a negative number's size: 60 is -60 dB). */
  readonly noiseDb: number;
}

/** What a phone does when it is rung. */
export type Pickup =
  | { readonly kind: 'person' }
  | {
      readonly kind: 'machine';
      readonly greeting: string;
      /** When the beep starts, counted from the answer; the greeting must be over by then. */
      readonly beepAtMs: number;
      readonly beepMs: number;
      /** Silence after which it stops recording, and the longest message. */
      readonly silenceMs: number;
      readonly longestMs: number;
    }
  | { readonly kind: 'rings_out' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'rejects'; readonly sipCode: number };

/** Who answers for the patient's number. */
type Speaker = 'patient' | 'spouse' | 'stranger';

/** A way of being called, as data. */
export interface Persona {
  readonly id: string;
  readonly about: string;
  readonly pickup: Pickup;
  readonly speaker: Speaker;
  readonly manner: Manner;
  readonly opening: string;
  /** Own rules first, then those that everyone has. */
  readonly rules: readonly Rule[];
  /** What is said, one after the other, to a voice of which no word is known; after the last they hang up. */
  readonly withoutWords: readonly string[];
  /** Questions that this persona may ask, by the key that the directory gives. */
  readonly questions: Readonly<Record<string, string>>;
}

const FIELDS = [
  'id',
  'about',
  'pickup',
  'speaker',
  'manner',
  'opening',
  'rules',
  'withoutWords',
  'questions',
];

/** What everyone has in common; a persona says only where it differs. */
export type Everyone = Pick<Persona, 'manner' | 'opening' | 'rules' | 'withoutWords' | 'questions'>;

/** Reads what all personas share. Throws with the place and what was expected there. */
export function parseEveryone(value: unknown, file: string): Everyone {
  const field = new Field(value, file).fields([
    'about',
    'manner',
    'opening',
    'rules',
    'withoutWords',
    'questions',
  ]);
  return {
    manner: parseManner(field('manner'), undefined),
    opening: field('opening').text(),
    rules: field('rules').list().map(parseRule),
    withoutWords: texts(field('withoutWords')),
    questions: parseQuestions(field('questions')),
  };
}

/** Reads a persona. Throws with the place and what was expected there. */
export function parsePersona(value: unknown, file: string, everyone: Everyone): Persona {
  const field = new Field(value, file).fields(FIELDS);
  return {
    id: field('id').text(),
    about: field('about').text(),
    pickup: field('pickup').maybe(parsePickup) ?? { kind: 'person' },
    speaker:
      field('speaker').maybe((speaker) => speaker.oneOf(['patient', 'spouse', 'stranger'])) ?? 'patient',
    manner: field('manner').maybe((manner) => parseManner(manner, everyone.manner)) ?? everyone.manner,
    opening: field('opening').maybe((opening) => opening.text()) ?? everyone.opening,
    rules: [...(field('rules').maybe((rules) => rules.list().map(parseRule)) ?? []), ...everyone.rules],
    withoutWords: field('withoutWords').maybe(texts) ?? everyone.withoutWords,
    questions: { ...everyone.questions, ...field('questions').maybe(parseQuestions) },
  };
}

const texts = (field: Field): readonly string[] => field.list().map((text) => text.text());

function parseQuestions(field: Field): Readonly<Record<string, string>> {
  const at = field.fields(Object.keys(field.object()));
  return Object.fromEntries(Object.keys(field.object()).map((name) => [name, at(name).text()]));
}

const RANGES = ['ringMs', 'greetAfterMs', 'endpointMs', 'reactMs'] as const;
const NUMBERS = ['helloAfterMs', 'giveUpAfterMs', 'noiseDb'] as const;

function parseManner(field: Field, usual: Manner | undefined): Manner {
  const at = field.fields([...RANGES, ...NUMBERS]);
  const range = (name: (typeof RANGES)[number]): readonly [number, number] =>
    usual === undefined || at(name).present ? at(name).range() : usual[name];
  const number = (name: (typeof NUMBERS)[number]): number =>
    usual === undefined || at(name).present ? at(name).number() : usual[name];
  return {
    ringMs: range('ringMs'),
    greetAfterMs: range('greetAfterMs'),
    endpointMs: range('endpointMs'),
    reactMs: range('reactMs'),
    helloAfterMs: number('helloAfterMs'),
    giveUpAfterMs: number('giveUpAfterMs'),
    noiseDb: number('noiseDb'),
  };
}

function parsePickup(field: Field): Pickup {
  const machine = ['greeting', 'beepAtMs', 'beepMs', 'silenceMs', 'longestMs'];
  const at = field.fields(['kind', 'sipCode', ...machine]);
  const kind = at('kind').oneOf(['person', 'machine', 'rings_out', 'busy', 'rejects']);
  if (kind === 'rejects') return { kind, sipCode: at('sipCode').number() };
  if (kind !== 'machine') return { kind };
  return {
    kind,
    greeting: at('greeting').text(),
    beepAtMs: at('beepAtMs').number(),
    beepMs: at('beepMs').number(),
    silenceMs: at('silenceMs').number(),
    longestMs: at('longestMs').number(),
  };
}

function parseRule(field: Field): Rule {
  const at = field.fields(['on', 'hears', 'times', 'undecided', 'interrupts', 'choose', 'do']);
  const on = at('on').maybe((names) => (Array.isArray(names.value) ? names.list() : [names])) ?? [];
  const hears = at('hears').maybe((pattern) => parsePattern(pattern));
  const interrupts = at('interrupts').maybe(yes) ?? false;
  if (on.length === 0 && !interrupts) at('on').fail('a question or a list of them');
  if (interrupts && hears === undefined) at('hears').fail('the words to interrupt at');
  const steps = at('do').list().map(parseStep);
  if (steps.length === 0) at('do').fail('at least one step');
  return {
    on: on.map((name) => name.oneOf(QUESTIONS)),
    hears,
    times: at('times').maybe((times) => times.number()) ?? Infinity,
    undecided: at('undecided').maybe(yes) ?? false,
    interrupts,
    choose: at('choose').maybe((choose) => choose.oneOf(['wished', 'first', 'last'])),
    steps,
  };
}

const yes = (field: Field): boolean => (field.value === true ? true : field.fail('true, or nothing at all'));

function parsePattern(field: Field): RegExp {
  try {
    return new RegExp(field.text());
  } catch {
    return field.fail('a regular expression');
  }
}

const KEYS = '0 1 2 3 4 5 6 7 8 9 * #'.split(' ');

function parseStep(field: Field): Step {
  if (typeof field.value === 'string') return { kind: 'say', oneOf: [field.text()] };
  if (Array.isArray(field.value)) {
    const oneOf = texts(field);
    return oneOf.length === 0 ? field.fail('at least one text') : { kind: 'say', oneOf };
  }
  const at = field.fields(['waitMs', 'press', 'hangUp']);
  if (at('waitMs').present) return { kind: 'wait', ms: at('waitMs').number() };
  if (at('press').present) return { kind: 'press', digit: at('press').oneOf(KEYS) };
  return at('hangUp').value === true
    ? { kind: 'hang_up' }
    : field.fail('a text, texts, waitMs, press or hangUp');
}
