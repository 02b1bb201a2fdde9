/** The words of turn-taking; turn.ts is the machine that uses them. Times are milliseconds of the conversation. */
import type { Expects } from './answers.ts';

/** On which terms the callee has the floor. */
export interface Floor {
  readonly expects: Expects;
  /** So much silence is waited out before the script is told. */
  readonly patienceMs: number;
}

/** One turn of the callee as it is being said. */
export interface Hearing {
  readonly startedMs: number;
  /** Null while the voice is on. */
  readonly quietSinceMs: number | null;
  /** Words of transcriber turns that ended and that we did not take as the end. */
  readonly finals: string;
  readonly partial: string;
  /** When the words last changed. */
  readonly wordsAtMs: number;
  /** The words reach to this point of the conversation; null when unknown. */
  readonly coversToMs: number | null;
  /** The transcriber thinks it is over (eagerly or finally). */
  readonly settled: boolean;
  readonly final: boolean;
  readonly ask: { readonly id: number; readonly words: string; readonly done: boolean } | null;
  readonly nextAsk: number;
  /** Our utterance that this voice stopped. */
  readonly interrupted: number | null;
}

/** A turn of the callee that we took as finished and are answering: if they go on at once, it was not. */
export interface Answered {
  readonly floor: Floor;
  readonly hearing: Hearing;
  readonly atMs: number;
}

export type Turn =
  | {
      readonly phase: 'listening';
      readonly floor: Floor;
      readonly untilMs: number;
      /** Just committed, and not answered yet. */
      readonly answered: Answered | null;
    }
  | { readonly phase: 'hearing'; readonly floor: Floor; readonly hearing: Hearing }
  | {
      readonly phase: 'thinking';
      readonly floor: Floor;
      readonly hearing: Hearing;
      readonly ask: number;
      readonly endpointMs: number;
    }
  | {
      readonly phase: 'speaking';
      readonly floor: Floor;
      readonly utterance: number;
      readonly protected: boolean;
      /** After it the call is over. */
      readonly last: boolean;
      readonly over: Hearing | null;
      /** What this answers, as long as it can be taken back. */
      readonly answered: Answered | null;
      /** Nothing plays longer than this. */
      readonly untilMs: number;
    }
  | { readonly phase: 'ended' };

export type TurnEvent =
  | { readonly kind: 'speech_started'; readonly atMs: number }
  | { readonly kind: 'speech_ended'; readonly atMs: number; readonly quietSinceMs: number }
  /** Words so far of the callee's turn; `coversToMs`: the transcript reaches this point, null when the transcriber does not say. */
  | {
      readonly kind: 'partial';
      readonly atMs: number;
      readonly text: string;
      readonly coversToMs: number | null;
    }
  | { readonly kind: 'eager_end'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'resumed'; readonly atMs: number }
  | { readonly kind: 'final'; readonly atMs: number; readonly text: string }
  | { readonly kind: 'understood'; readonly atMs: number; readonly ask: number }
  /** The script's answer. `utterance` null: say nothing and listen. */
  | {
      readonly kind: 'reply';
      readonly atMs: number;
      readonly utterance: number | null;
      readonly protected: boolean;
      readonly last: boolean;
      /** It does nothing that could not be undone: when the callee goes on, it was never said. */
      readonly revocable: boolean;
      /** Whatever is being said or heard gives way to it. */
      readonly interrupt: boolean;
      readonly floor: Floor;
    }
  | { readonly kind: 'protection_over'; readonly atMs: number; readonly utterance: number }
  | { readonly kind: 'played'; readonly atMs: number; readonly utterance: number }
  | { readonly kind: 'tick'; readonly atMs: number }
  | { readonly kind: 'line_closed'; readonly atMs: number };

export type TurnEffect =
  | { readonly kind: 'play'; readonly utterance: number }
  | { readonly kind: 'stop'; readonly utterance: number }
  /** Go on with a stopped utterance from the word where it was stopped. */
  | { readonly kind: 'resume'; readonly utterance: number }
  | {
      readonly kind: 'understand';
      readonly ask: number;
      readonly words: string;
      readonly speculative: boolean;
    }
  | { readonly kind: 'forget'; readonly ask: number }
  /** The callee's turn is over; `ask` null: there was no time to find out what it means, or there were no words. */
  | {
      readonly kind: 'commit';
      readonly ask: number | null;
      readonly words: string;
      readonly times: TurnTimes;
    }
  /** The callee goes on: the last commit did not happen. */
  | { readonly kind: 'take_back' }
  | { readonly kind: 'silence' }
  | { readonly kind: 'hang_up' };

/** When things happened in a turn, milliseconds of the conversation. */
export interface TurnTimes {
  readonly startedMs: number;
  readonly quietMs: number;
  readonly wordsMs: number;
  readonly endpointMs: number;
}

export type Stepped = readonly [Turn, readonly TurnEffect[]];

/** The floor is the callee's. */
export const listen = (floor: Floor, untilMs: number, answered: Answered | null = null): Turn => ({
  phase: 'listening',
  floor,
  untilMs,
  answered,
});
