import type { HeardWord, Listener, SpokenWord } from '../speech.ts';

/** Less of a word than this is not made out. */
const MADE_OUT = 0.6;

/** A sound shorter than this is not somebody speaking. */
const SPEECH_MS = 300;

const FRAME_MS = 20;

/** Hears the far side, and keeps the words of its turn until they were answered. */
export class Ear {
  private readonly listener: Listener;
  private words: HeardWord[] = [];
  private voicedMs = 0;

  constructor(listener: Listener) {
    this.listener = listener;
  }

  /** Takes the next frame; true when a word was made out in it. */
  hear(frame: Uint8Array): boolean {
    const words = this.listener.hear(frame).filter(({ intact }) => intact >= MADE_OUT);
    this.words.push(...words);
    if (this.listener.now.speaking) this.voicedMs += FRAME_MS;
    return words.length > 0;
  }

  get speaking(): boolean {
    return this.listener.now.speaking;
  }

  get quietMs(): number {
    return this.listener.now.quietMs;
  }

  /** The words of the turn so far. */
  get text(): string {
    return this.words.map(({ word }) => word).join(' ');
  }

  /** Somebody spoke, whether or not a word was made out. */
  get spoke(): boolean {
    return this.words.length > 0 || this.voicedMs >= SPEECH_MS;
  }

  /** Begins a new turn, and returns the words of the old. */
  forget(): readonly SpokenWord[] {
    const words = this.words.map(({ word, startMs, endMs }) => ({ word, startMs, endMs }));
    this.words = [];
    this.voicedMs = 0;
    return words;
  }
}
