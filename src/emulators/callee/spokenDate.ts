const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
  twenty: 'twentieth',
  thirty: 'thirtieth',
};

function cardinal(number: number): string {
  const ones = ONES[number];
  if (ones !== undefined) return ones;
  const tens = TENS[Math.floor(number / 10)] ?? '';
  return number % 10 === 0 ? tens : `${tens} ${ONES[number % 10] ?? ''}`;
}

function ordinal(number: number): string {
  const words = cardinal(number).split(' ');
  const last = words.pop() ?? '';
  return [...words, ORDINALS[last] ?? `${last}th`].join(' ');
}

/** 1944: "nineteen forty four"; 2006: "two thousand six". */
export function sayYear(year: number): string {
  const century = Math.floor(year / 100);
  const rest = year % 100;
  if (century === 20 && rest < 10) return rest === 0 ? 'two thousand' : `two thousand ${cardinal(rest)}`;
  return `${cardinal(century)} ${rest === 0 ? 'hundred' : rest < 10 ? `oh ${cardinal(rest)}` : cardinal(rest)}`;
}

/** An ISO date as a person says it: "June twelfth, nineteen sixty seven". */
export function sayDate(isoDate: string): string {
  const [year = 0, month = 1, day = 1] = isoDate.split('-').map(Number);
  return `${MONTHS[month - 1] ?? ''} ${ordinal(day)}, ${sayYear(year)}`;
}
