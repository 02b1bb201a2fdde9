import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../src/domain/time.ts';
import { TRIES_MAX, isAsWanted, retryAt } from '../../../src/writeback/outbox.ts';
import { EVENING } from '../../support/night.ts';

const NO_CAP = { capMs: 24 * HOUR_MS };
const pause = (tries: number, asked: number | null = null, limits = NO_CAP, chance = 0): number | null => {
  const at = retryAt(tries, asked, limits, chance, EVENING);
  return at === null ? null : at - EVENING;
};

describe('the pauses between tries', () => {
  test('grow from seconds to hours, and end', () => {
    const hours = [2, 5, 10, 10].map((h) => h * HOUR_MS);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map((n) => pause(n))).toEqual([
      5 * SECOND_MS,
      5 * MINUTE_MS,
      30 * MINUTE_MS,
      ...hours,
      null,
    ]);
    expect(TRIES_MAX).toBe(8);
  });

  test('are capped, and never shorter than what the other side asked for', () => {
    expect(pause(4, null, { capMs: 10 * SECOND_MS })).toBe(10 * SECOND_MS);
    expect(pause(1, MINUTE_MS, { capMs: 10 * SECOND_MS })).toBe(MINUTE_MS);
  });

  test('are spread by up to a fifth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, chance) => {
          const [least, drawn] = [pause(n) ?? 0, pause(n, null, NO_CAP, chance) ?? 0];
          expect(drawn).toBeGreaterThanOrEqual(least);
          expect(drawn).toBeLessThanOrEqual(least * 1.2 + 1);
        },
      ),
    );
  });
});

test('a confirmation is as wanted when the patient accepted a booked appointment, a cancellation when it is cancelled', () => {
  expect(isAsWanted('confirm', { status: 'booked', participation: 'accepted' })).toBe(true);
  expect(isAsWanted('confirm', { status: 'booked', participation: 'needs-action' })).toBe(false);
  expect(isAsWanted('confirm', { status: 'cancelled', participation: 'accepted' })).toBe(false);
  expect(isAsWanted('cancel', { status: 'cancelled', participation: 'accepted' })).toBe(true);
  expect(isAsWanted('cancel', { status: 'noshow', participation: 'accepted' })).toBe(false);
});
