import type { HeardWord, Listener } from '../speech.ts';

/** A word as the transcriber gives it out; times are ms of the audio received. */
export interface RecognisedWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
}

/** What one step of audio brought. */
export interface Heard {
  /** Audio received so far. */
  readonly audioMs: number;
  /** Words that ended in this step. */
  readonly words: readonly RecognisedWord[];
  /** The word under way, as far as it can be guessed. */
  readonly guess: readonly RecognisedWord[];
  readonly speaking: boolean;
  readonly quietMs: number;
}

/** 20 ms of mu-law: everything that depends on audio time is decided in steps of this size, however the audio is chunked. */
const STEP_BYTES = 160;
const STEP_MS = 20;

/** Below this a word is heard as another; below half of it, not at all. */
const GARBLED_BELOW = 0.6;

/** Words that a recogniser takes for each other on the phone. */
const CONFUSED: Readonly<Record<string, string>> = {
  yes: 'guess',
  no: 'know',
  cancel: 'council',
  confirm: 'conform',
  tuesday: 'Thursday',
  thursday: 'Tuesday',
  sunday: 'Monday',
  monday: 'Sunday',
  morning: 'warning',
  two: 'to',
  ten: 'then',
  four: 'for',
  fifteen: 'fifty',
  thirteen: 'thirty',
  right: 'write',
  there: 'their',
  can: "can't",
  "can't": 'can',
  move: 'moved',
  wrong: 'long',
};

/** Turns what arrived into what a recogniser would say: from the audio's condition, and by a word error rate on top. */
export class Recogniser {
  readonly #listener: Listener;
  readonly #wordErrorRate: number;
  readonly #random: () => number;
  #rest = new Uint8Array();
  #steps = 0;

  /** `wordErrorRate` 0..1: the share of intact words misheard all the same. */
  constructor(listener: Listener, wordErrorRate: number, random: () => number) {
    this.#listener = listener;
    this.#wordErrorRate = wordErrorRate;
    this.#random = random;
  }

  /** Audio received so far and taken in, in ms. */
  get audioMs(): number {
    return this.#steps * STEP_MS;
  }

  /** Takes mu-law of any length; gives one answer for each full 20 ms. */
  *take(mulaw: Uint8Array): Generator<Heard> {
    const bytes = new Uint8Array(this.#rest.length + mulaw.length);
    bytes.set(this.#rest);
    bytes.set(mulaw, this.#rest.length);
    let at = 0;
    for (; at + STEP_BYTES <= bytes.length; at += STEP_BYTES) {
      yield this.#step(bytes.subarray(at, at + STEP_BYTES));
    }
    this.#rest = bytes.slice(at);
  }

  #step(mulaw: Uint8Array): Heard {
    this.#steps += 1;
    const words = this.#listener.hear(mulaw).flatMap((word) => this.#recognise(word));
    const { speaking, quietMs } = this.#listener.now;
    const guess = this.#listener.partial.map((word) => ({ ...bare(word), confidence: 0.5 }));
    return { audioMs: this.audioMs, words, guess, speaking, quietMs };
  }

  #recognise(heard: HeardWord): readonly RecognisedWord[] {
    const word = { ...bare(heard), confidence: 0.99 * Math.max(0.1, heard.intact) };
    if (heard.intact < GARBLED_BELOW / 2) return [];
    if (heard.intact < GARBLED_BELOW) return [{ ...word, word: confuse(word.word) }];
    if (this.#wordErrorRate === 0 || this.#random() >= this.#wordErrorRate) return [word];
    // Telephone recognisers substitute about three words for every one that they drop.
    if (this.#random() < 0.25) return [];
    return [{ ...word, word: confuse(word.word), confidence: 0.4 + 0.3 * this.#random() }];
  }
}

const bare = ({ word, startMs, endMs }: HeardWord): Omit<RecognisedWord, 'confidence'> => ({
  word,
  startMs,
  endMs,
});

/** Another word in place of this one, always the same for the same word; the marks after it stay. */
function confuse(word: string): string {
  const marks = /[^\p{L}\p{N}']*$/u.exec(word)?.[0] ?? '';
  const core = word.slice(0, word.length - marks.length);
  const known = CONFUSED[core.toLowerCase()];
  if (known !== undefined) return known + marks;
  const vowels = 'aeiou';
  const changed = core.replace(
    /[aeiou]/i,
    (vowel) => vowels[(vowels.indexOf(vowel.toLowerCase()) + 1) % 5] ?? 'a',
  );
  return (changed === core ? `${core}s` : changed) + marks;
}

/** The words as one line. */
export function transcriptOf(words: readonly RecognisedWord[]): string {
  return words.map(({ word }) => word).join(' ');
}

/** A word as Nova's `word` has it: lower case, without the marks around it. */
export function plain(word: string): string {
  return word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
