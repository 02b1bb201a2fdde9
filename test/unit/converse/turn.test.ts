import { describe, expect, test } from 'vitest';
import type { Expects } from '../../../src/converse/answers.ts';
import { isHeld, waitMs } from '../../../src/converse/endpointing.ts';
import { TURN_LIMITS } from '../../../src/converse/limits.ts';
import { deadlineOf, openingTurn, step } from '../../../src/converse/turn.ts';
import type { Turn, TurnEffect, TurnEvent } from '../../../src/converse/turnTypes.ts';
import { isBackchannel } from '../../../src/converse/words.ts';

type Untimed<E> = E extends TurnEvent ? Omit<E, 'atMs'> : never;

/** Plays events at their times, with a tick at every deadline between them, and gives back what was asked for and when. */
function play(
  start: Turn,
  script: readonly (readonly [number, Untimed<TurnEvent>])[],
  untilMs: number,
): { readonly asked: readonly string[]; readonly turn: Turn } {
  const asked: string[] = [];
  let turn = start;
  const note = (atMs: number, effects: readonly TurnEffect[]): void => {
    for (const e of effects) asked.push(`${atMs} ${e.kind}${'words' in e ? ` ${e.words}` : ''}`);
  };
  const take = (event: TurnEvent): void => {
    const [next, effects] = step(turn, event, TURN_LIMITS);
    turn = next;
    note(event.atMs, effects);
    for (const e of effects)
      if (e.kind === 'understand') take({ kind: 'understood', atMs: event.atMs, ask: e.ask });
  };
  let nowMs = 0;
  for (const [atMs, event] of [...script, [untilMs, { kind: 'tick' as const }] as const]) {
    for (
      let due = deadlineOf(turn, nowMs, TURN_LIMITS);
      due !== null && due < atMs;
      due = deadlineOf(turn, nowMs, TURN_LIMITS)
    ) {
      nowMs = Math.max(nowMs + 1, due);
      take({ kind: 'tick', atMs: nowMs });
    }
    nowMs = atMs;
    take({ ...event, atMs });
  }
  return { asked, turn };
}

const listening = (expects: Expects, patienceMs = 5_000): Turn => openingTurn(0, { expects, patienceMs });
const speaking = (isProtected = false): Turn => ({
  phase: 'speaking',
  floor: { expects: 'yes_no', patienceMs: 5_000 },
  utterance: 1,
  protected: isProtected,
  last: false,
  over: null,
  answered: null,
  untilMs: 60_000,
});
const voice = (fromMs: number, toMs: number) =>
  [
    [fromMs, { kind: 'speech_started' }],
    [toMs, { kind: 'speech_ended', quietSinceMs: toMs }],
  ] as const;

describe('the end of a turn', () => {
  test('a complete yes ends it as soon as its words are there', () => {
    const { asked } = play(
      listening('yes_no'),
      [...voice(100, 500), [600, { kind: 'partial', text: 'Yes.', coversToMs: 480 }]],
      1_000,
    );
    expect(asked).toEqual(['840 understand Yes.', '840 commit Yes.']);
  });

  test('words that do not reach the end of the voice are waited for', () => {
    const { asked } = play(
      listening('yes_no'),
      [
        ...voice(100, 1_500),
        [1_550, { kind: 'partial', text: 'No', coversToMs: 400 }],
        [1_900, { kind: 'partial', text: "No I can't make it", coversToMs: 1_480 }],
      ],
      2_500,
    );
    expect(asked.at(-1)).toBe("1950 commit No I can't make it");
  });

  test('an unfinished date is held, also against the transcriber', () => {
    const { asked } = play(
      listening('time'),
      [
        ...voice(100, 900),
        [1_000, { kind: 'final', text: 'Thursday at' }],
        ...voice(1_700, 2_100),
        [2_200, { kind: 'final', text: 'three' }],
      ],
      4_000,
    );
    expect(asked.filter((a) => a.includes('commit'))).toEqual(['2200 commit Thursday at three']);
  });

  test('an eager end is understood at once, held, and used when the turn ends', () => {
    const { asked } = play(
      listening('time'),
      [
        ...voice(100, 900),
        [1_000, { kind: 'eager_end', text: 'Friday morning' }],
        [1_300, { kind: 'final', text: 'Friday morning' }],
      ],
      2_000,
    );
    expect(asked).toEqual(['1000 understand Friday morning', '1300 commit Friday morning']);
  });

  test('an eager end that was wrong is forgotten', () => {
    const { asked } = play(
      listening('time'),
      [
        ...voice(100, 900),
        [1_000, { kind: 'eager_end', text: 'Friday' }],
        [1_100, { kind: 'speech_started' }],
        [1_150, { kind: 'resumed' }],
        [1_700, { kind: 'speech_ended', quietSinceMs: 1_700 }],
        [1_900, { kind: 'final', text: 'Friday is no good' }],
      ],
      3_000,
    );
    expect(asked).toEqual([
      '1000 understand Friday',
      '1150 forget',
      '1900 understand Friday is no good',
      '1900 commit Friday is no good',
    ]);
  });

  test('a cough is nothing; speech without words is told', () => {
    expect(play(listening('yes_no'), voice(100, 300), 2_000).asked).toEqual([]);
    expect(play(listening('yes_no'), voice(100, 1_500), 4_000).asked).toEqual(['3100 commit ']);
  });

  test('silence is told when patience is over', () => {
    expect(play(listening('yes_no'), [], 6_000).asked).toEqual(['5000 silence']);
  });
});

describe('while we speak', () => {
  test('a voice over us stops us within 300 ms', () => {
    const { asked, turn } = play(speaking(), [[1_000, { kind: 'speech_started' }]], 1_400);
    expect(asked).toEqual(['1260 stop']);
    expect(turn.phase).toBe('hearing');
  });

  test('"mm-hm" that is recognised in time does not stop us', () => {
    const script = [
      [1_000, { kind: 'speech_started' }],
      [1_200, { kind: 'partial', text: 'mm-hm', coversToMs: null }],
      [1_500, { kind: 'speech_ended', quietSinceMs: 1_450 }],
    ] as const;
    expect(play(speaking(), script, 4_000).asked).toEqual([]);
  });

  test('"mm-hm" that comes too late stops us, and we go on from there', () => {
    const script = [...voice(1_000, 1_400), [1_700, { kind: 'final', text: 'Mm-hm.' }]] as const;
    expect(play(speaking(), script, 4_000).asked.filter((a) => !a.includes('understand'))).toEqual([
      '1260 stop',
      '1700 resume',
    ]);
  });

  test('a cough stops nothing', () => {
    expect(play(speaking(), voice(1_000, 1_200), 4_000).asked).toEqual([]);
  });

  test('a protected utterance goes on, and what was said over it is answered after it', () => {
    const script = [
      ...voice(1_000, 2_000),
      [2_100, { kind: 'final', text: 'Yes this is she' }],
      [3_000, { kind: 'played', utterance: 1 }],
    ] as const;
    const { asked } = play(speaking(true), script, 3_500);
    expect(asked).toEqual(['3000 understand Yes this is she', '3000 commit Yes this is she']);
  });

  test('"yeah" over the end of a question is its answer', () => {
    const script = [
      [1_000, { kind: 'speech_started' }],
      [1_150, { kind: 'partial', text: 'Yeah', coversToMs: null }],
      [1_250, { kind: 'speech_ended', quietSinceMs: 1_250 }],
      [1_300, { kind: 'played', utterance: 1 }],
    ] as const;
    expect(play(speaking(), script, 3_000).asked.at(-1)).toMatch(/commit Yeah$/);
  });
});

const reply = (revocable: boolean) => ({
  kind: 'reply' as const,
  utterance: 9,
  protected: true,
  last: false,
  revocable,
  interrupt: false,
  floor: { expects: 'offer' as const, patienceMs: 5_000 },
});

const goingOn = (revocable: boolean) =>
  [
    ...voice(100, 500),
    [600, { kind: 'partial', text: 'Yes,', coversToMs: 480 }],
    [841, reply(revocable)],
    [900, { kind: 'speech_started' }],
    [1_500, { kind: 'speech_ended', quietSinceMs: 1_500 }],
    [1_650, { kind: 'final', text: 'speaking.' }],
  ] as const;

describe('a turn that was not over', () => {
  test('is taken back as soon as the callee goes on, and answered whole', () => {
    const { asked } = play(listening('yes_no'), goingOn(true), 2_000);
    expect(asked.filter((a) => !a.includes('understand'))).toEqual([
      '840 commit Yes,',
      '841 play',
      '990 stop',
      '990 take_back',
      '1650 commit Yes, speaking.',
    ]);
  });

  test('stays when what it set going cannot be undone', () => {
    const { asked } = play(listening('yes_no'), goingOn(false), 2_000);
    expect(asked.some((a) => a.includes('take_back') || a.includes('stop'))).toBe(false);
  });
});

describe('how long to wait', () => {
  test.each<[string, Expects, 'at once' | 'in a breath' | 'soon' | 'held']>([
    ['Yes.', 'yes_no', 'in a breath'],
    ['Yes, speaking.', 'yes_no', 'at once'],
    ['No thank you', 'offer', 'at once'],
    ['Yeah that works', 'confirm', 'at once'],
    ['The second one please', 'offer_time', 'at once'],
    ['I would like to come', 'yes_no', 'soon'],
    ['Hang on', 'yes_no', 'soon'],
    ['Yes but', 'yes_no', 'held'],
    ['Um', 'time', 'held'],
    ['Let me see', 'time', 'held'],
    ['November', 'time', 'held'],
    ['Thursday after', 'offer_time', 'held'],
  ])('%s (%s): %s', (text, expects, how) => {
    const wait = waitMs(text, expects);
    expect(isHeld(text, expects)).toBe(how === 'held');
    if (how === 'at once') expect(wait).toBeLessThanOrEqual(200);
    // The pause at the comma of "yes, that's me" must not end the turn.
    if (how === 'in a breath') expect([wait > 300, wait < 400]).toEqual([true, true]);
    if (how === 'soon') expect(wait).toBeLessThan(600);
  });

  test('only words of listening are a backchannel', () => {
    expect(['mm-hm', 'uh huh', 'okay', 'all right'].every(isBackchannel)).toBe(true);
    expect(['yes', 'no', '', 'okay but wait', 'stop'].some(isBackchannel)).toBe(false);
  });
});
