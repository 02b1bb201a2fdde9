/** From milliseconds of audio to the words that were heard whole: never one more. */

/** Where a word lies in a line's audio. */
export interface TimedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The text of a line up to the last word that was heard whole. When the timings have as many words as the text, the text's own spelling
 * and punctuation is kept. Without timings nothing is credited until the whole line was heard.
 */
export function heardText(text: string, words: readonly TimedWord[], heardMs: number): string {
  const count = heardCount(words, heardMs);
  const spelled = text.split(/\s+/).filter((word) => word !== '');
  return (spelled.length === words.length ? spelled : words.map((word) => word.word))
    .slice(0, count)
    .join(' ');
}

/** How many words from the start were heard whole. */
export function heardCount(words: readonly TimedWord[], heardMs: number): number {
  const first = words.findIndex((word) => word.endMs > heardMs);
  return first < 0 ? words.length : first;
}

/** Where to go on in the audio: the start of the first word that was not heard whole; 0 when timings are missing. */
export function resumeAtMs(words: readonly TimedWord[], heardMs: number): number {
  return words[heardCount(words, heardMs)]?.startMs ?? 0;
}
