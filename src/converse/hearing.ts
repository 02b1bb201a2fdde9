/**
 * One turn of the callee as it is being said: voice from the voice detector, words from the transcriber, and whether it is over.
 *
 * The two sources disagree all the time. Voice says *when* quickly, words say *what* late: a turn is finished when it has been quiet
 * for as long as the question demands and the words reach the end of the voice.
 */
import type { Expects } from './answers.ts';
import { isHeld, waitMs } from './endpointing.ts';
import type { TurnLimits } from './limits.ts';
import type { Hearing, TurnEffect, TurnEvent } from './turnTypes.ts';
import { isBackchannel, joinWords, sameWords } from './words.ts';

export const wordsIn = (hearing: Hearing): string => joinWords(hearing.finals, hearing.partial);

/** A turn that begins with this event, or null when the event is neither voice nor words. */
export function freshHearing(event: TurnEvent): Hearing | null {
  const blank: Hearing = {
    startedMs: event.atMs,
    quietSinceMs: null,
    finals: '',
    partial: '',
    wordsAtMs: event.atMs,
    coversToMs: null,
    settled: false,
    final: false,
    ask: null,
    // Ask numbers only need to differ within a conversation: time and a counter make them so.
    nextAsk: Math.round(event.atMs) * 100,
    interrupted: null,
  };
  if (event.kind === 'speech_started') return blank;
  if (event.kind !== 'partial' && event.kind !== 'eager_end' && event.kind !== 'final') return null;
  if (event.text.trim() === '') return null;
  // Words without voice: the detector missed a faint speaker, or the voice was over before the words came.
  return wordsOver({ ...blank, quietSinceMs: event.atMs }, event)[0];
}

/** Takes one event into the turn. The effects forget what was understood of words that have changed. */
export function wordsOver(hearing: Hearing, event: TurnEvent): readonly [Hearing, readonly TurnEffect[]] {
  switch (event.kind) {
    case 'speech_started':
      return [{ ...hearing, quietSinceMs: null }, []];
    case 'speech_ended':
      return [{ ...hearing, quietSinceMs: Math.max(event.quietSinceMs, hearing.startedMs) }, []];
    case 'partial':
      return reworded(hearing, {
        partial: event.text,
        wordsAtMs: sameWords(event.text, hearing.partial) ? hearing.wordsAtMs : event.atMs,
        coversToMs: event.coversToMs,
        settled: hearing.settled && sameWords(event.text, hearing.partial),
        final: false,
      });
    case 'eager_end':
      return reworded(hearing, { partial: event.text, wordsAtMs: event.atMs, settled: true, final: false });
    case 'final':
      return reworded(hearing, {
        finals: joinWords(hearing.finals, event.text),
        partial: '',
        wordsAtMs: event.atMs,
        settled: true,
        final: true,
      });
    case 'resumed':
      return [
        { ...hearing, settled: false, final: false, ask: null },
        hearing.ask === null ? [] : [{ kind: 'forget', ask: hearing.ask.id }],
      ];
    case 'understood':
      return hearing.ask?.id === event.ask
        ? [{ ...hearing, ask: { ...hearing.ask, done: true } }, []]
        : [hearing, []];
    default:
      return [hearing, []];
  }
}

function reworded(hearing: Hearing, change: Partial<Hearing>): readonly [Hearing, readonly TurnEffect[]] {
  const next = { ...hearing, ...change };
  if (hearing.ask === null) return [next, []];
  if (sameWords(hearing.ask.words, wordsIn(next)))
    return [{ ...next, ask: { ...hearing.ask, words: wordsIn(next) } }, []];
  return [{ ...next, ask: null }, [{ kind: 'forget', ask: hearing.ask.id }]];
}

/** `no_answer`: a cough, or "mm-hm" after it stopped us. `wordless`: somebody spoke and no words came. */
export type HearingVerdict = 'goes_on' | 'finished' | 'no_answer' | 'wordless';

export function decideHearing(
  hearing: Hearing,
  expects: Expects,
  atMs: number,
  limits: TurnLimits,
): HearingVerdict {
  const words = wordsIn(hearing);
  const voiceIsOn = hearing.quietSinceMs === null;
  if (voiceIsOn) {
    if (atMs - hearing.startedMs >= limits.hearingMaxMs) return words === '' ? 'no_answer' : 'finished';
    const settledFor = hearing.final ? atMs - hearing.wordsAtMs : 0;
    return hearing.final && settledFor >= limits.finalOverVoiceMs && !isHeld(words, expects)
      ? 'finished'
      : 'goes_on';
  }
  const quietMs = atMs - (hearing.quietSinceMs ?? atMs);
  if (words === '') {
    const voicedMs = (hearing.quietSinceMs ?? atMs) - hearing.startedMs;
    const short = voicedMs < limits.coughMs;
    if (quietMs < (short ? limits.coughWaitMs : limits.wordsWaitMs)) return 'goes_on';
    return short || hearing.interrupted !== null ? 'no_answer' : 'wordless';
  }
  if (!isCovered(hearing, quietMs, limits)) return 'goes_on';
  if (hearing.interrupted !== null && isBackchannel(words)) return 'no_answer';
  if (hearing.final && !isHeld(words, expects)) return 'finished';
  return quietMs >= waitMs(words, expects) ? 'finished' : 'goes_on';
}

/** Do the words reach the end of the voice? */
function isCovered(hearing: Hearing, quietMs: number, limits: TurnLimits): boolean {
  if (hearing.settled || quietMs >= limits.transcriptLagMs) return true;
  return (
    hearing.coversToMs !== null && hearing.coversToMs >= (hearing.quietSinceMs ?? Infinity) - limits.coverMs
  );
}

/** The next moment at which `decideHearing` can change its mind by itself. */
export function deadlineOfHearing(
  hearing: Hearing,
  expects: Expects,
  nowMs: number,
  limits: TurnLimits,
): number {
  if (hearing.quietSinceMs === null) {
    const longest = hearing.startedMs + limits.hearingMaxMs;
    const believed = hearing.wordsAtMs + limits.finalOverVoiceMs;
    return hearing.final && believed > nowMs ? Math.min(longest, believed) : longest;
  }
  const waits = [
    limits.coughWaitMs,
    limits.wordsWaitMs,
    limits.transcriptLagMs,
    waitMs(wordsIn(hearing), expects),
  ].map((ms) => (hearing.quietSinceMs ?? 0) + ms);
  return waits.filter((at) => at > nowMs).toSorted((a, b) => a - b)[0] ?? nowMs + limits.coughWaitMs;
}
