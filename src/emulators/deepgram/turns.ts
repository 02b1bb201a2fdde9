/**
 * Flux's turns as a machine on audio time:
 *
 *   initial --words--> ongoing --confidence >= eager--> awaiting_end --confidence >= end, or timeout--> initial, index + 1
 *                         ^ `-----------end, timeout or by hand----------------^ |
 *                         `------------------new words (TurnResumed)-------------'
 *
 * Nothing happens without audio: if it stops in mid-turn, the turn never ends. EagerEndOfTurn and EndOfTurn have words,
 * and an EndOfTurn after an EagerEndOfTurn has the very same ones. An Update comes every 250 ms of audio, changed or not.
 */
import { type Heard, type RecognisedWord, transcriptOf } from './recognition.ts';

export interface TurnSettings {
  /** 0.5..1; 1 = never ended by the model. */
  readonly endThreshold: number;
  /** 0.3..0.9, or null: no eager ends. */
  readonly eagerThreshold: number | null;
  /** Audio after the last word at which the turn ends whatever the model thinks. */
  readonly timeoutMs: number;
}

/** How one pause will be judged: silence until it is an end, and how much sooner it looks like one. */
export interface Pause {
  readonly lagMs: number;
  readonly savingMs: number;
}

interface Course {
  readonly index: number;
  readonly fromMs: number;
  readonly updateDueMs: number;
  /** Guesses that began before this belong to the turn before. */
  readonly afterMs: number;
}

export type Turn =
  | (Course & { readonly phase: 'initial' })
  | (Course & {
      readonly phase: 'ongoing';
      readonly words: readonly RecognisedWord[];
      readonly guess: readonly RecognisedWord[];
      readonly pause: Pause | null;
    })
  | (Course & {
      readonly phase: 'awaiting_end';
      readonly words: readonly RecognisedWord[];
      readonly pause: Pause;
    });

export interface TurnEvent {
  readonly event: 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';
  readonly index: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly words: readonly RecognisedWord[];
  readonly confidence: number;
  readonly trigger?: 'model' | 'manual' | 'timeout';
}

const UPDATE_MS = 250;
/** More silence that a sentence left hanging ("and", "um", a comma) is given. */
const HANGING_MS = 600;
const HANGING = new Set(
  'and but or so because um uh er hmm well the a an my at on in to for of with from is was maybe like if'.split(
    ' ',
  ),
);

export const FIRST_TURN: Turn = { phase: 'initial', index: 0, fromMs: 0, updateDueMs: UPDATE_MS, afterMs: 0 };

/** The turn after one step of audio, and what there is to say about it. `newPause` is asked once for each silence. */
export function stepTurn(
  turn: Turn,
  heard: Heard,
  settings: TurnSettings,
  newPause: () => Pause,
): readonly [Turn, readonly TurnEvent[]] {
  const guess = heard.guess.filter((word) => word.startMs >= turn.afterMs);
  const fresh = heard.words.length > 0 || (heard.speaking && guess.length > 0);
  if (turn.phase === 'initial') {
    if (!fresh) return updated(turn, heard.audioMs, [], 0);
    const started: Turn = { ...turn, phase: 'ongoing', words: heard.words, guess, pause: null };
    return [started, [eventOf('StartOfTurn', started, heard.audioMs, [...heard.words, ...guess], 0.1)]];
  }
  if (turn.phase === 'awaiting_end') {
    if (!fresh) return judge(turn, heard, settings);
    const [resumed, event] = resumeTurn(turn, heard.audioMs, heard.words, guess);
    return [resumed, [event]];
  }
  const words = [...turn.words, ...heard.words];
  const pause = heard.quietMs > 0 && !fresh ? (turn.pause ?? newPause()) : null;
  return judge({ ...turn, words, guess, pause }, heard, settings);
}

/** Takes an eager end back: the speaker went on. */
export function resumeTurn(
  turn: Extract<Turn, { readonly phase: 'awaiting_end' }>,
  audioMs: number,
  more: readonly RecognisedWord[],
  guess: readonly RecognisedWord[],
): readonly [Turn, TurnEvent] {
  const words = [...turn.words, ...more];
  const resumed: Turn = { ...turn, phase: 'ongoing', words, guess, pause: null };
  return [resumed, eventOf('TurnResumed', resumed, audioMs, [...words, ...guess], 0.1)];
}

/** Ends the turn by the client's order; nothing when no turn is under way or nothing was said in it. */
export function forceEnd(turn: Turn, audioMs: number): readonly [Turn, readonly TurnEvent[]] {
  if (turn.phase === 'initial') return [turn, []];
  const words = said(turn);
  return words.length === 0 ? [turn, []] : ended(turn, audioMs, words, 1, 'manual', []);
}

type Open = Exclude<Turn, { readonly phase: 'initial' }>;

function judge(turn: Open, heard: Heard, settings: TurnSettings): readonly [Turn, readonly TurnEvent[]] {
  const { audioMs } = heard;
  const words = said(turn);
  const confidence = turn.pause === null ? 0.05 : confidenceOf(heard.quietMs, turn.pause, isHanging(words));
  if (words.length === 0) return updated(turn, audioMs, [], confidence);
  const lastWordMs = words.at(-1)?.endMs ?? audioMs;
  if (audioMs - lastWordMs >= settings.timeoutMs)
    return ended(turn, audioMs, words, confidence, 'timeout', []);
  const eager: readonly TurnEvent[] =
    turn.phase === 'ongoing' &&
    turn.pause !== null &&
    settings.eagerThreshold !== null &&
    confidence >= settings.eagerThreshold
      ? [eventOf('EagerEndOfTurn', turn, audioMs, words, confidence)]
      : [];
  if (confidence >= settings.endThreshold) return ended(turn, audioMs, words, confidence, 'model', eager);
  if (eager.length > 0 && turn.pause !== null) {
    const { index, fromMs, updateDueMs, pause } = turn;
    const afterMs = lastWordMs;
    return [{ phase: 'awaiting_end', index, fromMs, updateDueMs, afterMs, words, pause }, eager];
  }
  const shown = turn.phase === 'ongoing' ? [...turn.words, ...turn.guess] : turn.words;
  return updated(turn, audioMs, shown, confidence);
}

/** The turn's words; a fragment that never became a word counts when there is nothing else. */
function said(turn: Open): readonly RecognisedWord[] {
  return turn.phase === 'ongoing' && turn.words.length === 0 ? turn.guess : turn.words;
}

function ended(
  turn: Open,
  audioMs: number,
  words: readonly RecognisedWord[],
  confidence: number,
  trigger: 'model' | 'manual' | 'timeout',
  before: readonly TurnEvent[],
): readonly [Turn, readonly TurnEvent[]] {
  const next: Turn = {
    phase: 'initial',
    index: turn.index + 1,
    fromMs: audioMs,
    updateDueMs: audioMs + UPDATE_MS,
    afterMs: words.at(-1)?.endMs ?? audioMs,
  };
  return [next, [...before, { ...eventOf('EndOfTurn', turn, audioMs, words, confidence), trigger }]];
}

function updated(
  turn: Turn,
  audioMs: number,
  words: readonly RecognisedWord[],
  confidence: number,
): readonly [Turn, readonly TurnEvent[]] {
  if (audioMs < turn.updateDueMs) return [turn, []];
  const next = { ...turn, updateDueMs: audioMs + UPDATE_MS };
  return [next, [eventOf('Update', turn, audioMs, words, confidence)]];
}

function eventOf(
  event: TurnEvent['event'],
  turn: Turn,
  toMs: number,
  words: readonly RecognisedWord[],
  confidence: number,
): TurnEvent {
  return { event, index: turn.index, fromMs: turn.fromMs, toMs, words, confidence };
}

/** Whether the words so far ask for more: a comma, a preposition, a hesitation at the end. */
function isHanging(words: readonly RecognisedWord[]): boolean {
  const last = words.at(-1)?.word.toLowerCase() ?? '';
  return /[,;:-]$/.test(last) || HANGING.has(last);
}

/**
 * How sure it is, after so much silence, that nothing more comes: 0.5 when an eager end is due, 0.7 (the vendor's
 * default threshold) when the end is, then slowly towards 1, which is never reached.
 */
export function confidenceOf(quietMs: number, pause: Pause, hanging: boolean): number {
  const endMs = Math.max(20, pause.lagMs + (hanging ? HANGING_MS : 0));
  const eagerMs = Math.max(10, endMs - pause.savingMs);
  if (quietMs < eagerMs) return 0.1 + 0.4 * (quietMs / eagerMs);
  if (quietMs < endMs) return 0.5 + 0.2 * ((quietMs - eagerMs) / (endMs - eagerMs));
  return Math.min(0.99, 1 - 0.3 * Math.exp(-(quietMs - endMs) / Math.max(200, endMs)));
}

/** The text of an event. */
export const textOf = (event: TurnEvent): string => transcriptOf(event.words);
