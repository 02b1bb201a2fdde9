/** A line as the recogniser's dictionary has it: small letters, one word each, abbreviations by their letters, numbers as words. */

const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ',,twenty,thirty,forty,fifty,sixty,seventy,eighty,ninety'.split(',');

/** How what is written short is said. */
const SAID: Readonly<Record<string, string>> = { ai: 'a i', am: 'a m', pm: 'p m', dr: 'doctor' };

/** "AM" is a word of its own only in capitals: "Am I speaking" begins with another. */
const IN_CAPITALS = new Set(['ai', 'am', 'pm']);

function number(digits: string): string {
  const value = Number(digits);
  if (digits.length > 2 || (digits.length === 2 && value < 10))
    return Array.from(digits, (digit) => ONES[Number(digit)]).join(' ');
  if (value < 20) return ONES[value] ?? '';
  const one = value % 10;
  return `${TENS[Math.floor(value / 10)]}${one === 0 ? '' : ` ${ONES[one]}`}`;
}

function say(token: string): string {
  if (/^\d+$/.test(token)) return number(token);
  const small = token.toLowerCase();
  const said = SAID[small];
  return said === undefined || (IN_CAPITALS.has(small) && token !== token.toUpperCase()) ? small : said;
}

/** The words of a line in the order in which they are spoken. */
export function spokenWords(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[\u2018\u2019]/g, "'");
  return [...plain.matchAll(/[A-Za-z]+(?:'[A-Za-z]+)*|\d+/g)].flatMap(([token]) => say(token).split(' '));
}
