import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instantAt, zone } from '../../../src/domain/localTime.ts';
import type { CallWindow } from '../../../src/domain/practice.ts';
import { type Instant, type Zone, HOUR_MS, MINUTE_MS, instant, plusMs } from '../../../src/domain/time.ts';
import { hoursAt } from '../../../src/schedule/callWindow.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { location, of } from '../../support/night.ts';

const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'Pacific/Honolulu',
].map(zone);

const FROM = instantAt('2025-06-01', 0, zone('America/Chicago'));
const TWO_YEARS_MS = 2 * 365 * 24 * HOUR_MS;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map(
  ZONES.map((where) => [
    where,
    new Intl.DateTimeFormat('en-US', {
      timeZone: where,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
  ]),
);

/** The wall clock by the platform's own calendar, which the product does not use. */
function wallClock(at: Instant, where: Zone): { readonly weekday: number; readonly minute: number } {
  const parts = clocks.get(where)?.formatToParts(at) ?? [];
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '';
  return {
    weekday: DAYS.indexOf(part('weekday')) + 1,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

const weekday = (n: number): 1 | 2 | 3 | 4 | 5 | 6 | 7 => ([1, 2, 3, 4, 5, 6, 7] as const)[n - 1] ?? 1;

function isIn(at: Instant, where: Zone, window: CallWindow): boolean {
  const clock = wallClock(at, where);
  return (window[weekday(clock.weekday)] ?? []).some((r) => r.from <= clock.minute && clock.minute < r.to);
}

/** A ring from `at` on stays inside every window in every zone to its last millisecond. */
const mayRing = (
  at: Instant,
  ringMs: number,
  zones: readonly Zone[],
  windows: readonly CallWindow[],
): boolean => {
  const last = plusMs(at, ringMs - 1);
  const during = [at, last];
  for (let t = Math.ceil(at / MINUTE_MS) * MINUTE_MS; t < last; t += MINUTE_MS) during.push(instant(t));
  return during.every((t) => zones.every((where) => windows.every((window) => isIn(t, where, window))));
};

const range = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
  .filter(([from, to]) => from < to)
  .map(([from, to]) => ({ from, to }));

const week: fc.Arbitrary<CallWindow> = fc
  .record({
    days: fc.subarray([1, 2, 3, 4, 5, 6, 7] as const, { minLength: 1 }),
    ranges: fc.array(range, { minLength: 1, maxLength: 2 }),
  })
  .map(({ days, ranges }) => Object.fromEntries(days.map((d) => [d, ranges])));

/** Half of all times lie around the two nights of 2026 on which clocks change. */
const time: fc.Arbitrary<Instant> = fc.oneof(
  fc.integer({ min: 0, max: TWO_YEARS_MS }).map((ms) => plusMs(FROM, ms)),
  fc
    .tuple(fc.constantFrom('2026-03-08', '2026-11-01'), fc.integer({ min: -20 * 60, max: 30 * 60 }))
    .map(([date, minutes]) => plusMs(instantAt(date, 0, zone('America/Chicago')), minutes * MINUTE_MS)),
);

const zonesArb = fc.subarray(ZONES, { minLength: 1 });
const ring = fc.integer({ min: 1, max: 90_000 });

describe('hours over several zones', () => {
  test('a dial that is allowed, now or at the next opening, rings to its end inside every window of every zone', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        zonesArb,
        fc.array(week, { minLength: 1, maxLength: 2 }),
        time,
        ring,
        (zones, windows, at, ringMs) => {
          const verdict = hoursAt({ zones, windows, isBlocked: () => false }, at, ringMs);
          seen.add(verdict.kind);
          if (verdict.kind === 'open') expect(mayRing(at, ringMs, zones, windows)).toBe(true);
          if (verdict.kind !== 'opens') return;
          expect(verdict.at).toBeGreaterThan(at);
          expect(mayRing(verdict.at, ringMs, zones, windows)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
    expect([...seen].toSorted()).toEqual(['never', 'open', 'opens']);
  });

  test('nothing is refused that could ring: before the next opening no minute is allowed', () => {
    let checked = 0;
    fc.assert(
      fc.property(
        zonesArb,
        week,
        time,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (zones, window, at, share) => {
          const verdict = hoursAt({ zones, windows: [window], isBlocked: () => false }, at, 20_000);
          if (verdict.kind === 'open') return;
          const untilMs = verdict.kind === 'opens' ? verdict.at - at : 6 * 24 * HOUR_MS;
          const sample = instant(at + Math.floor(share * Math.max(0, untilMs - 1)));
          checked += 1;
          expect(mayRing(sample, 20_000, zones, [window])).toBe(false);
        },
      ),
      { numRuns: 250 },
    );
    expect(checked).toBeGreaterThan(50);
  });
});

describe('the rules as a whole', () => {
  const legal: CallWindow = {
    1: [{ from: 480, to: 1260 }],
    2: [{ from: 480, to: 1260 }],
    3: [{ from: 480, to: 1260 }],
    4: [{ from: 480, to: 1260 }],
    5: [{ from: 480, to: 1260 }],
    6: [{ from: 480, to: 1260 }],
  };

  test('whatever the practice allows, nobody is rung before 8 or after 21, or on a Sunday, in any zone of the area code', () => {
    const seen = new Set<string>();
    const codes = fc.constantFrom('312', '850', '605', '701', '212', '303', '808', '928');
    fc.assert(
      fc.property(codes, week, time, (code, callWindow, at) => {
        const place = callingRules.place(location({ callWindow }), of(`+1${code}5550101`), [null]);
        expect(place).not.toBeNull();
        if (place === null) return;
        const verdict = callingRules.hours(place, at, 20_000);
        seen.add(verdict.kind);
        if (verdict.kind === 'never') return;
        // Seldom is a random window open at a random time, so the first opening is looked at too.
        if (verdict.kind === 'opens') seen.add(callingRules.hours(place, verdict.at, 20_000).kind);
        const when = verdict.kind === 'open' ? at : verdict.at;
        const known = place.zones.filter((z) => clocks.has(z));
        expect(mayRing(when, 20_000, known, [legal, callWindow])).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect([...seen].toSorted()).toEqual(['never', 'open', 'opens']);
  });
});
