import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { framesOwed, Ticker } from '../../../../src/emulators/twilio/ticker.ts';

let nowMs = 0;

beforeEach(() => {
  nowMs = 1_000;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Time goes on by `ms` while timers fire as they fall due. */
function pass(ms: number): void {
  for (let elapsed = 0; elapsed < ms; elapsed += 1) {
    nowMs += 1;
    vi.advanceTimersByTime(1);
  }
}

/** Time goes on by `ms` while no timer can fire. */
function stall(ms: number): void {
  nowMs += ms;
}

test('a frame every 20 ms, without drift', () => {
  const ticker = new Ticker(() => nowMs);
  const ticks: number[] = [];
  ticker.add({ tick: (index) => ticks.push(index) });
  pass(10_000);
  expect(ticks).toHaveLength(500);
  expect(ticks).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  ticker.close();
});

test('after a short stall the missed frames come in small portions until none is owed', () => {
  const ticker = new Ticker(() => nowMs);
  let now: number[] = [];
  ticker.add({ tick: (index) => now.push(index) });
  pass(100);
  stall(400);
  now = [];
  const portions: number[] = [];
  for (let wake = 0; wake < 200; wake += 1) {
    pass(1);
    if (now.length > 0) portions.push(now.length);
    now = [];
  }
  expect(Math.max(...portions)).toBeLessThanOrEqual(3);
  expect(portions.reduce((sum, one) => sum + one, 0)).toBe(30);
  expect(ticker.skippedMs).toBe(0);
  ticker.close();
});

test('after a long stall the frames are skipped and counted, so that the index keeps to the time', () => {
  const ticker = new Ticker(() => nowMs);
  const ticks: number[] = [];
  ticker.add({ tick: (index) => ticks.push(index) });
  pass(100);
  stall(60_000);
  pass(100);
  expect(ticks.length).toBeLessThan(15);
  expect(ticks.at(-1)).toBe((60_000 + 200) / 20);
  expect(ticker.skippedMs).toBeGreaterThan(59_000);
  ticker.close();
});

test('it stands still while nobody listens, and does not owe that time', () => {
  const ticker = new Ticker(() => nowMs);
  const ticks: number[] = [];
  const one = { tick: (index: number) => void ticks.push(index) };
  ticker.add(one);
  pass(100);
  ticker.remove(one);
  expect(vi.getTimerCount()).toBe(0);
  pass(10_000);
  ticker.add(one);
  pass(100);
  expect(ticks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  ticker.close();
});

test('one that leaves during a tick is not asked again, the others go on', () => {
  const ticker = new Ticker(() => nowMs);
  const seen: string[] = [];
  const leaves = {
    tick: () => {
      seen.push('leaves');
      ticker.remove(leaves);
    },
  };
  ticker.add(leaves);
  ticker.add({ tick: () => seen.push('stays') });
  pass(40);
  expect(seen).toEqual(['leaves', 'stays', 'stays']);
  ticker.close();
});

test.each([
  [19, 0, { run: 0, owed: 0, skip: 0 }],
  [20, 0, { run: 1, owed: 1, skip: 0 }],
  [200, 0, { run: 3, owed: 10, skip: 0 }],
  [2_000, 0, { run: 3, owed: 100, skip: 0 }],
  [2_020, 0, { run: 1, owed: 1, skip: 100 }],
])('after %i ms with %i frames done', (elapsedMs, done, owed) => {
  expect(framesOwed(elapsedMs, done)).toEqual(owed);
});
