import { describe, expect, test } from 'vitest';

import { resolveSeed } from '../../../../src/emulators/scheduling/seed.ts';

function start(token: string, now: string, practiceZone = 'America/Chicago'): unknown {
  const seed = { practiceZone, resources: [{ resourceType: 'Slot', id: 's', start: token }] };
  return resolveSeed(seed, Date.parse(now))[0]?.['start'];
}

describe('a seed whose days are counted from today', () => {
  test('a local time gets the offset that its zone has on that day', () => {
    expect(start('{{day+1 14:30 America/Chicago}}', '2026-11-23T23:30:00Z')).toBe(
      '2026-11-24T14:30:00-06:00',
    );
    expect(start('{{day+1 14:30 America/Denver}}', '2026-07-06T22:30:00Z')).toBe('2026-07-07T14:30:00-06:00');
    expect(start('{{day+1 14:30 America/Phoenix}}', '2026-07-06T22:30:00Z')).toBe(
      '2026-07-07T14:30:00-07:00',
    );
    expect(start('{{day+0 09:00 Asia/Kathmandu}}', '2026-07-06T22:30:00Z')).toBe('2026-07-06T09:00:00+05:45');
  });

  test("today is the practice's day, not the machine's", () => {
    expect(start('{{date day+0}}', '2026-11-24T05:59:00Z')).toBe('2026-11-23');
    expect(start('{{date day+0}}', '2026-11-24T06:00:00Z')).toBe('2026-11-24');
    expect(start('{{date day+0}}', '2026-11-24T05:59:00Z', 'Asia/Tokyo')).toBe('2026-11-24');
  });

  test('the offset changes with the clocks, between one day and the next', () => {
    const friday = '2026-03-06T23:30:00Z';
    expect(start('{{day+1 10:00 America/Chicago}}', friday)).toBe('2026-03-07T10:00:00-06:00');
    expect(start('{{day+2 10:00 America/Chicago}}', friday)).toBe('2026-03-08T10:00:00-05:00');
    expect(start('{{day+2 10:00 America/Chicago}}', '2026-10-30T22:30:00Z')).toBe(
      '2026-11-01T10:00:00-06:00',
    );
  });

  test('dirt stays dirt, and days go backwards and over the end of the year', () => {
    expect(start('{{naive day+2 10:00}}', '2026-12-30T23:30:00Z')).toBe('2027-01-01T10:00:00');
    expect(start('{{day-6 10:00 America/Chicago}}', '2027-01-02T23:30:00Z')).toBe(
      '2026-12-27T10:00:00-06:00',
    );
  });

  test('an unknown token is an error in our own file', () => {
    expect(() => start('{{tomorrow}}', '2026-11-23T23:30:00Z')).toThrow('unknown seed token');
    expect(() => start('{{day+1 10:00}}', '2026-11-23T23:30:00Z')).toThrow('names no zone');
  });
});
