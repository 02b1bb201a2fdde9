/** The recogniser's dictionary, cut down to the words of a night: a tenth of the time and fewer words to confuse. */

/**
 * Letters as they mostly sound in English, the longest first, for names that no dictionary has. A rough pronunciation is enough where the
 * language model expects the name.
 */
const SOUNDS: readonly (readonly [string, string])[] = Object.entries({
  tion: 'SH AH N',
  tch: 'CH',
  sch: 'SH',
  igh: 'AY',
  ough: 'AO',
  qu: 'K W',
  qv: 'K W',
  ch: 'CH',
  sh: 'SH',
  th: 'TH',
  ph: 'F',
  ck: 'K',
  ng: 'NG',
  gh: 'G',
  kn: 'N',
  wr: 'R',
  ee: 'IY',
  ea: 'IY',
  oo: 'UW',
  ou: 'AW',
  ow: 'OW',
  ai: 'EY',
  ay: 'EY',
  au: 'AO',
  aw: 'AO',
  ie: 'IY',
  oa: 'OW',
  oi: 'OY',
  oy: 'OY',
  er: 'ER',
  ir: 'ER',
  ur: 'ER',
  ar: 'AA R',
  or: 'AO R',
  a: 'AE',
  b: 'B',
  c: 'K',
  d: 'D',
  e: 'EH',
  f: 'F',
  g: 'G',
  h: 'HH',
  i: 'IH',
  j: 'JH',
  k: 'K',
  l: 'L',
  m: 'M',
  n: 'N',
  o: 'OW',
  p: 'P',
  q: 'K',
  r: 'R',
  s: 'S',
  t: 'T',
  u: 'AH',
  v: 'V',
  w: 'W',
  x: 'K S',
  y: 'IY',
  z: 'Z',
}).toSorted(([a], [b]) => b.length - a.length);

const VOWEL = /^[aeiouy]/;

/** A guess at how a word sounds, in the phones of the CMU dictionary. */
export function bySpelling(word: string): string {
  const letters = word
    .replaceAll(/[^a-z]/g, '')
    .replaceAll(/([b-df-hj-np-tv-z])\1/g, '$1')
    // A last e after a consonant is silent.
    .replace(/([^aeiou])e$/, '$1');
  const phones: string[] = [];
  for (let at = 0; at < letters.length;) {
    const rest = letters.slice(at);
    const [spelt, sound] = SOUNDS.find(([start]) => rest.startsWith(start)) ?? [rest.slice(0, 1), ''];
    const last = at + spelt.length === letters.length;
    phones.push(last && spelt === 'a' ? 'AH' : VOWEL.test(spelt) && last && spelt === 'e' ? 'IY' : sound);
    at += spelt.length;
  }
  return phones.join(' ');
}

/**
 * The entries of these words, all their pronunciations, and a guess for what is missing.
 * @param dictionary in the CMU format: `word phones`, further pronunciations as `word(2) phones`.
 */
export function cutDictionary(
  dictionary: string,
  words: ReadonlySet<string>,
): { readonly entries: string; readonly guessed: readonly string[] } {
  const kept: string[] = [];
  const found = new Set<string>();
  for (const line of dictionary.split('\n')) {
    const word = /^[^\s(]+/.exec(line)?.[0];
    if (word === undefined || !words.has(word)) continue;
    kept.push(line);
    found.add(word);
  }
  const guessed = [...words].filter((word) => !found.has(word));
  return {
    entries: `${[...kept, ...guessed.map((word) => `${word} ${bySpelling(word)}`)].join('\n')}\n`,
    guessed,
  };
}
