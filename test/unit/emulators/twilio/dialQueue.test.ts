import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DialQueue } from '../../../../src/emulators/twilio/dialQueue.ts';
import { emulatorTime } from '../../../../src/emulators/twilio/time.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

test('whatever comes when, calls leave in order and never faster than the rate', () => {
  const seen = new Set<string>();
  const pauses = fc.array(fc.constantFrom(0, 0, 0, 50, 1_000, 5_000), { minLength: 2, maxLength: 15 });
  fc.assert(
    fc.property(pauses, fc.constantFrom(1, 5, 50), (between, callsPerSecond) => {
      const time = emulatorTime(0);
      const released: { readonly item: number; readonly atMs: number }[] = [];
      const queue = new DialQueue<number>(time, callsPerSecond, (item) => {
        released.push({ item, atMs: time.monotonicMs() });
      });
      between.forEach((pauseMs, item) => {
        vi.advanceTimersByTime(pauseMs);
        const estimateMs = queue.estimateMs();
        seen.add(estimateMs === 0 ? 'goes at once' : 'waits');
        queue.put(item);
      });
      vi.advanceTimersByTime(60_000);
      expect(released.map(({ item }) => item)).toEqual(between.map((_, item) => item));
      for (let at = 1; at < released.length; at += 1) {
        const gapMs = (released[at]?.atMs ?? 0) - (released[at - 1]?.atMs ?? 0);
        expect(gapMs).toBeGreaterThanOrEqual(1000 / callsPerSecond - 1);
      }
      time.close();
    }),
  );
  expect(seen).toEqual(new Set(['goes at once', 'waits']));
});

test('one that is taken out lets the others move up, and one that is held is overtaken', () => {
  const time = emulatorTime(0);
  const released: string[] = [];
  const queue = new DialQueue<string>(time, 1, (item) => void released.push(item));
  queue.put('held', 10_000);
  for (const item of ['first', 'taken out', 'second']) queue.put(item);
  vi.advanceTimersByTime(0);
  queue.remove('taken out');
  vi.advanceTimersByTime(1_000);
  expect(released).toEqual(['first', 'second']);
  vi.advanceTimersByTime(10_000);
  expect(released).toEqual(['first', 'second', 'held']);
  time.close();
});
