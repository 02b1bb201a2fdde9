import { OFFICES, clinicianOf, type Office, type Visit } from './places.ts';
import { bookedSeats, type Seat } from './seats.ts';

type Persona =
  | 'confirms-at-once'
  | 'wants-another-day'
  | 'cancels'
  | 'wrong-number'
  | 'spouse-answers'
  | 'voicemail-with-beep'
  | 'no-answer'
  | 'busy'
  | 'asks-a-question'
  | 'interrupts'
  | 'hang-on'
  | 'asks-for-a-human'
  | 'accepts-offer'
  | 'declines-offer';

/** What is wrong with somebody's record, on purpose. */
type Dirt =
  | 'no_phone'
  | 'naive_time'
  | 'double_booked'
  | 'opted_out'
  | 'no_consent'
  | 'unknown_area_code'
  | 'deceased';

export interface Someone {
  readonly id: string;
  readonly given: string;
  readonly family: string;
  readonly sex: 'female' | 'male';
  readonly birthDate: string;
  readonly office: Office['id'];
  /** E.164; null when the record has none. */
  readonly phone: string | null;
  readonly persona: Persona;
  readonly dirt: Dirt | null;
  /** Whose phone it is, when it is not their own. */
  readonly sharesPhoneOf: string | null;
  readonly guardian: string | null;
}

export interface Booked {
  readonly number: string;
  readonly seat: Seat;
  readonly someone: Someone;
}

export interface Waiting {
  readonly someone: Someone;
  readonly visit: Visit;
  readonly clinician: string | null;
  /** Local hours, every day. */
  readonly hours: readonly [string, string];
  readonly minNoticeMinutes: number;
  /** Day from today of the later appointment that they would give up. */
  readonly holdsDay: number | null;
}

const GIVEN = {
  female:
    'Maya Elena Ruth Carla Ingrid Tessa Olive Hannah Bianca Doris Willa Noreen Paula Greta Simone Audra Lucille Yvonne Marta Celeste Irene Joan Felicia Rosalind Dana Helen Vera Colleen Adele Monica Sylvia Thea Brenda Nadia Kirsten Edith Leona Gwen Camille Flora Tamsin Wanda Beatrice',
  male: 'Julian Marcus Owen Victor Elliot Dominic Harold Russell Nathan Calvin Emmett Gordon Walter Desmond Leon Arthur Silas Conrad Hugo Raymond Curtis Edwin Malcolm Stuart Lionel Byron Oscar Clifford Ronan Wesley Percy Alvin Gilbert Duncan Rupert Nelson Lloyd Warren Ernest Quentin Vernon Mitchell Roland',
} as const;

const FAMILY =
  'Alvarez Benedict Carrow Delgado Eastman Farrell Grayson Hollis Ibarra Jansen Kessler Lambert Merritt Novak Ostrow Paxton Quimby Renner Sandoval Thorne Underhill Vasquez Waverly Yardley Zeller Ashby Brennan Coulter Draper Ellery Fontaine Garrity Hensley Ingram Jessup Kimball Larkin Maddox Nesbitt Orlando Pruitt Radley Sexton Tolbert Upton Varga Whitlock Yates Abbott Bingham Cordell Dunmore Everett Fielding Gaines Hadley Irwin Jarvis Keating Lovell Mercer Norwood Oakley Parrish Rowland Shelby Tierney Vaughn Wickham Ames Barlow Chandler Dempsey Engel Fowler Gentry Hobart Isley Jorgen Kendrick Lathrop Monroe Nolan Osgood';

const SPECIAL: Readonly<Record<number, Persona>> = {
  1: 'cancels',
  2: 'wants-another-day',
  5: 'cancels',
  6: 'asks-a-question',
  7: 'wants-another-day',
  11: 'interrupts',
  14: 'wants-another-day',
  17: 'cancels',
  18: 'no-answer',
  21: 'wants-another-day',
  26: 'cancels',
  30: 'hang-on',
  31: 'wants-another-day',
  34: 'busy',
  37: 'cancels',
  39: 'spouse-answers',
  43: 'wants-another-day',
  46: 'voicemail-with-beep',
  52: 'cancels',
  54: 'asks-for-a-human',
  55: 'wrong-number',
  57: 'asks-a-question',
  59: 'wants-another-day',
};

const DIRT: Readonly<Record<number, Dirt>> = {
  13: 'no_phone',
  23: 'naive_time',
  32: 'opted_out',
  36: 'no_consent',
  41: 'double_booked',
  42: 'double_booked',
  45: 'unknown_area_code',
  48: 'deceased',
};

/** Seat -> the seat of the person whose phone and family name they share. */
const SHARES: Readonly<Record<number, number>> = { 25: 24, 51: 50 };
const CHILD = 25;

/** People who kept the number of the place they came from. */
const FAR_AREA: Readonly<Record<number, string>> = { 16: '206', 33: '212', 53: '808' };

class PhoneBook {
  readonly #next = new Map<string, number>();

  /** A number in 555-0110..0199 of the area code, never twice. */
  take(areaCode: string): string {
    const line = this.#next.get(areaCode) ?? 110;
    this.#next.set(areaCode, line + 1);
    return `+1${areaCode}5550${line}`;
  }
}

function nameAt(index: number): Pick<Someone, 'given' | 'family' | 'sex'> {
  const sex = index % 2 === 0 ? 'female' : 'male';
  const given = GIVEN[sex].split(' ')[Math.floor(index / 2)];
  const family = FAMILY.split(' ')[(index * 17) % 84];
  if (given === undefined || family === undefined) throw new Error(`no name for person ${index}`);
  return { given, family, sex };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function birthDateAt(index: number): string {
  return `${1944 + ((index * 23) % 57)}-${twoDigits(1 + ((index * 5) % 12))}-${twoDigits(1 + ((index * 11) % 28))}`;
}

function areaCodeAt(office: Office['id'], index: number): string {
  const codes = OFFICES.find(({ id }) => id === office)?.areaCodes ?? [];
  return codes[index % codes.length] ?? '312';
}

/** The sixty people in tomorrow's book, in the order in which their appointments start. */
function bookedPeople(phones: PhoneBook): readonly Booked[] {
  const people: Booked[] = [];
  for (const [index, seat] of bookedSeats().entries()) {
    const taken = index === 42 ? people[41]?.seat : undefined;
    const office = clinicianOf((taken ?? seat).clinician).office;
    const dirt = DIRT[index] ?? null;
    const owner = people[SHARES[index] ?? -1]?.someone ?? null;
    const own = FAR_AREA[index] ?? (dirt === 'unknown_area_code' ? '299' : areaCodeAt(office, index));
    const child = index === CHILD && owner !== null;
    people.push({
      number: String(index + 1).padStart(2, '0'),
      seat: taken ?? seat,
      someone: {
        id: `pat-${String(index + 1).padStart(2, '0')}`,
        ...nameAt(index),
        ...(owner === null ? {} : { family: owner.family }),
        birthDate: child ? '2016-05-03' : birthDateAt(index),
        office,
        phone: dirt === 'no_phone' ? null : (owner?.phone ?? phones.take(own)),
        persona: SPECIAL[index] ?? 'confirms-at-once',
        dirt,
        sharesPhoneOf: owner?.id ?? null,
        guardian: child ? `${owner.given} ${owner.family}` : null,
      },
    });
  }
  return people;
}

type WaitingRow = readonly [
  office: Office['id'],
  visit: Visit,
  persona: Persona,
  more?: Partial<Omit<Waiting, 'someone'>> & { dirt?: Dirt },
];

const WAITING: readonly WaitingRow[] = [
  ['chicago', 'cleaning', 'declines-offer'],
  ['chicago', 'cleaning', 'accepts-offer', { holdsDay: 11 }],
  ['chicago', 'checkup', 'accepts-offer', { holdsDay: 13 }],
  ['lakewood', 'checkup', 'accepts-offer', { holdsDay: 12 }],
  ['buffalo', 'cleaning', 'declines-offer'],
  ['buffalo', 'cleaning', 'accepts-offer', { holdsDay: 10 }],
  ['chicago', 'cleaning', 'no-answer'],
  ['lakewood', 'filling', 'accepts-offer'],
  ['chicago', 'cleaning', 'accepts-offer', { holdsDay: 14 }],
  ['lakewood', 'cleaning', 'declines-offer'],
  ['lakewood', 'cleaning', 'accepts-offer'],
  ['chicago', 'checkup', 'declines-offer', { hours: ['08:00', '19:00'] }],
  ['chicago', 'cleaning', 'accepts-offer'],
  ['lakewood', 'checkup', 'declines-offer'],
  ['lakewood', 'checkup', 'accepts-offer'],
  ['chicago', 'cleaning', 'accepts-offer', { dirt: 'no_consent' }],
  ['chicago', 'cleaning', 'accepts-offer', { dirt: 'no_phone' }],
  ['buffalo', 'cleaning', 'accepts-offer'],
  ['chicago', 'checkup', 'voicemail-with-beep'],
  ['chicago', 'checkup', 'accepts-offer'],
  ['chicago', 'cleaning', 'declines-offer', { hours: ['09:00', '12:00'] }],
  ['chicago', 'cleaning', 'accepts-offer'],
  ['chicago', 'cleaning', 'accepts-offer', { clinician: 'marsh', hours: ['08:00', '11:30'] }],
  ['buffalo', 'filling', 'accepts-offer', { minNoticeMinutes: 4320 }],
  ['chicago', 'filling', 'accepts-offer'],
];

/** The twenty-five people who asked to be rung when something comes free, longest waiting first. */
function waitingPeople(phones: PhoneBook): readonly Waiting[] {
  return WAITING.map(([office, visit, persona, more = {}], row) => {
    const { dirt = null, ...rest } = more;
    const index = 60 + row;
    const someone: Someone = {
      id: `pat-${index + 1}`,
      ...nameAt(index),
      birthDate: birthDateAt(index),
      office,
      phone: dirt === 'no_phone' ? null : phones.take(areaCodeAt(office, index)),
      persona,
      dirt,
      sharesPhoneOf: null,
      guardian: null,
    };
    return {
      someone,
      visit,
      clinician: null,
      hours: ['08:00', '20:00'],
      minNoticeMinutes: 180,
      holdsDay: null,
      ...rest,
    };
  });
}

/** Everybody, with one telephone book between them. */
export function everybody(): { readonly booked: readonly Booked[]; readonly waiting: readonly Waiting[] } {
  const phones = new PhoneBook();
  return { booked: bookedPeople(phones), waiting: waitingPeople(phones) };
}
