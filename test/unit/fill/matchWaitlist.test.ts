import { describe, expect, test } from 'vitest';
import type { FillCandidate } from '../../../src/domain/freedSlot.ts';
import { instantAt } from '../../../src/domain/localTime.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../../src/domain/time.ts';
import { rankWaitlist } from '../../../src/fill/matchWaitlist.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { CHICAGO, EVENING, attemptAt, location, of, practice } from '../../support/night.ts';
import { freed, waiting } from '../../support/waiting.ts';

const context = { practice: practice(), location: location(), rules: callingRules, now: EVENING };
const DAY_MS = 24 * HOUR_MS;

const rank = (candidates: readonly FillCandidate[], slot = freed(), now = EVENING) => {
  const { ranked, passedOver } = rankWaitlist(slot, candidates, { ...context, now });
  return {
    order: ranked.map((r) => r.candidate.patient.id),
    why: Object.fromEntries(passedOver.map((p) => [p.entry, p.because])),
    until: passedOver[0]?.until ?? null,
    ranked,
  };
};

/** Why this one is passed over, or that he is ranked. */
const why = (candidate: FillCandidate, slot = freed(), now = EVENING): string =>
  rank([candidate], slot, now).why[candidate.entry.id] ?? 'ranked';

describe('who does not suit the slot', () => {
  const start = freed().opening.start;
  test.each<[string, FillCandidate]>([
    ['ranked', waiting('ada')],
    ['other_location', waiting('ada', { locations: [of('denver')] })],
    ['other_visit_type', waiting('ada', { visitType: of('checkup') })],
    ['other_visit_type', waiting('ada', { visitType: of('unheard-of') })],
    ['other_provider', waiting('ada', { provider: of('lee') })],
    ['ranked', waiting('ada', { provider: of('patel') })],
    ['too_little_notice', waiting('ada', { minNoticeMs: 41 * HOUR_MS })],
    ['not_available_then', waiting('ada', { available: [{ weekday: 1, from: 0, to: 1440 }] })],
    ['not_sooner', waiting('ada', { holdsStart: start })],
    ['ranked', waiting('ada', { holdsStart: plusMs(start, 1) })],
    ['offered_before', waiting('ada', {}, { offeredThisSlot: true })],
    ['offers_used_today', waiting('ada', {}, { offersToday: 1 })],
    ['engaged', waiting('ada', {}, { engaged: true })],
  ])('%s', (expected, candidate) => {
    expect(why(candidate)).toBe(expected);
  });

  test('a slot that is too short for the visit', () => {
    expect(why(waiting('ada'), freed({ minutes: 20 }))).toBe('too_short');
  });

  test('availability is local to the place and holds the whole visit', () => {
    const slot = freed();
    // Wednesday 09:30 to 10:00 in Chicago.
    expect(slot.opening.start).toBe(instantAt('2026-11-25', 9 * 60 + 30, CHICAGO));
    const within = (from: number, to: number) =>
      why(waiting('ada', { available: [{ weekday: 3, from, to }] }), slot);
    expect(within(9 * 60 + 30, 10 * 60)).toBe('ranked');
    expect(within(9 * 60 + 31, 10 * 60)).toBe('not_available_then');
    expect(within(9 * 60, 9 * 60 + 59)).toBe('not_available_then');
  });
});

describe('who may not be called', () => {
  test.each<[string, FillCandidate]>([
    ['no_phone', waiting('ada', {}, {}, { phone: null })],
    ['suppressed_phone', waiting('ada', {}, { phoneSuppressed: true })],
    ['suppressed_patient', waiting('ada', {}, { suppressed: true })],
    ['no_consent', waiting('ada', {}, { consents: [] })],
    ['deceased', waiting('ada', {}, {}, { deceased: true })],
    ['minor_own_phone', waiting('ada', {}, {}, { birthDate: '2008-11-24' })],
    ['ranked', waiting('ada', {}, {}, { birthDate: '2008-11-23' })],
    ['language_unsupported', waiting('ada', {}, {}, { language: 'es' })],
    ['unknown_area_code', waiting('ada', {}, {}, { phone: of('+18005550101') })],
    [
      'cap_contact_day',
      waiting(
        'ada',
        {},
        { ledger: [attemptAt(plusMs(EVENING, -HOUR_MS), { disposition: 'answered_human' })] },
      ),
    ],
  ])('%s', (expected, candidate) => {
    expect(why(candidate)).toBe(expected);
  });

  test('outside the hours says when they open', () => {
    const late = instantAt('2026-11-23', 21 * 60, CHICAGO);
    expect(rank([waiting('ada')], freed(), late)).toMatchObject({
      order: [],
      why: { 'wait-ada': 'window_closed' },
      until: instantAt('2026-11-24', 9 * 60, CHICAGO),
    });
  });
});

const joined = (days: number) => plusMs(EVENING, -days * DAY_MS);

describe('the order', () => {
  test('priority comes before everything', () => {
    const urgent = waiting('urgent', { priority: 1, offersReceived: 5, joinedAt: joined(0) });
    expect(rank([waiting('old', { joinedAt: joined(180) }), urgent]).order).toEqual(['urgent', 'old']);
  });

  test('somebody who lost a slot after a yes comes before somebody who waits longer', () => {
    expect(rank([waiting('old', { joinedAt: joined(100) }), waiting('lost', { boost: 1 })]).order).toEqual([
      'lost',
      'old',
    ]);
  });

  test('the longer wait, the greater gain and fewer offers count', () => {
    const { start } = freed().opening;
    expect(rank([waiting('a'), waiting('b', { joinedAt: joined(60) })]).order).toEqual(['b', 'a']);
    const gains = [
      waiting('a', { holdsStart: plusMs(start, 2 * DAY_MS) }),
      waiting('b', { holdsStart: plusMs(start, 50 * DAY_MS) }),
    ];
    expect(rank(gains).order).toEqual(['b', 'a']);
    expect(rank([waiting('a', { offersReceived: 3 }), waiting('b')]).order).toEqual(['b', 'a']);
  });

  test('between equals whoever joined first, and then the id: the same whichever way they come', () => {
    const three = [waiting('c', { joinedAt: joined(10) }), waiting('b'), waiting('a')];
    const minutes = waiting('d', { joinedAt: plusMs(joined(10), -MINUTE_MS) });
    expect(rank([...three, minutes]).order).toEqual(['d', 'a', 'b', 'c']);
    expect(rank([minutes, ...three].toReversed()).order).toEqual(['d', 'a', 'b', 'c']);
  });

  test('a score is the sum of parts that can be shown', () => {
    const { ranked } = rank([waiting('a', { priority: 1, boost: 1, offersReceived: 2 })]);
    expect(ranked[0]?.score).toEqual({
      priority: 1_000,
      boost: 300,
      daysSooner: 60,
      daysWaiting: 5,
      fairness: -40,
      fit: 10,
      total: 1_335,
    });
  });
});
