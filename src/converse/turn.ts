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
 * - A protected utterance is never stopped by what is said over it; that is kept and answered after it.
 * - Whoever goes on at once after we took their turn as finished is not answered: playback stops, the commit is taken back, and the turn
 *   goes on with all its words. Only what cannot be undone (a booking) stays.
 * - `ended` asks for nothing.
 */
import { deadlineOfHearing, freshHearing, wordsIn, wordsOver } from './hearing.ts';
import type { TurnLimits } from './limits.ts';
import { UTTERANCE_MAX_MS, commit, settle } from './settle.ts';
import { deadlineOfOvertalk, whileSpeaking } from './speaking.ts';
import { type Floor, type Stepped, type Turn, type TurnEffect, type TurnEvent, listen } from './turnTypes.ts';

/** Before anybody has spoken: the callee has just picked up. */
export const openingTurn = (atMs: number, floor: Floor): Turn => listen(floor, atMs + floor.patienceMs);

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
      return turn.over === null || (turn.protected && turn.answered === null)
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
    return [listen(event.floor, event.atMs + event.floor.patienceMs), before];
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
      answered: turn.phase === 'listening' && event.revocable ? turn.answered : null,
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
      {
        ...turn,
        untilMs: event.atMs + Math.max(turn.floor.patienceMs, limits.patienceMinMs),
        answered: null,
      },
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

function whileThinking(
  turn: Extract<Turn, { phase: 'thinking' }>,
  event: TurnEvent,
  limits: TurnLimits,
): Stepped {
  const words = wordsIn(turn.hearing);
  const finish = (ask: number | null): Stepped => {
    const [next, effects] = commit(turn.floor, turn.hearing, ask, words, turn.endpointMs);
    return [next.phase === 'listening' ? fromNow(next, event.atMs) : next, effects];
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

/** The answer to a turn that was thought about begins when it was understood, not when it ended. */
const fromNow = (turn: Extract<Turn, { phase: 'listening' }>, atMs: number): Turn => ({
  ...turn,
  untilMs: atMs + turn.floor.patienceMs,
  answered: turn.answered === null ? null : { ...turn.answered, atMs },
});
