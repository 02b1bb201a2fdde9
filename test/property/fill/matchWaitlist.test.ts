import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FillCandidate, FreedSlot } from '../../../src/domain/freedSlot.ts';
import { HOUR_MS, plusMs } from '../../../src/domain/time.ts';
import { rankWaitlist } from '../../../src/fill/matchWaitlist.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { EVENING, SETTINGS, location, of, practice } from '../../support/night.ts';
import { freed, waiting } from '../../support/waiting.ts';

const offers = { ...SETTINGS.offers, perPatientPerDay: 99 };
const context = {
  practice: practice({ settings: { ...SETTINGS, offers } }),
  location: location(),
  rules: callingRules,
  now: EVENING,
};

const PROVIDERS = ['patel', 'lee', 'kim'] as const;

const slots: fc.Arbitrary<readonly FreedSlot[]> = fc
  .array(fc.record({ provider: fc.constantFrom(...PROVIDERS), hours: fc.integer({ min: 5, max: 90 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) =>
    all.map(({ provider, hours }, i) => {
      const start = plusMs(EVENING, hours * HOUR_MS);
      const { opening } = freed();
      return freed({
        slot: of(`slot-${i}`),
        provider: of(provider),
        opening: { ...opening, slot: of(`ext-${i}`), start, end: plusMs(start, HOUR_MS / 2) },
      });
    }),
  );

const list: fc.Arbitrary<readonly FillCandidate[]> = fc
  .array(
    fc.record({
      provider: fc.option(fc.constantFrom(...PROVIDERS)),
      notice: fc.integer({ min: 0, max: 60 }),
      holds: fc.option(fc.integer({ min: 20, max: 120 })),
      priority: fc.integer({ min: 0, max: 2 }),
      joined: fc.integer({ min: 0, max: 300 }),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ provider, notice, holds, priority, joined }, i) =>
      waiting(`p${i}`, {
        provider: provider === null ? null : of(provider),
        minNoticeMs: notice * HOUR_MS,
        holdsStart: holds === null ? null : plusMs(EVENING, holds * HOUR_MS),
        priority,
        joinedAt: plusMs(EVENING, -joined * HOUR_MS),
      }),
    ),
  );

const suits = (slot: FreedSlot, candidates: readonly FillCandidate[]): readonly string[] =>
  rankWaitlist(slot, candidates, context).ranked.map((r) => r.candidate.entry.id);

/** The night without declines: slot by slot, each to the best person left. */
function fillAll(
  all: readonly FreedSlot[],
  candidates: readonly FillCandidate[],
): ReadonlyMap<string, string> {
  const filled = new Map<string, string>();
  let left = candidates;
  for (const slot of all) {
    const best = suits(slot, left)[0];
    if (best === undefined) continue;
    filled.set(slot.slot, best);
    left = left.filter((c) => c.entry.id !== best);
  }
  return filled;
}

/** The most that could be filled: augmenting paths, by somebody who sees all slots at once. */
function mostFilled(all: readonly FreedSlot[], candidates: readonly FillCandidate[]): number {
  const edges = all.map((slot) => suits(slot, candidates));
  const slotOf = new Map<string, number>();
  const augment = (slot: number, seen: Set<string>): boolean =>
    (edges[slot] ?? []).some((person) => {
      if (seen.has(person)) return false;
      seen.add(person);
      const other = slotOf.get(person);
      if (other !== undefined && !augment(other, seen)) return false;
      slotOf.set(person, slot);
      return true;
    });
  return all.filter((_slot, i) => augment(i, new Set())).length;
}

describe('filling slots one after the other', () => {
  test('gives no person two slots, fills at least half of the most that could be, and sometimes less than the most', () => {
    const seen = { filled: 0, short: 0, none: 0 };
    fc.assert(
      fc.property(slots, list, (all, candidates) => {
        const filled = fillAll(all, candidates);
        const most = mostFilled(all, candidates);
        expect(new Set(filled.values()).size).toBe(filled.size);
        expect(filled.size * 2).toBeGreaterThanOrEqual(most);
        if (filled.size > 0) seen.filled += 1;
        else seen.none += 1;
        if (filled.size < most) seen.short += 1;
      }),
      { numRuns: 150 },
    );
    expect(seen.filled).toBeGreaterThan(50);
    expect(seen.short).toBeGreaterThan(0);
    expect(seen.none).toBeGreaterThan(0);
  });

  test('everybody is ranked or passed over with a reason, in an order that does not depend on the order they came in', () => {
    fc.assert(
      fc.property(slots, list, (all, candidates) => {
        const slot = all[0] ?? freed();
        const { ranked, passedOver } = rankWaitlist(slot, candidates, context);
        expect(ranked.length + passedOver.length).toBe(candidates.length);
        expect(suits(slot, candidates.toReversed())).toEqual(suits(slot, candidates));
      }),
      { numRuns: 60 },
    );
  });
});
