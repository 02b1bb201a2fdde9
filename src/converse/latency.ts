/** The stages of an answered turn, from the end of the callee's speech to our first audio on the line. */
import type { TurnLatency } from '../domain/call.ts';
import type { TurnTimes } from './turnTypes.ts';

export interface TurnStages {
  readonly times: TurnTimes;
  readonly understoodMs: number;
  readonly understoodBy: TurnLatency['understoodBy'];
}

/** @param firstAudioMs when the first byte of the answer was handed to the line. All times in milliseconds of the conversation. */
export function turnLatency(
  turn: number,
  { times, understoodMs, understoodBy }: TurnStages,
  firstAudioMs: number,
  speech: TurnLatency['speech'],
): TurnLatency {
  const sinceQuiet = (ms: number): number => Math.max(0, Math.round(ms - times.quietMs));
  return {
    turn,
    endpointMs: sinceQuiet(times.endpointMs),
    transcriptMs: sinceQuiet(times.wordsMs),
    understoodMs: sinceQuiet(understoodMs),
    firstAudioMs: sinceQuiet(firstAudioMs),
    understoodBy,
    speech,
  };
}
