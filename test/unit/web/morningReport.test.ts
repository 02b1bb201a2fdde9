import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DISPOSITIONS, OUTCOMES } from '../../../src/domain/disposition.ts';
import { id } from '../../../src/domain/ids.ts';
import type { AttemptId, LocationId } from '../../../src/domain/ids.ts';
import { instant } from '../../../src/domain/time.ts';
import { morningReport, readMorningReport } from '../../../src/web/morningReport.ts';
import { nightSnapshot } from '../../../src/web/snapshot.ts';
import {
  EVENING_MS,
  callRow,
  callbackRow,
  contactRow,
  nightNumbers,
  nightStore,
  practice,
  slotRow,
} from '../../support/nightPages.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const denver = id<LocationId>('denver');

const NIGHT = {
  numbers: nightNumbers({ byOutcome: { confirmed: 28, rescheduled: 4, cancelled: 5 }, freed: 5, filled: 2 }),
  calls: [
    callRow('a1'),
    callRow('a2', { location: denver, outcomes: ['cancelled'] }),
    callRow('a3', { outcomes: ['wrong_number'] }),
  ],
  contacts: [
    contactRow('c1'),
    contactRow('c2', { state: 'held', because: 'window_closed' }),
    contactRow('c3', { state: 'expired', because: 'too_late' }),
    contactRow('c4', { state: 'resolved', because: null }),
  ],
  slots: [
    slotRow('s1', { state: 'booked', filledBy: 'Gwen Nolan' }),
    slotRow('s2', { state: 'booked', filledBy: 'Vernon Ingram' }),
    slotRow('s3'),
    slotRow('s4', { location: denver, state: 'open', because: null }),
    slotRow('s5', { state: 'past', because: 'began' }),
  ],
  callbacks: [callbackRow('b1', { attempt: id<AttemptId>('a2') })],
  promises: [{ promise: 'm1', patientName: null, madeAt: instant(EVENING_MS), attempt: id<AttemptId>('a1') }],
};

test('the headline says what the night came to', () => {
  expect(morningReport(practice, NIGHT).headline).toBe(
    '28 confirmed, 4 rescheduled, 2 waitlist fills, 3 slots still empty',
  );
});

test('one is one, and none is none', () => {
  const one = morningReport(practice, {
    ...NIGHT,
    numbers: nightNumbers({ filled: 1 }),
    slots: [slotRow('s3')],
  });
  expect(one.headline).toBe('0 confirmed, 0 rescheduled, 1 waitlist fill, 1 slot still empty');
});

test('each place has its own numbers, and who has no place is counted too', () => {
  const { places } = morningReport(practice, NIGHT);
  expect(places).toEqual([
    expect.objectContaining({
      where: 'Chicago',
      calls: 2,
      confirmed: 1,
      freed: 4,
      filled: 2,
      stillEmpty: 2,
      callbacks: 0,
    }),
    expect.objectContaining({
      where: 'Denver',
      calls: 1,
      cancelled: 1,
      freed: 1,
      stillEmpty: 1,
      callbacks: 1,
    }),
    expect.objectContaining({ where: 'No location', calls: 0, notCalled: 1 }),
  ]);
});

test('what is left for people is listed, each in its place', () => {
  const report = morningReport(practice, NIGHT);
  expect(report.notCalled.map((row) => row.contact)).toEqual(['c1']);
  expect(report.stillToCall.map((row) => row.contact)).toEqual(['c2']);
  expect(report.leftOver.map((row) => row.contact)).toEqual(['c3']);
  expect(report.chart.map((row) => row.attempt)).toEqual(['a3']);
  expect(report.promises).toEqual([
    { promise: 'm1', who: 'Unknown', madeAt: 'Mon, Nov 23, 5:30 PM CST', attempt: 'a1' },
  ]);
  expect(report.ownLatencyMs).toBe(300);
});

test('whatever the night was, the places add up to it', () => {
  const place = fc.constantFrom('chicago', 'denver').map((name) => id<LocationId>(name));
  const call = fc.record({
    location: fc.option(place),
    outcomes: fc.array(fc.constantFrom(...OUTCOMES), { maxLength: 3 }),
    disposition: fc.constantFrom(...DISPOSITIONS),
  });
  const slot = fc.record({
    location: place,
    state: fc.constantFrom('cooling', 'open', 'reserved', 'booked', 'taken_externally', 'past', 'unfilled'),
    filledBy: fc.option(fc.constant('Gwen Nolan')),
  });
  const fates = new Set<string>();
  fc.assert(
    fc.property(fc.array(call, { maxLength: 12 }), fc.array(slot, { maxLength: 12 }), (calls, slots) => {
      const rows = {
        ...NIGHT,
        calls: calls.map((row, index) => callRow(`a${index}`, row)),
        slots: slots.map((row, index) => slotRow(`s${index}`, row)),
      };
      const report = morningReport(practice, rows);
      const total = (field: 'calls' | 'confirmed' | 'freed' | 'filled' | 'stillEmpty') =>
        report.places.reduce((sum, row) => sum + row[field], 0);
      for (const { fate } of report.slots) fates.add(fate);
      expect(total('calls')).toBe(calls.length);
      expect(total('confirmed')).toBe(
        calls.flatMap((row) => row.outcomes).filter((kind) => kind === 'confirmed').length,
      );
      expect(total('freed')).toBe(slots.length);
      const taken = report.slots.filter(({ fate }) => fate === 'taken').length;
      expect(total('filled') + total('stillEmpty') + taken).toBe(slots.length);
      expect(report.stillEmpty).toBe(total('stillEmpty'));
    }),
  );
  expect([...fates].toSorted()).toEqual(['empty', 'filled', 'taken', 'waiting']);
});

test('latency of the handsets belongs to tonight and to no other night', async () => {
  const surroundings = {
    emulated: ['twilio'],
    demoClock: true,
    handsets: () => ({ turns: 9, p50Ms: 600, p95Ms: 900 }),
  };
  const tonight = { store: nightStore(), clock: virtualClock(EVENING_MS), surroundings };
  expect(await nightSnapshot(tonight, null)).toMatchObject({
    latency: { p50Ms: 600 },
    emulated: ['telephony (Twilio)'],
    dateWords: 'Monday, November 23, 2026',
    now: '5:30 PM CST',
  });
  const nextDay = { ...tonight, clock: virtualClock(EVENING_MS + 86_400_000) };
  expect(await readMorningReport(nextDay, '2026-11-23')).toMatchObject({ latency: null, date: '2026-11-23' });
});

test('without a night, and without a practice, there is nothing and no error', async () => {
  const store = nightStore();
  const surroundings = { emulated: [], demoClock: false, handsets: () => null };
  const clock = virtualClock(EVENING_MS);
  expect(await readMorningReport({ store, clock, surroundings }, '2026-01-01')).toMatchObject({
    date: null,
    report: null,
  });
  const empty = { ...store, practice: { ...store.practice, current: () => Promise.resolve(null) } };
  expect(await nightSnapshot({ store: empty, clock, surroundings }, null)).toMatchObject({
    practice: null,
    numbers: null,
    paused: false,
  });
});
