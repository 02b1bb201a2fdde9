import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, localTimeAt, zone } from '../../../src/domain/localTime.ts';
import { instant, plusMs } from '../../../src/domain/time.ts';
import { demoShiftMs } from '../../../src/runtime/demoDay.ts';

const CHICAGO = zone('America/Chicago');

test('whatever the hour outside, it is half past five on a weekday at the practice', () => {
  const years = { min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) };
  fc.assert(
    fc.property(fc.integer(years), (now) => {
      const local = localTimeAt(plusMs(instant(now), demoShiftMs(instant(now), CHICAGO, null)), CHICAGO);
      expect([local.hour, local.minute]).toEqual([17, 30]);
      expect(local.weekday).toBeLessThanOrEqual(5);
    }),
  );
});

test('the next demo day lies beyond the seven days that caps look back', () => {
  const now = instant(Date.UTC(2026, 10, 24, 12));
  const next = localTimeAt(plusMs(now, demoShiftMs(now, CHICAGO, '2026-11-24')), CHICAGO);
  expect(next.date > addDays('2026-11-24', 7)).toBe(true);
  expect([next.hour, next.minute]).toEqual([17, 30]);
});
