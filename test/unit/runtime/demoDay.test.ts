import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, localTimeAt, zone } from '../../../src/domain/localTime.ts';
import { instant, plusMs } from '../../../src/domain/time.ts';
import { isHoliday } from '../../../src/schedule/holidays.ts';
import { demoShiftMs } from '../../../src/runtime/demoDay.ts';

const CHICAGO = zone('America/Chicago');
const STATES = ['IL', 'CO', 'NY'];

test('whatever the hour outside, it is half past five on a weekday at the practice', () => {
  const years = { min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) };
  fc.assert(
    fc.property(fc.integer(years), (now) => {
      const local = localTimeAt(
        plusMs(instant(now), demoShiftMs(instant(now), CHICAGO, STATES, null)),
        CHICAGO,
      );
      expect([local.hour, local.minute]).toEqual([17, 30]);
      expect(local.weekday).toBeLessThanOrEqual(5);
    }),
  );
});

test('the next demo day lies beyond the seven days that caps look back', () => {
  const now = instant(Date.UTC(2026, 10, 24, 12));
  const next = localTimeAt(plusMs(now, demoShiftMs(now, CHICAGO, STATES, '2026-11-24')), CHICAGO);
  expect(next.date > addDays('2026-11-24', 7)).toBe(true);
  expect([next.hour, next.minute]).toEqual([17, 30]);
});

test('on Thanksgiving the evening is that of the next day on which anybody may be called', () => {
  const thanksgiving = instant(Date.UTC(2026, 10, 26, 18));
  const local = localTimeAt(plusMs(thanksgiving, demoShiftMs(thanksgiving, CHICAGO, STATES, null)), CHICAGO);
  expect(local.date > '2026-11-26').toBe(true);
  expect(isHoliday(local.date, STATES)).toBe(false);
});
