/**
 * Whose turn it is, as a pure machine: timed events in, effects out. It knows words, never what they mean.
 *
 *                  voice or words                 quiet for the endpoint wait
 *   +-> listening ----------------> hearing ---------------------------------> thinking
 *   |     | patience over: silence     ^ ^  backchannel or cough after a stop:    |  understood, or too late
 *   |     v                            | +- resume -> speaking                    v
 *   |   (the script answers)           |                                      commit: the script answers
 *   |                                  | voice over us long enough: stop          |
 *   +--------- played ------------- speaking <------------ reply -----------------+
 *   any -- line closed, or played to the end of a farewell --> ended
 *
 * Invariants:
 * - Only `speaking` has audio in playback; leaving it any other way than by its end asks for `stop`.
 * - Each turn of the callee is committed once, and only after it has ended; what was understood before that is held, and forgotten
 *   when the turn goes on.
 * - Every phase but `ended` has a deadline: `deadlineOf` is never null, so nothing waits for ever.
 * - A protected utterance is never stopped; what is said over it is kept and answered after it.
 * - `ended` asks for nothing.
 */
import { deadlineOfHearing, decideHearing, freshHearing, wordsIn, wordsOver } from './hearing.ts';
import type { TurnLimits } from './limits.ts';
import type { Floor, Hearing, Turn, TurnEffect, TurnEvent } from './turnTypes.ts';
import { isBackchannel } from './words.ts';

type Stepped = readonly [Turn, readonly TurnEffect[]];

/** Before anybody has spoken: the callee has just picked up. */
export const openingTurn = (atMs: number, floor: Floor): Turn => ({
  phase: 'listening',
  floor,
  untilMs: atMs + floor.patienceMs,
});

/** No single utterance of ours lasts longer; a playback that never ends is ended here. */
const UTTERANCE_MAX_MS = 60_000;

export function step(turn: Turn, event: TurnEvent, limits: TurnLimits): Stepped {
  if (turn.phase === 'ended') return [turn, []];
  if (event.kind === 'line_closed') {
    const asked =
      turn.phase === 'hearing' ? turn.hearing.ask : turn.phase === 'thinking' ? turn.hearing.ask : null;
    return [{ phase: 'ended' }, asked === null ? [] : [{ kind: 'forget', ask: asked.id }]];
  }
  if (event.kind === 'reply') return answer(turn, event);
  switch (turn.phase) {
    case 'listening':
      return whileListening(turn, event, limits);
    case 'hearing':
      return whileHearing(turn, event, limits);
    case 'thinking':
      return whileThinking(turn, event, limits);
    case 'speaking':
      return whileSpeaking(turn, event, limits);
  }
}

/** When a tick is due; null only in `ended`. */
export function deadlineOf(turn: Turn, nowMs: number, limits: TurnLimits): number | null {
  switch (turn.phase) {
    case 'listening':
      return turn.untilMs;
    case 'hearing':
      return deadlineOfHearing(turn.hearing, turn.floor.expects, nowMs, limits);
    case 'thinking':
      return turn.endpointMs + limits.thinkMaxMs;
    case 'speaking':
      return turn.over === null || turn.protected
        ? turn.untilMs
        : Math.min(turn.untilMs, deadlineOfOvertalk(turn.over, nowMs, limits));
    case 'ended':
      return null;
  }
}

function answer(
  turn: Exclude<Turn, { phase: 'ended' }>,
  event: Extract<TurnEvent, { kind: 'reply' }>,
): Stepped {
  const asked = turn.phase === 'hearing' || turn.phase === 'thinking' ? turn.hearing.ask : null;
  const before: TurnEffect[] = asked === null ? [] : [{ kind: 'forget', ask: asked.id }];
  if (event.interrupt && turn.phase === 'speaking') before.push({ kind: 'stop', utterance: turn.utterance });
  if (event.utterance === null) {
    if (event.last) return [{ phase: 'ended' }, [...before, { kind: 'hang_up' }]];
    // A silent answer changes the terms; what is being said at the moment goes on.
    if (turn.phase !== 'listening' && !event.interrupt) return [{ ...turn, floor: event.floor }, []];
    return [{ phase: 'listening', floor: event.floor, untilMs: event.atMs + event.floor.patienceMs }, before];
  }
  const over =
    turn.phase === 'hearing' ? { ...turn.hearing, ask: null } : turn.phase === 'speaking' ? turn.over : null;
  return [
    {
      phase: 'speaking',
      floor: event.floor,
      utterance: event.utterance,
      protected: event.protected,
      last: event.last,
      over: event.interrupt ? null : over,
      untilMs: event.atMs + UTTERANCE_MAX_MS,
    },
    [...before, { kind: 'play', utterance: event.utterance }],
  ];
}

function whileListening(
  turn: Extract<Turn, { phase: 'listening' }>,
  event: TurnEvent,
  limits: TurnLimits,
): Stepped {
  if (event.kind === 'tick') {
    if (event.atMs < turn.untilMs) return [turn, []];
    return [
      { ...turn, untilMs: event.atMs + Math.max(turn.floor.patienceMs, limits.patienceMinMs) },
      [{ kind: 'silence' }],
    ];
  }
  const hearing = freshHearing(event);
  if (hearing === null) return [turn, []];
  return settle({ phase: 'hearing', floor: turn.floor, hearing }, event.atMs, limits);
}

function whileHearing(
  turn: Extract<Turn, { phase: 'hearing' }>,
  event: TurnEvent,
  limits: TurnLimits,
): Stepped {
  const [hearing, effects] = wordsOver(turn.hearing, event);
  const [next, more] = settle({ ...turn, hearing }, event.atMs, limits);
  return [next, [...effects, ...more]];
}

/** Ends the callee's turn when it is over, and says what else `hearing` leads to. */
function settle(turn: Extract<Turn, { phase: 'hearing' }>, atMs: number, limits: TurnLimits): Stepped {
  const { floor, hearing } = turn;
  const verdict = decideHearing(hearing, floor.expects, atMs, limits);
  const words = wordsIn(hearing);
  switch (verdict) {
    case 'goes_on': {
      if (!hearing.settled || words === '' || hearing.ask !== null) return [turn, []];
      const id = hearing.nextAsk;
      return [
        { ...turn, hearing: { ...hearing, ask: { id, words, done: false }, nextAsk: id + 1 } },
        [{ kind: 'understand', ask: id, words, speculative: true }],
      ];
    }
    case 'no_answer': {
      if (hearing.interrupted !== null) return resume(turn, hearing.interrupted, atMs);
      return [
        { phase: 'listening', floor, untilMs: atMs + Math.max(limits.patienceMinMs, floor.patienceMs / 2) },
        [],
      ];
    }
    case 'wordless':
      return commit(floor, hearing, null, '', atMs);
    case 'finished': {
      if (hearing.ask?.done === true && hearing.ask.words === words)
        return commit(floor, hearing, hearing.ask.id, words, atMs);
      if (hearing.ask?.words === words)
        return [{ phase: 'thinking', floor, hearing, ask: hearing.ask.id, endpointMs: atMs }, []];
      const id = hearing.nextAsk;
      const asking = { ...hearing, ask: { id, words, done: false }, nextAsk: id + 1 };
      return [
        { phase: 'thinking', floor, hearing: asking, ask: id, endpointMs: atMs },
        [
          ...(hearing.ask === null ? [] : [{ kind: 'forget', ask: hearing.ask.id } as const]),
          { kind: 'understand', ask: id, words, speculative: false },
        ],
      ];
    }
  }
}

function commit(floor: Floor, hearing: Hearing, ask: number | null, words: string, atMs: number): Stepped {
  const times = {
    startedMs: hearing.startedMs,
    quietMs: Math.min(hearing.quietSinceMs ?? atMs, atMs),
    wordsMs: hearing.wordsAtMs,
    endpointMs: atMs,
  };
  return [
    { phase: 'listening', floor, untilMs: atMs + floor.patienceMs },
    [{ kind: 'commit', ask, words, times }],
  ];
}

function resume(turn: Extract<Turn, { phase: 'hearing' }>, utterance: number, atMs: number): Stepped {
  const forget: TurnEffect[] =
    turn.hearing.ask === null ? [] : [{ kind: 'forget', ask: turn.hearing.ask.id }];
  return [
    {
      phase: 'speaking',
      floor: turn.floor,
      utterance,
      protected: false,
      last: false,
      over: null,
      untilMs: atMs + UTTERANCE_MAX_MS,
    },
    [...forget, { kind: 'resume', utterance }],
  ];
}

function whileThinking(
  turn: Extract<Turn, { phase: 'thinking' }>,
  event: TurnEvent,
  limits: TurnLimits,
): Stepped {
  const words = wordsIn(turn.hearing);
  const finish = (ask: number | null): Stepped => {
    const [next, effects] = commit(turn.floor, turn.hearing, ask, words, turn.endpointMs);
    return [
      next.phase === 'listening' ? { ...next, untilMs: event.atMs + turn.floor.patienceMs } : next,
      effects,
    ];
  };
  if (event.kind === 'understood') return event.ask === turn.ask ? finish(turn.ask) : [turn, []];
  if (event.kind === 'tick') {
    if (event.atMs < turn.endpointMs + limits.thinkMaxMs) return [turn, []];
    const [next, effects] = finish(null);
    return [next, [{ kind: 'forget', ask: turn.ask }, ...effects]];
  }
  if (event.kind === 'played' || event.kind === 'protection_over' || event.kind === 'speech_ended')
    return [turn, []];
  // The callee goes on after all, or the transcriber corrects itself: the turn was not over.
  const [hearing, effects] = wordsOver(turn.hearing, event);
  if (hearing === turn.hearing) return [turn, effects];
  if (event.kind === 'final' && hearing.ask !== null) return [{ ...turn, hearing }, effects];
  const [next, more] = settle({ phase: 'hearing', floor: turn.floor, hearing }, event.atMs, limits);
  return [next, [...effects, ...more]];
}

function whileSpeaking(
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
    return [{ phase: 'listening', floor, untilMs: atMs + floor.patienceMs }, []];
  return settle({ phase: 'hearing', floor, hearing: over }, atMs, limits);
}

/** Somebody speaks while we do: a cough or "mm-hm" passes, anything else stops us. */
function overtalk(turn: Extract<Turn, { phase: 'speaking' }>, atMs: number, limits: TurnLimits): Stepped {
  const { over } = turn;
  if (over === null) return [turn, []];
  const words = wordsIn(over);
  const voicedMs = (over.quietSinceMs ?? atMs) - over.startedMs;
  const ended = over.quietSinceMs !== null;
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
function deadlineOfOvertalk(over: Hearing, nowMs: number, limits: TurnLimits): number {
  const waits =
    over.quietSinceMs === null
      ? [over.startedMs + limits.bargeInWithWordsMs, over.startedMs + limits.bargeInMs]
      : [over.quietSinceMs + limits.wordsWaitMs];
  return waits.find((at) => at > nowMs) ?? Infinity;
}
