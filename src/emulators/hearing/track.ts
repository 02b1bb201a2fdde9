import type { HeardWord } from '../speech.ts';
import type { Utterance } from './archive.ts';

/** Less of a word than this is not noticed as one. What is understood of the rest is the listener's affair. */
const LEAST_INTACT = 0.2;

const BYTES_PER_MS = 8;

/**
 * One utterance as it is being heard: how far it has come, and how much of the word under way has arrived.
 * Positions inside the utterance only grow: what comes late is not credited any more.
 */
export class Track {
  readonly utterance: Utterance;
  /** The byte of the utterance that should come next. */
  next: number;
  /** Whether the bytes that came last were part of a word, and not of a pause. */
  inWord = false;
  private word: number;
  private credit = 0;
  private began = -1;
  private last = 0;

  constructor(utterance: Utterance, at: number) {
    this.utterance = utterance;
    this.next = at;
    this.word = utterance.words.findIndex(({ end }) => end > at);
    if (this.word < 0) this.word = utterance.words.length;
  }

  /**
   * The bytes from `from` (at or after `next`) up to `to` arrived; the first of them was byte `heardAt` of the stream.
   * Returns the words that ended in them or were passed over.
   */
  arrived(from: number, to: number, heardAt: number): readonly HeardWord[] {
    const ended: HeardWord[] = [];
    this.next = to;
    this.inWord = false;
    for (;;) {
      const word = this.utterance.words[this.word];
      if (word === undefined || word.start >= to) return ended;
      const start = Math.max(word.start, from);
      const end = Math.min(word.end, to);
      if (end > start) {
        this.inWord = true;
        this.credit += end - start;
        if (this.began < 0) this.began = heardAt + start - from;
        this.last = heardAt + end - from;
      }
      if (word.end > to) return ended;
      ended.push(...this.endWord());
    }
  }

  /** The rest will not come: the word under way, if enough of it was heard. */
  abandoned(): readonly HeardWord[] {
    return this.endWord();
  }

  /** The word under way, as far as it was heard. */
  get partial(): readonly HeardWord[] {
    const heard = this.wordSoFar();
    return heard === undefined ? [] : [heard];
  }

  private wordSoFar(): HeardWord | undefined {
    const word = this.utterance.words[this.word];
    if (word === undefined || this.credit === 0) return undefined;
    return {
      word: word.word,
      startMs: Math.round(this.began / BYTES_PER_MS),
      endMs: Math.round(this.last / BYTES_PER_MS),
      intact: this.credit / (word.end - word.start),
    };
  }

  private endWord(): readonly HeardWord[] {
    const heard = this.wordSoFar();
    this.word += 1;
    this.credit = 0;
    this.began = -1;
    return heard !== undefined && heard.intact >= LEAST_INTACT ? [heard] : [];
  }
}
