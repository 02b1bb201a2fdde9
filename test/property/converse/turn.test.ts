import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expects } from '../../../src/converse/answers.ts';
import { TURN_LIMITS } from '../../../src/converse/limits.ts';
import { wordsIn } from '../../../src/converse/hearing.ts';
import { deadlineOf, step } from '../../../src/converse/turn.ts';
import type { Floor, Hearing, Turn, TurnEffect, TurnEvent } from '../../../src/converse/turnTypes.ts';

const T0 = 10_000;
const KINDS: readonly Expects[] = [
  'hello',
  'yes_no',
  'confirm',
  'offer',
  'offer_time',
  'time',
  'anything_else',
  'open',
  'none',
];
const WORDS = ['', 'yes', 'mm hm', 'no I need another day', 'Thursday at', 'um', 'the second one', 'hang on'];

const floor: fc.Arbitrary<Floor> = fc.record({
  expects: fc.constantFrom(...KINDS),
  patienceMs: fc.constantFrom(0, 900, 5_000, 26_000),
});

const hearing: fc.Arbitrary<Hearing> = fc
  .record({
    startedMs: fc.integer({ min: T0 - 6_000, max: T0 }),
    quiet: fc.option(fc.integer({ min: 0, max: 1_500 })),
    finals: fc.constantFrom(...WORDS),
    partial: fc.constantFrom(...WORDS),
    wordsAtMs: fc.integer({ min: T0 - 2_000, max: T0 }),
    covers: fc.option(fc.integer({ min: T0 - 3_000, max: T0 })),
    settled: fc.boolean(),
    final: fc.boolean(),
    asks: fc.option(fc.boolean()),
    interrupted: fc.option(fc.constantFrom(1, 2)),
  })
  .map(({ quiet, covers, asks, ...rest }) => ({
    ...rest,
    final: rest.final && rest.settled,
    quietSinceMs: quiet === null ? null : Math.max(rest.startedMs, T0 - quiet),
    coversToMs: covers,
    ask: asks === null ? null : { id: 7, words: `${rest.finals} ${rest.partial}`.trim(), done: asks },
    nextAsk: 8,
  }));

const answered = fc.option(fc.record({ floor, hearing, atMs: fc.integer({ min: T0 - 900, max: T0 }) }));

const turn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({
    answered,
    phase: fc.constant('listening' as const),
    floor,
    untilMs: fc.integer({ min: T0, max: T0 + 5_000 }),
  }),
  fc.record({ phase: fc.constant('hearing' as const), floor, hearing }),
  fc.record({
    phase: fc.constant('thinking' as const),
    floor,
    hearing: hearing.map((h) => ({
      ...h,
      quietSinceMs: h.quietSinceMs ?? T0 - 300,
      partial: 'Friday',
      ask: { id: 7, words: 'Friday', done: false },
    })),
    ask: fc.constant(7),
    endpointMs: fc.integer({ min: T0 - 500, max: T0 }),
  }),
  fc.record({
    phase: fc.constant('speaking' as const),
    floor,
    utterance: fc.constant(3),
    protected: fc.boolean(),
    last: fc.boolean(),
    answered,
    over: fc.option(hearing.map((h) => ({ ...h, ask: null, interrupted: null }))),
    untilMs: fc.integer({ min: T0 + 10, max: T0 + 60_000 }),
  }),
  fc.constant<Turn>({ phase: 'ended' }),
);

type Untimed<E> = E extends TurnEvent ? Omit<E, 'atMs'> : never;
const event: fc.Arbitrary<Untimed<TurnEvent>> = fc.oneof(
  fc.constant({ kind: 'speech_started' as const }),
  fc.record({
    kind: fc.constant('speech_ended' as const),
    quietSinceMs: fc.integer({ min: T0 - 100, max: T0 + 400 }),
  }),
  fc.record({
    kind: fc.constant('partial' as const),
    text: fc.constantFrom(...WORDS),
    coversToMs: fc.option(fc.integer({ min: T0 - 1_000, max: T0 + 1_000 })),
  }),
  fc.record({ kind: fc.constant('eager_end' as const), text: fc.constantFrom(...WORDS.slice(1)) }),
  fc.constant({ kind: 'resumed' as const }),
  fc.record({ kind: fc.constant('final' as const), text: fc.constantFrom(...WORDS) }),
  fc.record({ kind: fc.constant('understood' as const), ask: fc.constantFrom(7, 8, 9) }),
  fc.record({
    kind: fc.constant('reply' as const),
    utterance: fc.option(fc.constantFrom(4, 5)),
    protected: fc.boolean(),
    last: fc.boolean(),
    revocable: fc.boolean(),
    interrupt: fc.boolean(),
    floor,
  }),
  fc.record({ kind: fc.constant('protection_over' as const), utterance: fc.constantFrom(3, 4) }),
  fc.record({ kind: fc.constant('played' as const), utterance: fc.constantFrom(3, 4) }),
  fc.constant({ kind: 'tick' as const }),
  fc.constant({ kind: 'line_closed' as const }),
);
const walk = fc.array(fc.tuple(event, fc.integer({ min: 0, max: 900 })), { minLength: 1, maxLength: 8 });

const timed = (e: Untimed<TurnEvent>, atMs: number): TurnEvent => ({ ...e, atMs });
const has = (effects: readonly TurnEffect[], kind: TurnEffect['kind']): boolean =>
  effects.some((e) => e.kind === kind);

/** Runs a walk and hands every step to `check`. */
function follow(
  start: Turn,
  events: readonly (readonly [Untimed<TurnEvent>, number])[],
  check: (before: Turn, event: TurnEvent, after: Turn, effects: readonly TurnEffect[]) => void,
): void {
  let at = T0;
  let now = start;
  for (const [e, gapMs] of events) {
    at += gapMs;
    const [next, effects] = step(now, timed(e, at), TURN_LIMITS);
    check(now, timed(e, at), next, effects);
    now = next;
  }
}

const PHASES = ['listening', 'hearing', 'thinking', 'speaking', 'ended'] as const;
const EVENTS: readonly TurnEvent['kind'][] = [
  'speech_started',
  'speech_ended',
  'partial',
  'eager_end',
  'resumed',
  'final',
  'understood',
  'reply',
  'protection_over',
  'played',
  'tick',
  'line_closed',
];

describe('from every state, whatever happens', () => {
  test('playback belongs to speaking: it is left by its end, or by asking for a stop', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(turn, walk, (start, events) => {
        follow(start, events, (before, e, after, effects) => {
          met.add(`${before.phase} ${e.kind}`);
          if (has(effects, 'play') || has(effects, 'resume')) expect(after.phase).toBe('speaking');
          if (
            before.phase === 'speaking' &&
            after.phase !== 'speaking' &&
            e.kind !== 'line_closed' &&
            e.kind !== 'played'
          )
            expect(has(effects, 'stop') || (e.kind === 'reply' && e.last)).toBe(true);
          if (has(effects, 'stop')) expect(before.phase).toBe('speaking');
        });
      }),
      { numRuns: 4_000, seed: 20_261 },
    );
    expect(met.size).toBe(PHASES.length * EVENTS.length);
  });

  test('a protected utterance is not stopped by what is said over it', () => {
    let protectedOvertalk = 0;
    fc.assert(
      fc.property(turn, walk, (start, events) => {
        follow(start, events, (before, e, _, effects) => {
          if (before.phase !== 'speaking' || !before.protected || e.kind === 'reply') return;
          if (before.over !== null) protectedOvertalk += 1;
          if (e.kind === 'protection_over' || e.atMs >= before.untilMs || has(effects, 'take_back')) return;
          expect(has(effects, 'stop')).toBe(false);
        });
      }),
      { numRuns: 1_000 },
    );
    expect(protectedOvertalk).toBeGreaterThan(50);
  });

  test('the end asks for nothing, and hanging up is the end', () => {
    fc.assert(
      fc.property(turn, walk, (start, events) => {
        follow(start, events, (before, e, after, effects) => {
          if (before.phase === 'ended') expect([after, effects]).toEqual([before, []]);
          if (has(effects, 'hang_up') || e.kind === 'line_closed') expect(after.phase).toBe('ended');
        });
      }),
      { numRuns: 1_000 },
    );
  });

  test('a turn is committed once, with its words, and never while understanding of other words is believed', () => {
    let commits = 0;
    fc.assert(
      fc.property(turn, walk, (start, events) => {
        follow(start, events, (_, __, after, effects) => {
          const committed = effects.filter((e) => e.kind === 'commit');
          expect(committed.length).toBeLessThanOrEqual(1);
          commits += committed.length;
          if (committed.length === 1) expect(after.phase).toBe('listening');
        });
      }),
      { numRuns: 1_000 },
    );
    expect(commits).toBeGreaterThan(20);
  });
});

test('a commit is only taken back while it is being answered, and goes on with its words', () => {
  let takenBack = 0;
  fc.assert(
    fc.property(turn, walk, (start, events) => {
      follow(start, events, (before, _, after, effects) => {
        if (!has(effects, 'take_back')) return;
        takenBack += 1;
        expect(before.phase === 'speaking' && before.answered !== null).toBe(true);
        expect(has(effects, 'stop')).toBe(true);
        expect(after.phase).not.toBe('speaking');
        if (before.phase === 'speaking' && before.answered !== null && after.phase === 'hearing') {
          expect(after.hearing.finals.startsWith(wordsIn(before.answered.hearing))).toBe(true);
          expect(after.floor).toBe(before.answered.floor);
        }
      });
    }),
    { numRuns: 2_000 },
  );
  expect(takenBack).toBeGreaterThan(20);
});

describe('left alone', () => {
  test('every state but the end has a deadline, and ticks alone bring the script or the end', () => {
    fc.assert(
      fc.property(turn, (start) => {
        let now = start;
        let at = T0;
        for (let i = 0; i < 12 && now.phase !== 'ended'; i++) {
          const deadline = deadlineOf(now, at, TURN_LIMITS);
          expect(deadline).not.toBeNull();
          expect(Number.isFinite(deadline)).toBe(true);
          at = Math.max(at + 1, deadline ?? at);
          const [next, effects] = step(now, { kind: 'tick', atMs: at }, TURN_LIMITS);
          if (has(effects, 'commit') || has(effects, 'silence') || has(effects, 'hang_up')) return;
          // What resumed plays to its end.
          now = has(effects, 'resume')
            ? step(next, { kind: 'played', atMs: at, utterance: 1 }, TURN_LIMITS)[0]
            : next;
          if (now.phase === 'speaking') now = { ...now, utterance: 1 };
        }
        expect(now.phase).toBe('ended');
      }),
      { numRuns: 1_000 },
    );
  });

  test('a finished answer never waits three seconds for its commit', () => {
    fc.assert(
      fc.property(floor, hearing, (f, h) => {
        const quietSinceMs = T0 - 50;
        const said = {
          ...h,
          startedMs: T0 - 900,
          quietSinceMs,
          partial: 'next week please',
          interrupted: null,
          ask: null,
        };
        let now: Turn = { phase: 'hearing', floor: f, hearing: said };
        let at = T0;
        for (let i = 0; i < 12; i++) {
          at = Math.max(at + 1, deadlineOf(now, at, TURN_LIMITS) ?? at);
          const [next, effects] = step(now, { kind: 'tick', atMs: at }, TURN_LIMITS);
          if (has(effects, 'commit')) {
            expect(at - quietSinceMs).toBeLessThan(3_000);
            return;
          }
          now = next;
        }
        throw new Error('never committed');
      }),
    );
  });
});
