/** While we speak: what is said over us passes, stops us, or takes back what we are answering. */
import { freshHearing, wordsIn, wordsOver } from './hearing.ts';
import type { TurnLimits } from './limits.ts';
import { settle } from './settle.ts';
import {
  type Answered,
  type Hearing,
  type Stepped,
  type Turn,
  type TurnEffect,
  type TurnEvent,
  listen,
} from './turnTypes.ts';
import { isBackchannel, joinWords } from './words.ts';

export function whileSpeaking(
  turn: Extract<Turn, { phase: 'speaking' }>,
  event: TurnEvent,
  limits: TurnLimits,
): Stepped {
  if (event.kind === 'played') {
    if (event.utterance !== turn.utterance) return [turn, []];
    if (turn.last) return [{ phase: 'ended' }, [{ kind: 'hang_up' }]];
    return afterSpeaking(turn, event.atMs, limits);
  }
  if (event.kind === 'tick' && event.atMs >= turn.untilMs) {
    const stop: TurnEffect = { kind: 'stop', utterance: turn.utterance };
    if (turn.last) return [{ phase: 'ended' }, [stop, { kind: 'hang_up' }]];
    const [next, effects] = afterSpeaking(turn, event.atMs, limits);
    return [next, [stop, ...effects]];
  }
  const unprotected =
    event.kind === 'protection_over' && event.utterance === turn.utterance
      ? { ...turn, protected: false }
      : turn;
  const over = unprotected.over === null ? freshHearing(event) : wordsOver(unprotected.over, event)[0];
  return overtalk({ ...unprotected, over }, event.atMs, limits);
}

function afterSpeaking(
  turn: Extract<Turn, { phase: 'speaking' }>,
  atMs: number,
  limits: TurnLimits,
): Stepped {
  const { floor, over } = turn;
  // "Yeah" over the end of a question is its answer; further back it only said that somebody listens.
  const early = over !== null && over.startedMs < atMs - limits.earlyAnswerMs;
  if (over === null || (early && over.quietSinceMs !== null && isBackchannel(wordsIn(over))))
    return [listen(floor, atMs + floor.patienceMs), []];
  return settle({ phase: 'hearing', floor, hearing: over }, atMs, limits);
}

/** The callee was not finished when we began to answer: their turn goes on where it was. */
function takeBack(
  turn: Extract<Turn, { phase: 'speaking' }>,
  answered: Answered,
  over: Hearing,
  atMs: number,
  limits: TurnLimits,
): Stepped {
  const hearing: Hearing = {
    ...over,
    startedMs: answered.hearing.startedMs,
    finals: joinWords(wordsIn(answered.hearing), over.finals),
    ask: null,
    nextAsk: Math.max(over.nextAsk, answered.hearing.nextAsk),
    interrupted: null,
  };
  const [next, effects] = settle({ phase: 'hearing', floor: answered.floor, hearing }, atMs, limits);
  return [next, [{ kind: 'stop', utterance: turn.utterance }, { kind: 'take_back' }, ...effects]];
}

/** Somebody speaks while we do: a cough or "mm-hm" passes, anything else stops us. */
function overtalk(turn: Extract<Turn, { phase: 'speaking' }>, atMs: number, limits: TurnLimits): Stepped {
  const { over } = turn;
  if (over === null) return [turn, []];
  const words = wordsIn(over);
  const voicedMs = (over.quietSinceMs ?? atMs) - over.startedMs;
  const ended = over.quietSinceMs !== null;
  const { answered } = turn;
  if (answered !== null && over.startedMs - answered.atMs <= limits.goesOnWithinMs) {
    if (voicedMs >= limits.goesOnVoiceMs || words !== '') return takeBack(turn, answered, over, atMs, limits);
  }
  if (ended && (words === '' || isBackchannel(words))) {
    const waitedMs = atMs - (over.quietSinceMs ?? atMs);
    return [waitedMs >= limits.wordsWaitMs ? { ...turn, over: null } : turn, []];
  }
  if (turn.protected || isBackchannel(words)) return [turn, []];
  const longEnough =
    words === '' ? voicedMs >= limits.bargeInMs && !ended : voicedMs >= limits.bargeInWithWordsMs || ended;
  if (!longEnough) return [turn, []];
  const hearing = { ...over, interrupted: turn.last ? null : turn.utterance };
  const [next, effects] = settle({ phase: 'hearing', floor: turn.floor, hearing }, atMs, limits);
  return [next, [{ kind: 'stop', utterance: turn.utterance }, ...effects]];
}

/** The next moment at which what is said over us can stop us, or turn out to be nothing. */
export function deadlineOfOvertalk(over: Hearing, nowMs: number, limits: TurnLimits): number {
  const waits =
    over.quietSinceMs === null
      ? [
          over.startedMs + limits.goesOnVoiceMs,
          over.startedMs + limits.bargeInWithWordsMs,
          over.startedMs + limits.bargeInMs,
        ]
      : [over.quietSinceMs + limits.wordsWaitMs];
  return waits.find((at) => at > nowMs) ?? Infinity;
}
