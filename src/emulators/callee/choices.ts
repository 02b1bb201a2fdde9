/** A time as it was offered aloud. `clock` is minutes after midnight or noon: nobody says which in every sentence. */
export interface Choice {
  readonly day: string;
  readonly time: string | undefined;
  readonly clock: number | undefined;
  readonly part: PartOfDay | undefined;
}

export type PartOfDay = 'morning' | 'afternoon';

const HOURS = [
  'twelve',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
];
const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['-', '-', 'twenty', 'thirty', 'forty', 'fifty'];

const DAY = '(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|today';
const HOUR = `\\d{1,2}(?::\\d\\d)?|noon|${HOURS.join('|')}`;
const ONES = SMALL.slice(1, 10).join('|');
const MINUTE = `(?: (?:o'clock|oh (?:${ONES})|(?:${TENS.slice(2).join('|')})(?:[- ](?:${ONES}))?|${SMALL.slice(10).join('|')}))?`;
const HALF = '(?: ?(?:[ap]m\\b|[ap]\\.m\\.|[ap] m\\b)| in the (?:morning|afternoon|evening))?';
const MENTION = new RegExp(`\\b(${DAY})\\b|\\b(?:at|or) ((${HOUR})(${MINUTE})(${HALF}))`, 'gi');

/** The times that a turn mentions, in order: "Wednesday the fourth at ten, or Thursday at three". */
export function choicesIn(text: string): readonly Choice[] {
  const found: Choice[] = [];
  let day: string | undefined;
  let bare = false;
  for (const [, named, time, hour, minute, half] of text.matchAll(MENTION)) {
    if (named !== undefined) {
      if (bare && day !== undefined) found.push(choice(day));
      day = named.charAt(0).toUpperCase() + named.slice(1).toLowerCase();
      bare = true;
    } else if (time !== undefined && day !== undefined) {
      found.push(choice(day, time, hour, minute, half));
      bare = false;
    }
  }
  if (bare && day !== undefined) found.push(choice(day));
  return found;
}

function choice(day: string, time?: string, hour = '', minute = '', half = ''): Choice {
  if (time === undefined) return { day, time, clock: undefined, part: undefined };
  const [hours = '', minutes = ''] = hour.toLowerCase().split(':');
  const named = hours === 'noon' ? 0 : HOURS.indexOf(hours);
  const onTheHour = named >= 0 ? named : Number(hours) % 12;
  const past = minutes === '' ? minutesIn(minute) : Number(minutes);
  return {
    day,
    time: time.trim(),
    clock: onTheHour * 60 + past,
    part: partOf(half.toLowerCase(), onTheHour),
  };
}

/** "oh five", "twenty", "forty-five"; none is the full hour. */
function minutesIn(minute: string): number {
  const words = minute.toLowerCase().split(/[ -]/);
  return words.reduce(
    (sum, word) => sum + Math.max(0, SMALL.indexOf(word)) + 10 * Math.max(0, TENS.indexOf(word)),
    0,
  );
}

/** Without "AM" or "PM" an office's hours decide: eight to eleven is morning. */
function partOf(half: string, hour: number): PartOfDay {
  if (half.includes('morning') || half.trim().startsWith('a')) return 'morning';
  if (half.trim() !== '') return 'afternoon';
  return hour >= 8 && hour <= 11 ? 'morning' : 'afternoon';
}

/** How a callee names a time: "Thursday at three". */
export const sayChoice = ({ day, time }: Choice): string => (time === undefined ? day : `${day} at ${time}`);

/** Whether two mentions can be the same time. */
export const agrees = (left: Choice, right: Choice): boolean =>
  left.day === right.day &&
  (left.clock === undefined || right.clock === undefined || left.clock === right.clock);
