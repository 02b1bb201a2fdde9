/**
 * What a callee's words say about time, without a calendar: "Thursday after three", "not mornings", "the twenty fourth". Only openings
 * that exist are ever chosen, so a wish is a filter (fitsWish.ts) and nobody guesses dates.
 */
import type { MinuteOfDay, Weekday } from '../domain/localTime.ts';
import { normalise } from './words.ts';

export interface TimeWish {
  readonly weekdays: readonly Weekday[];
  readonly notWeekdays: readonly Weekday[];
  readonly day: 'today' | 'tomorrow' | null;
  readonly dayOfMonth: number | null;
  readonly month: number | null;
  readonly week: 'this' | 'next' | null;
  /** Wall-clock minutes; without am or pm the likelier half of the day is meant by whoever compares. */
  readonly at: Clock | null;
  readonly after: Clock | null;
  readonly before: Clock | null;
  readonly part: DayPart | null;
  readonly notPart: DayPart | null;
  readonly shift: 'earlier' | 'later' | null;
}

export interface Clock {
  readonly minute: MinuteOfDay;
  /** False when neither am nor pm was said: three may be 3:00 or 15:00. */
  readonly certain: boolean;
}

export type DayPart = 'morning' | 'afternoon' | 'evening';

const DAYS: readonly (readonly [string, Weekday])[] = [
  ['mon', 1],
  ['tues', 2],
  ['wednes', 3],
  ['thurs', 4],
  ['fri', 5],
  ['satur', 6],
  ['sun', 7],
];
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const NUMBER: Readonly<Record<string, number>> = Object.fromEntries(
  'one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, i) => [word, i + 1]),
);
const MINUTES: Readonly<Record<string, number>> = {
  fifteen: 15,
  thirty: 30,
  'forty five': 45,
  'oh five': 5,
  ten: 10,
  twenty: 20,
  forty: 40,
  fifty: 50,
};
const ORDINALS =
  `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
   seventeenth eighteenth nineteenth twentieth`.split(/\s+/);
const HOUR = `(\\d{1,2}|${Object.keys(NUMBER).join('|')})`;
/** "The first one" is no hour. */
const NOT_A_PRONOUN =
  '(?<!(?:first|second|last|that|this|the|other|either|which|earlier|later|any|a|same|next|new|number|good|better) )';
const MINUTE = `(?::(\\d\\d)|\\s(${Object.keys(MINUTES).join('|')}))?`;
const HALF = `(?:\\s?(am|pm|o'clock|in the morning|in the afternoon|in the evening|at night))?`;
const CLOCK = new RegExp(
  `\\b(?:(at|by|around|about|after|past|before|until|til|from|not before|not after|no later than|no earlier than)\\s)?` +
    `(?:(half|quarter) (past|to) )?${NOT_A_PRONOUN}${HOUR}${MINUTE}${HALF}\\b(?!\\s(?:of us|one|more|second|sec|moment|thing|times|people|minutes|weeks|days|hours|question))`,
  'g',
);
const EMPTY: TimeWish = {
  weekdays: [],
  notWeekdays: [],
  day: null,
  dayOfMonth: null,
  month: null,
  week: null,
  at: null,
  after: null,
  before: null,
  part: null,
  notPart: null,
  shift: null,
};

/** Reads every time expression in `text`; null when there is none. `expectsTime`: a bare "three" is a time after "what time?". */
export function hearTimes(text: string, expectsTime: boolean): TimeWish | null {
  const plain = normalise(text);
  const days = hearDays(plain);
  const clocks = hearClocks(plain, expectsTime || days.weekdays.length > 0 || days.day !== null);
  const wish: TimeWish = { ...EMPTY, ...days, ...clocks, ...hearParts(plain), shift: hearShift(plain) };
  return JSON.stringify(wish) === JSON.stringify(EMPTY) ? null : wish;
}

function hearDays(
  plain: string,
): Pick<TimeWish, 'weekdays' | 'notWeekdays' | 'day' | 'dayOfMonth' | 'month' | 'week'> {
  const named = (pattern: (day: string) => RegExp): Weekday[] =>
    DAYS.flatMap(([name, day]) => (pattern(name).test(plain) ? [day] : []));
  const notWeekdays = named(
    (day) =>
      new RegExp(
        `\\b(?:not(?: on| a)?|but(?: not)?|except(?: for)?|can't(?: do| on| make)?|besides) ${day}days?\\b`,
      ),
  );
  const weekdays = named((day) => new RegExp(`\\b${day}days?\\b`)).filter(
    (day) => !notWeekdays.includes(day),
  );
  const month = MONTHS.findIndex((name) =>
    new RegExp(`\\b${name}\\b`).test(name === 'may' ? plain.replace(/\bmay (?:be|i)\b/g, '') : plain),
  );
  return {
    weekdays,
    notWeekdays,
    day: /\btomorrow\b/.test(plain)
      ? 'tomorrow'
      : /\b(?:today|this (?:morning|afternoon|evening))\b/.test(plain)
        ? 'today'
        : null,
    dayOfMonth: hearDayOfMonth(plain, month >= 0),
    month:
      month >= 0 && !(MONTHS[month] === 'may' && !/\bmay (?:\d|the|first|second|third|\w+th)\b/.test(plain))
        ? month + 1
        : null,
    week: /\bnext week\b|\bthe (?:following week|week after)\b/.test(plain)
      ? 'next'
      : /\bthis week\b/.test(plain)
        ? 'this'
        : null,
  };
}

function hearDayOfMonth(plain: string, monthSaid: boolean): number | null {
  const digits = /\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b/.exec(plain);
  if (digits?.[1] !== undefined) return inMonth(Number(digits[1]));
  const spoken = /\b(?:the |on the |of )?(twenty |thirty )?(\w+(?:st|nd|rd|th))\b/g;
  for (const [whole, tens, unit] of plain.matchAll(spoken)) {
    const base = tens === undefined ? 0 : tens.startsWith('twenty') ? 20 : 30;
    if (unit === 'thirtieth') return 30;
    const index = ORDINALS.indexOf(unit ?? '');
    // "The first" and "the second" are choices unless a month or tens say otherwise.
    if (index < 0 || (index < 2 && base === 0 && !monthSaid)) continue;
    if (base > 0 || monthSaid || /\bthe /.test(whole)) return inMonth(base + index + 1);
  }
  const afterMonth = new RegExp(`\\b(?:${MONTHS.join('|')}) (\\d{1,2})\\b`).exec(plain);
  return afterMonth?.[1] === undefined ? null : inMonth(Number(afterMonth[1]));
}

const inMonth = (day: number): number | null => (day >= 1 && day <= 31 ? day : null);

function hearClocks(plain: string, bare: boolean): Pick<TimeWish, 'at' | 'after' | 'before'> {
  let found: Pick<TimeWish, 'at' | 'after' | 'before'> = { at: null, after: null, before: null };
  if (/\bnoon\b/.test(plain)) {
    const noon = { minute: 720, certain: true };
    found = /\b(?:after|past) noon\b/.test(plain)
      ? { ...found, after: noon }
      : /\bbefore noon\b/.test(plain)
        ? { ...found, before: noon }
        : { ...found, at: noon };
  }
  const undated = plain.replaceAll(
    new RegExp(`\\b(?:${MONTHS.join('|')}) \\d{1,2}\\b|\\b\\d{1,2}(?:st|nd|rd|th)\\b`, 'g'),
    ' ',
  );
  for (const match of undated.matchAll(CLOCK)) {
    const [, bound, part, direction, hourText, digits, minuteWords, half] = match;
    const clock = clockOf(hourText, digits, minuteWords, half, part, direction);
    if (clock === null) continue;
    const marked =
      bound !== undefined ||
      digits !== undefined ||
      half !== undefined ||
      part !== undefined ||
      minuteWords !== undefined;
    if (!marked && !bare) continue;
    if (
      bound === 'after' ||
      bound === 'past' ||
      bound === 'from' ||
      bound === 'not before' ||
      bound === 'no earlier than'
    )
      found = { ...found, after: clock };
    else if (
      bound === 'before' ||
      bound === 'by' ||
      bound === 'until' ||
      bound === 'til' ||
      bound === 'not after' ||
      bound === 'no later than'
    )
      found = { ...found, before: clock };
    else found = { ...found, at: clock };
  }
  return found;
}

function clockOf(
  hourText: string | undefined,
  digits: string | undefined,
  minuteWords: string | undefined,
  half: string | undefined,
  part: string | undefined,
  direction: string | undefined,
): Clock | null {
  const hour = NUMBER[hourText ?? ''] ?? Number(hourText);
  if (!Number.isInteger(hour) || hour < 1 || hour > 23) return null;
  const offset = part === undefined ? 0 : (part === 'half' ? 30 : 15) * (direction === 'to' ? -1 : 1);
  const minutes = Number(digits ?? MINUTES[minuteWords ?? ''] ?? 0);
  if (minutes > 59) return null;
  const certain = hour > 12 || (half !== undefined && half !== "o'clock");
  const pm = half === 'pm' || half === 'in the afternoon' || half === 'in the evening' || half === 'at night';
  const onDial = certain
    ? (hour % 12 === 0 && hour <= 12 ? 0 : hour) + (pm && hour < 12 ? 12 : 0) + (pm && hour === 12 ? 12 : 0)
    : hour;
  return { minute: onDial * 60 + minutes + offset, certain };
}

function hearParts(plain: string): Pick<TimeWish, 'part' | 'notPart'> {
  const not =
    /\b(?:not|no|but|except|can't do|besides)(?: in| any| the)*(?: the)? (morning|afternoon|evening)s?\b/.exec(
      plain,
    )?.[1];
  const rest = not === undefined ? plain : plain.replace(new RegExp(`${not}s?`), '');
  const part =
    /\b(morning|afternoon|evening)s?\b/.exec(rest)?.[1] ??
    (/\bafter (?:work|school)\b/.test(plain) ? 'evening' : undefined);
  return { part: dayPart(part), notPart: dayPart(not) };
}

const dayPart = (word: string | undefined): DayPart | null =>
  word === 'morning' || word === 'afternoon' || word === 'evening' ? word : null;

function hearShift(plain: string): TimeWish['shift'] {
  if (/\b(?:earlier|sooner)\b/.test(plain)) return 'earlier';
  return /\blater\b(?! today)|\bfurther out\b/.test(plain) && !/\bno later than\b/.test(plain)
    ? 'later'
    : null;
}
