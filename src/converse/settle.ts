/** How a turn of the callee ends: with its words committed, as nothing, or by going on. */
import { decideHearing, wordsIn } from './hearing.ts';
import type { TurnLimits } from './limits.ts';
import { type Floor, type Hearing, type Stepped, type Turn, type TurnEffect, listen } from './turnTypes.ts';

/** No single utterance of ours lasts longer; a playback that never ends is ended here. */
export const UTTERANCE_MAX_MS = 60_000;

/** Ends the callee's turn when it is over, and says what else `hearing` leads to. */
export function settle(turn: Extract<Turn, { phase: 'hearing' }>, atMs: number, limits: TurnLimits): Stepped {
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
      return [listen(floor, atMs + Math.max(limits.patienceMinMs, floor.patienceMs / 2)), []];
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

export function commit(
  floor: Floor,
  hearing: Hearing,
  ask: number | null,
  words: string,
  atMs: number,
): Stepped {
  const times = {
    startedMs: hearing.startedMs,
    quietMs: Math.min(hearing.quietSinceMs ?? atMs, atMs),
    wordsMs: hearing.wordsAtMs,
    endpointMs: atMs,
  };
  // Whoever is greeted may say hello twice; that is no turn to take back.
  const answered = floor.expects === 'hello' ? null : { floor, hearing, atMs };
  return [listen(floor, atMs + floor.patienceMs, answered), [{ kind: 'commit', ask, words, times }]];
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
      answered: null,
      untilMs: atMs + UTTERANCE_MAX_MS,
    },
    [...forget, { kind: 'resume', utterance }],
  ];
}
