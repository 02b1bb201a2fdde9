/** Words as the brain compares them. */

/** Lower case, straight apostrophes, no other marks. */
export function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[^\p{L}\p{N}'\s]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const COMMON = new Set(
  (
    'a an the and or but so if then than to of in on at for from with by about as into up out over is are was were be been ' +
    'am do does did have has had can could will would should shall may might must need take get got go come make know tell ' +
    'say i me my mine you your yours we us our it its he she they them his her this that these those there here what which ' +
    "who whom whose when where why how not no yes please just also any some all much many more very really still again i'm " +
    "you're it's that's don't do'nt i'll we'll okay ok um uh well oh thanks thank hi hello"
  ).split(' '),
);

/** Groups of words that ask for the same fact. */
const SAME: readonly (readonly string[])[] = [
  ['park', 'garage', 'lot', 'car', 'drive'],
  ['address', 'locat', 'located', 'street', 'direction', 'directions', 'find'],
  ['bring', 'card', 'paperwork', 'document', 'documents', 'form', 'forms'],
  ['insur', 'insurance', 'coverage', 'cover', 'plan'],
  ['cost', 'price', 'pay', 'copay', 'fee', 'charge', 'bill'],
  ['hour', 'open', 'close'],
  ['eat', 'drink', 'fast', 'food', 'breakfast'],
  ['phone', 'number', 'telephone'],
  ['doctor', 'provider', 'dentist', 'hygienist'],
  ['long', 'duration', 'minute', 'last'],
];

/** Endings off: parking and parks are the same word. */
function stem(word: string): string {
  const bare = word.replace(/'s$/, '');
  if (bare.length <= 4) return bare.length === 4 && bare.endsWith('s') ? bare.slice(0, -1) : bare;
  return bare.replace(/(?:ings?|ed|es|s)$/, '');
}

const GROUPS = new Map(
  SAME.flatMap((group) => group.map((word) => [stem(word), `=${group[0] ?? word}`] as const)),
);

/** The words of a text that carry its meaning, each once; with a word comes the group of those that ask for the same. */
export function contentWords(text: string): ReadonlySet<string> {
  const words = normalise(text)
    .split(' ')
    .filter((word) => word !== '' && !COMMON.has(word));
  return new Set(
    words.flatMap((word) => {
      const group = GROUPS.get(stem(word));
      return group === undefined ? [stem(word)] : [group, stem(word)];
    }),
  );
}

const WHERE = /\bwhere (?:is|are|do|did|exactly|am)\b|\bhow do i get\b/;

/** The content words of a question; "where are you" asks for the address without saying so. */
export function askedWords(question: string): ReadonlySet<string> {
  const words = contentWords(question);
  const wanted = WHERE.test(normalise(question)) && !words.has('=park') ? ['=address'] : [];
  return new Set([...words, ...wanted]);
}
