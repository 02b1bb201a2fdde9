import { describe, expect, test } from 'vitest';
import { instantAt, isoIn, zone } from '../../../src/domain/localTime.ts';
import type { CallWindow } from '../../../src/domain/practice.ts';
import { SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { hoursAt } from '../../../src/schedule/callWindow.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { CHICAGO, NEW_YORK, NINE_TO_EIGHT, location, of } from '../../support/night.ts';

const RING_MS = 20 * SECOND_MS;
const minute = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const open = (from: string, to: string): CallWindow => {
  const range = [{ from: minute(from), to: minute(to) }];
  return { 1: range, 2: range, 3: range, 4: range, 5: range, 6: range, 7: range };
};
const at = (date: string, clock: string, where = CHICAGO) =>
  instantAt(date, Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)), where);
const hours = (
  zones: (typeof CHICAGO)[],
  window: CallWindow,
  when: ReturnType<typeof at>,
  blocked: string[] = [],
) => hoursAt({ zones, windows: [window], isBlocked: (date) => blocked.includes(date) }, when, RING_MS);

describe('one zone', () => {
  test('is open from the first minute', () => {
    expect(hours([CHICAGO], NINE_TO_EIGHT, at('2026-11-23', '09:00'))).toEqual({
      kind: 'open',
      closesAt: at('2026-11-23', '20:00'),
    });
  });

  test('a millisecond before the opening is too early', () => {
    const early = plusMs(at('2026-11-23', '09:00'), -1);
    expect(hours([CHICAGO], NINE_TO_EIGHT, early)).toEqual({ kind: 'opens', at: at('2026-11-23', '09:00') });
  });

  test('the last dial leaves room for the whole ring time', () => {
    const last = plusMs(at('2026-11-23', '20:00'), -RING_MS);
    expect(hours([CHICAGO], NINE_TO_EIGHT, last).kind).toBe('open');
    expect(hours([CHICAGO], NINE_TO_EIGHT, plusMs(last, 1))).toEqual({
      kind: 'opens',
      at: at('2026-11-24', '09:00'),
    });
  });

  test('Saturday night opens again on Monday when Sunday has no calls', () => {
    expect(hours([CHICAGO], NINE_TO_EIGHT, at('2026-11-21', '21:00'))).toEqual({
      kind: 'opens',
      at: at('2026-11-23', '09:00'),
    });
  });

  test('a blocked day is passed over', () => {
    expect(hours([CHICAGO], NINE_TO_EIGHT, at('2026-11-23', '21:00'), ['2026-11-24'])).toEqual({
      kind: 'opens',
      at: at('2026-11-25', '09:00'),
    });
  });

  test('a window that closes at midnight is one with the window that opens then', () => {
    expect(hours([CHICAGO], open('00:00', '24:00'), at('2026-11-23', '23:59'))).toMatchObject({
      kind: 'open',
    });
  });
});

describe('clocks that change', () => {
  test('on 8 March the next opening is 9:00 by the new time, 12 hours after 20:00', () => {
    const verdict = hours([CHICAGO], open('09:00', '20:00'), at('2026-03-07', '20:00'));
    expect(verdict).toEqual({ kind: 'opens', at: at('2026-03-08', '09:00') });
    expect(verdict.kind === 'opens' ? verdict.at - at('2026-03-07', '20:00') : 0).toBe(12 * 3_600_000);
  });

  test('on 1 November the next opening is 14 hours after 20:00', () => {
    const verdict = hours([CHICAGO], open('09:00', '20:00'), at('2026-10-31', '20:00'));
    expect(verdict.kind === 'opens' ? verdict.at - at('2026-10-31', '20:00') : 0).toBe(14 * 3_600_000);
  });

  test('the repeated hour before a window that begins in it stays closed on its second pass', () => {
    const second = plusMs(at('2026-11-01', '01:15'), 3_600_000);
    expect(isoIn(second, CHICAGO)).toContain('T01:15:00.000-06:00');
    expect(hours([CHICAGO], open('01:30', '03:00'), second)).toEqual({
      kind: 'opens',
      at: plusMs(at('2026-11-01', '01:30'), 3_600_000),
    });
  });
});

describe('several zones', () => {
  test('Chicago and New York are open from 10:00 to 20:00 New York time', () => {
    expect(hours([CHICAGO, NEW_YORK], NINE_TO_EIGHT, at('2026-11-23', '09:30', NEW_YORK))).toEqual({
      kind: 'opens',
      at: at('2026-11-23', '10:00', NEW_YORK),
    });
    expect(hours([CHICAGO, NEW_YORK], NINE_TO_EIGHT, at('2026-11-23', '19:00', CHICAGO))).toEqual({
      kind: 'opens',
      at: at('2026-11-24', '09:00', CHICAGO),
    });
  });

  test('New York and Guam share no minute of 9 to 18', () => {
    expect(
      hours([NEW_YORK, zone('Pacific/Guam')], open('09:00', '18:00'), at('2026-11-23', '12:00')),
    ).toEqual({
      kind: 'never',
    });
  });

  test('no zones at all are never open', () => {
    expect(hours([], NINE_TO_EIGHT, at('2026-11-23', '12:00'))).toEqual({ kind: 'never' });
  });
});

const placeFor = (state: string, phone: string, address: string | null = null) => {
  const place = callingRules.place(location({ state }), of(phone), [address]);
  if (place === null) throw new Error('no place');
  return place;
};

const inState = (state: string, phone: string, date: string, clock: string) =>
  callingRules.hours(placeFor(state, phone), at(date, clock, zone('America/New_York')), RING_MS);

describe('the rules of the states', () => {
  test('Kentucky begins at 10', () => {
    expect(inState('KY', '+18595550101', '2026-11-23', '10:30').kind).toBe('opens');
    expect(inState('KY', '+18595550101', '2026-11-23', '11:00').kind).toBe('open');
  });

  test('Rhode Island ends at 18 and has no Saturday, wherever the practice is', () => {
    expect(inState('IL', '+14015550101', '2026-11-23', '17:59').kind).toBe('open');
    expect(inState('IL', '+14015550101', '2026-11-23', '18:00').kind).toBe('opens');
    expect(inState('IL', '+14015550101', '2026-11-28', '12:00').kind).toBe('opens');
  });

  test('South Dakota has no Saturday, Pennsylvania none after noon', () => {
    expect(inState('IL', '+16055550101', '2026-11-28', '13:00').kind).toBe('opens');
    expect(inState('PA', '+12155550101', '2026-11-28', '11:30').kind).toBe('open');
    expect(inState('PA', '+12155550101', '2026-11-28', '13:00').kind).toBe('opens');
  });

  test('an address counts like an area code', () => {
    const place = placeFor('IL', '+13125550101', 'RI');
    expect(place.states).toEqual(['IL', 'RI']);
    expect(callingRules.hours(place, at('2026-11-23', '18:00'), RING_MS).kind).toBe('opens');
  });

  test('nobody is called on Thanksgiving or on its eve after hours', () => {
    expect(inState('IL', '+13125550101', '2026-11-26', '12:00')).toEqual({
      kind: 'opens',
      at: at('2026-11-27', '09:00'),
    });
  });

  test('a holiday of one state is a holiday for everybody who may live there', () => {
    expect(inState('IL', '+15045550101', '2026-02-17', '12:00').kind).toBe('opens');
  });

  test('California asks for consent to automated voices by name', () => {
    expect(placeFor('CA', '+12135550101').consent).toBe('automated_voice');
    expect(placeFor('IL', '+12135550101').consent).toBe('automated_voice');
    expect(placeFor('IL', '+13125550101').consent).toBe('any');
  });

  test('an area code that belongs to no place has no rules to go by', () => {
    expect(callingRules.place(location(), of('+18005550101'), [])).toBeNull();
  });
});
