/** Speech as words: lower case, no punctuation, so that rules and comparisons see the same thing whatever the transcriber's taste. */

export const normalise = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\u2019\u2018`]/g, "'")
    .replaceAll(/(\d):(\d\d)/g, '$1:$2')
    .replaceAll(/\b([ap])\.\s?m\b\.?/g, '$1m')
    .replaceAll(/[^a-z0-9':\s]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

export const wordsOf = (text: string): readonly string[] => {
  const plain = normalise(text);
  return plain === '' ? [] : plain.split(' ');
};

export const sameWords = (a: string, b: string): boolean => normalise(a) === normalise(b);

export const joinWords = (...parts: readonly string[]): string =>
  parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ');

/** Words that say "I'm listening" and ask for nothing. "Yes" and "no" are not among them: over a question they are answers. */
const BACKCHANNEL = new Set(
  `mm hmm hm mhm mmhm uh um huh ah oh er mm-hm uhhuh mmm okay ok right sure yeah yep gotcha
   alright all i see`.split(/\s+/),
);

/** True for "mm-hm", "uh-huh", "okay" and the like, up to three words. Empty text is no backchannel. */
export function isBackchannel(text: string): boolean {
  const words = wordsOf(text.replaceAll('-', ' '));
  return words.length > 0 && words.length <= 3 && words.every((word) => BACKCHANNEL.has(word));
}
