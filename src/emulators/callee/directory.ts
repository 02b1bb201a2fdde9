import type { SpeakOptions } from '../speech.ts';
import { Field } from './dataFile.ts';
import type { PartOfDay } from './choices.ts';

export interface FullName {
  readonly given: string;
  readonly family: string;
}

/** Somebody who answers in the place of the patient. */
interface Other {
  readonly name: FullName;
  readonly speech: SpeakOptions;
}

/** Somebody else of the house, who may be asked for and does not come to the phone. */
interface HouseholdMember {
  readonly name: FullName;
  readonly relation: 'partner' | 'child';
}

/** Who is reached at one number. */
export interface Resident {
  /** E.164. */
  readonly number: string;
  /** The id of a persona. */
  readonly persona: string;
  readonly name: FullName;
  /** ISO date, when it may be asked for. */
  readonly birthDate: string | undefined;
  readonly speech: SpeakOptions;
  readonly household: readonly HouseholdMember[];
  readonly spouse: Other | undefined;
  readonly stranger: Other | undefined;
  /** What part of the day they want to move to. */
  readonly wishes: PartOfDay | undefined;
  /** The key of the question they ask. */
  readonly asks: string | undefined;
}

/** The telephone book of the emulated network, by E.164 number. */
export type Directory = ReadonlyMap<string, Resident>;

const FIELDS = 'number persona name birthDate speech household spouse stranger wishes asks'.split(' ');

/**
 * Reads a telephone book: `{"people": [{"number", "persona", "name": {"given", "family"}, "speech": {"voice"}, ...}]}`.
 * Throws with `file`, the place and what was expected there.
 */
export function parseDirectory(value: unknown, file: string): Directory {
  const people = new Field(value, file).fields(['people'])('people').list().map(parseResident);
  const directory = new Map<string, Resident>();
  for (const resident of people) {
    if (directory.has(resident.number)) throw new Error(`${file}: ${resident.number} is in it twice`);
    directory.set(resident.number, resident);
  }
  return directory;
}

function parseResident(field: Field): Resident {
  const at = field.fields(FIELDS);
  const number = at('number').text();
  if (!/^\+[1-9]\d{6,14}$/.test(number)) at('number').fail('a number like +13125550110');
  return {
    number,
    persona: at('persona').text(),
    name: parseName(at('name')),
    birthDate: at('birthDate').maybe(parseDate),
    speech: parseSpeech(at('speech')),
    household: at('household').maybe((members) => members.list().map(parseMember)) ?? [],
    spouse: at('spouse').maybe(parseOther),
    stranger: at('stranger').maybe(parseOther),
    wishes: at('wishes').maybe((wishes) =>
      wishes.fields(['partOfDay'])('partOfDay').oneOf(['morning', 'afternoon']),
    ),
    asks: at('asks').maybe((asks) => asks.text()),
  };
}

function parseName(field: Field): FullName {
  const at = field.fields(['given', 'family']);
  return { given: at('given').text(), family: at('family').text() };
}

const parseDate = (field: Field): string =>
  /^\d{4}-\d\d-\d\d$/.test(field.text()) ? field.text() : field.fail('a date like 1967-06-12');

function parseSpeech(field: Field): SpeakOptions {
  const at = field.fields(['voice', 'pitchHz', 'stretch']);
  const pitchHz = at('pitchHz').maybe((pitch) => pitch.number());
  const stretch = at('stretch').maybe((pace) => pace.number());
  return {
    voice: at('voice').text(),
    ...(pitchHz === undefined ? {} : { pitchHz }),
    ...(stretch === undefined ? {} : { stretch }),
  };
}

function parseOther(field: Field): Other {
  const at = field.fields(['name', 'speech']);
  return { name: parseName(at('name')), speech: parseSpeech(at('speech')) };
}

function parseMember(field: Field): HouseholdMember {
  const at = field.fields(['name', 'birthDate', 'relation']);
  return { name: parseName(at('name')), relation: at('relation').oneOf(['partner', 'child']) };
}
