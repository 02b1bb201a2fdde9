import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  confidenceOf,
  FIRST_TURN,
  forceEnd,
  stepTurn,
  textOf,
  type Turn,
  type TurnEvent,
  type TurnSettings,
} from '../../../src/emulators/deepgram/turns.ts';
import type { Heard, RecognisedWord } from '../../../src/emulators/deepgram/recognition.ts';

const SETTINGS: TurnSettings = { endThreshold: 0.7, eagerThreshold: 0.5, timeoutMs: 5000 };
const PAUSE = { lagMs: 300, savingMs: 150 };

/** Audio of words (15 steps each) and silences, as the recogniser would report it. */
function heardOf(script: readonly (string | number)[]): readonly Heard[] {
  const steps: Heard[] = [];
  let audioMs = 0;
  let quietMs = 0;
  for (const part of script) {
    const count = typeof part === 'string' ? 15 : part;
    const startMs = audioMs;
    for (let step = 1; step <= count; step += 1) {
      audioMs += 20;
      quietMs = typeof part === 'string' ? 0 : quietMs + 20;
      const word: RecognisedWord | null =
        typeof part === 'string' ? { word: part, startMs, endMs: startMs + 300, confidence: 0.9 } : null;
      steps.push({
        audioMs,
        words: word !== null && step === count ? [word] : [],
        guess: word !== null && step > 5 && step < count ? [word] : [],
        speaking: word !== null,
        quietMs,
      });
    }
  }
  return steps;
}

function play(
  script: readonly (string | number)[],
  settings = SETTINGS,
  onStep?: (turn: Turn, heard: Heard) => readonly [Turn, readonly TurnEvent[]],
): { readonly turn: Turn; readonly events: readonly TurnEvent[] } {
  let turn = FIRST_TURN;
  const events: TurnEvent[] = [];
  for (const heard of heardOf(script)) {
    const [next, said] = stepTurn(turn, heard, settings, () => PAUSE);
    events.push(...said);
    const [after, more] = onStep?.(next, heard) ?? [next, []];
    events.push(...more);
    turn = after;
  }
  return { turn, events };
}

const names = (events: readonly TurnEvent[]): readonly string[] =>
  events.filter(({ event }) => event !== 'Update').map(({ event }) => event);

test('a pause inside a sentence is taken back, the end is not', () => {
  const { events } = play([20, 'Yes', 'I', 9, 'can.', 40]);
  expect(names(events)).toEqual([
    'StartOfTurn',
    'EagerEndOfTurn',
    'TurnResumed',
    'EagerEndOfTurn',
    'EndOfTurn',
  ]);
  expect(textOf(events.filter(({ event }) => event === 'EndOfTurn')[0] ?? events[0]!)).toBe('Yes I can.');
});

test('a sentence left hanging is given more time', () => {
  const finished = play(['Tuesday', 18]);
  const hanging = play(['Tuesday,', 18]);
  expect(names(finished.events)).toContain('EndOfTurn');
  expect(names(hanging.events)).not.toContain('EndOfTurn');
});

test('an update comes every quarter of a second of audio, before anyone has spoken too', () => {
  const { events } = play([50]);
  expect(events.map(({ event, toMs }) => [event, toMs])).toEqual([
    ['Update', 260],
    ['Update', 520],
    ['Update', 780],
  ]);
});

test('without an eager threshold there are no eager ends', () => {
  const { events } = play(['Yes.', 40], { ...SETTINGS, eagerThreshold: null });
  expect(names(events)).toEqual(['StartOfTurn', 'EndOfTurn']);
});

test('at a threshold of 1 only the timeout ends a turn', () => {
  const { events } = play(['Yes.', 60], { endThreshold: 1, eagerThreshold: null, timeoutMs: 1000 });
  const end = events.find(({ event }) => event === 'EndOfTurn');
  expect(end).toMatchObject({ trigger: 'timeout', toMs: 1300 });
});

test('confidence never falls as silence grows, and never reaches 1', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 500 }),
      fc.boolean(),
      fc.integer({ min: 0, max: 20_000 }),
      (lagMs, savingMs, hanging, quietMs) => {
        const now = confidenceOf(quietMs, { lagMs, savingMs }, hanging);
        const later = confidenceOf(quietMs + 20, { lagMs, savingMs }, hanging);
        expect(later).toBeGreaterThanOrEqual(now);
        expect(later).toBeLessThan(1);
      },
    ),
  );
});

test('whatever is said, turns keep the vendor rules', () => {
  const seen = new Set<string>();
  const part = fc.oneof(
    fc.constantFrom('yes', 'Tuesday,', 'and', 'please.', 'um'),
    fc.integer({ min: 1, max: 70 }),
  );
  const settings = fc.record({
    endThreshold: fc.constantFrom(0.5, 0.7, 0.9, 1),
    eagerThreshold: fc.constantFrom(null, 0.3, 0.5),
    timeoutMs: fc.constantFrom(500, 1500),
  });
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 14 }),
      settings,
      fc.integer({ min: 1, max: 400 }),
      (script, chosen, forceAtStep) => {
        const { events } = play(script, chosen, (turn, heard) => {
          const forced: readonly [Turn, readonly TurnEvent[]] =
            heard.audioMs === forceAtStep * 20 ? forceEnd(turn, heard.audioMs) : [turn, []];
          seen.add(`phase ${forced[0].phase}`);
          return forced;
        });
        let open = false;
        let eager: string | null = null;
        let index = 0;
        for (const event of events) {
          seen.add(event.trigger === undefined ? event.event : `${event.event} ${event.trigger}`);
          expect(event.index).toBe(index);
          expect(event.toMs).toBeGreaterThan(event.fromMs);
          if (event.event === 'StartOfTurn') {
            expect(open).toBe(false);
            open = true;
          }
          if (event.event === 'EagerEndOfTurn') {
            expect([open, eager]).toEqual([true, null]);
            expect(textOf(event)).not.toBe('');
            eager = textOf(event);
          }
          if (event.event === 'TurnResumed') {
            expect(eager).not.toBeNull();
            eager = null;
          }
          if (event.event === 'EndOfTurn') {
            expect(open).toBe(true);
            expect(textOf(event)).not.toBe('');
            if (eager !== null) expect(textOf(event)).toBe(eager);
            open = false;
            eager = null;
            index += 1;
          } else {
            expect(event.trigger).toBeUndefined();
          }
          if (!open && event.event === 'Update') expect(textOf(event)).toBe('');
        }
      },
    ),
    { numRuns: 300, seed: 11 },
  );
  expect([...seen].toSorted()).toEqual([
    'EagerEndOfTurn',
    'EndOfTurn manual',
    'EndOfTurn model',
    'EndOfTurn timeout',
    'StartOfTurn',
    'TurnResumed',
    'Update',
    'phase awaiting_end',
    'phase initial',
    'phase ongoing',
  ]);
});
