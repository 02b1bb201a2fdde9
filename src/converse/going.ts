/** Our lines on their way to the callee's ear. */
import type { Cancel } from '../ports/clock.ts';
import type { WordTiming } from '../ports/speech.ts';
import { bytesOfMs } from './audio.ts';
import { resumeAtMs } from './heardWords.ts';
import type { Line } from './script/states.ts';

/** A line on its way: its audio so far, and how much of that has gone out. */
export interface Going {
  readonly line: Line;
  readonly chunks: Uint8Array[];
  words: readonly WordTiming[];
  sent: number;
  complete: boolean;
  ended: boolean;
  /** Where the first chunk lies in the line's audio: more than 0 after a resume. */
  skippedMs: number;
  cancel: () => void;
  streamed: boolean;
}

export interface Utterance {
  readonly id: number;
  readonly lines: Going[];
  firstMs: number | null;
  /** Audio of its own, not of the phrase that bridges a wait, has gone out. */
  answered: boolean;
  bridged: boolean;
  /** Which audio is being waited for. */
  awaited: string;
  /** Words of the first line that were heard, and written down, before a resume. */
  saidWords: number;
  at: number;
  watchdog: Cancel;
}

export const nothing = (): void => undefined;

export const unsaid = (id: number, lines: Going[], saidWords = 0): Utterance => ({
  id,
  lines,
  firstMs: null,
  answered: false,
  bridged: false,
  awaited: '',
  saidWords,
  at: 0,
  watchdog: nothing,
});

export const lengthOf = (going: Going): number => going.chunks.reduce((sum, chunk) => sum + chunk.length, 0);

/** A line to be sent anew: from what is here when it is whole, from the voice when it is not. */
export const again = (going: Going): Going => ({
  ...going,
  chunks: going.complete ? going.chunks : [],
  words: going.complete ? going.words : [],
  sent: 0,
  ended: false,
  cancel: nothing,
});

/** What is left of a line of which so much was heard. */
export function cut(going: Going, heardMs: number): Going {
  if (!going.complete) return { ...again(going), skippedMs: 0 };
  const fromMs = resumeAtMs(going.words, heardMs);
  const whole = Buffer.concat(going.chunks);
  return {
    ...again(going),
    chunks: [whole.subarray(bytesOfMs(fromMs - going.skippedMs))],
    skippedMs: fromMs,
  };
}
