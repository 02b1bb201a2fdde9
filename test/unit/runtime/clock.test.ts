import { describe, expect, test, vi } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { systemClock } from '../../../src/runtime/systemClock.ts';
import { systemRandom } from '../../../src/runtime/systemRandom.ts';
import { seededRandom } from '../../support/seededRandom.ts';
import { virtualClock } from '../../support/virtualClock.ts';

interface Kind {
  readonly name: string;
  readonly make: () => { readonly clock: Clock; readonly pass: (ms: number) => Promise<void> };
}

const KINDS: readonly Kind[] = [
  {
    name: "the machine's clock",
    make: () => {
      const clock = systemClock();
      return { clock, pass: (ms) => clock.sleep(ms) };
    },
  },
  {
    name: 'the virtual clock',
    make: () => {
      const clock = virtualClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  },
];

describe.each(KINDS)('$name', ({ make }) => {
  test('fires after the time asked for, in order, and not before', async () => {
    const { clock, pass } = make();
    const startedMs = clock.monotonicMs();
    const fired: [string, number][] = [];
    for (const [name, ms] of [
      ['late', 30],
      ['early', 10],
      ['at once', -5],
    ] as const) {
      clock.after(ms, () => void fired.push([name, clock.monotonicMs() - startedMs]));
    }
    expect(fired).toEqual([]);
    await pass(31);
    await vi.waitFor(() => expect(fired.map(([name]) => name)).toEqual(['at once', 'early', 'late']));
    // Timers of the machine are whole milliseconds and may be a fraction early.
    for (const [index, atLeastMs] of [0, 9, 29].entries())
      expect(fired[index]?.[1]).toBeGreaterThanOrEqual(atLeastMs);
  });

  test('what is taken back does not fire', async () => {
    const { clock, pass } = make();
    const fn = vi.fn<() => void>();
    const cancel = clock.after(5, fn);
    cancel();
    cancel();
    await pass(10);
    expect(fn).not.toHaveBeenCalled();
  });

  test('a sleep ends when its signal aborts, and one that aborted before never begins', async () => {
    const { clock } = make();
    const waker = new AbortController();
    const slept = clock.sleep(3_600_000, waker.signal);
    waker.abort();
    await slept;
    await clock.sleep(3_600_000, waker.signal);
  });
});

test('a shift moves what time it is and nothing else', () => {
  const [real, shifted] = [systemClock(), systemClock(-3_600_000)];
  expect(real.now() - shifted.now()).toBeGreaterThan(3_599_000);
  expect(real.now() - shifted.now()).toBeLessThan(3_601_000);
  expect(Math.abs(real.monotonicMs() - shifted.monotonicMs())).toBeLessThan(1_000);
});

test('a wait that does not fit into 31 bits does not fire at once', async () => {
  const clock = systemClock();
  const fn = vi.fn<() => void>();
  const cancel = clock.after(40 * 24 * 3_600_000, fn);
  await clock.sleep(5);
  cancel();
  expect(fn).not.toHaveBeenCalled();
});

test('a step of the wall clock moves neither elapsed time nor timers', async () => {
  const clock = virtualClock(1_000);
  const fn = vi.fn<() => void>();
  clock.after(100, fn);
  clock.stepWall(-500);
  expect(clock.now()).toBe(500);
  expect(clock.monotonicMs()).toBe(0);
  await clock.advance(99);
  expect(fn).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(fn).toHaveBeenCalledOnce();
  expect(clock.pending).toBe(0);
});

test.each([
  ["the system's", systemRandom],
  ['seeded', seededRandom(7)],
])('%s chance is in [0, 1), spread, and makes UUIDs', (_name, random) => {
  const drawn = Array.from({ length: 2_000 }, () => random.next());
  expect(drawn.every((value) => value >= 0 && value < 1)).toBe(true);
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  expect(mean).toBeGreaterThan(0.45);
  expect(mean).toBeLessThan(0.55);
  const uuids = Array.from({ length: 200 }, () => random.uuid());
  expect(new Set(uuids).size).toBe(200);
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

const draw = (seed: number): readonly unknown[] => {
  const random = seededRandom(seed);
  return [random.next(), random.uuid(), random.next()];
};

test('the same seed gives the same chance', () => {
  expect(draw(42)).toEqual(draw(42));
  expect(draw(42)).not.toEqual(draw(43));
});
