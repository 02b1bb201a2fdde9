import { describe, expect, test } from 'vitest';
import type { FillCandidate, FreedSlot } from '../../../src/domain/freedSlot.ts';
import type { ContactId, OfferId } from '../../../src/domain/ids.ts';
import { instantAt } from '../../../src/domain/localTime.ts';
import type { PlannedContact } from '../../../src/domain/planning.ts';
import { err, ok } from '../../../src/domain/result.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Instant, plusMs } from '../../../src/domain/time.ts';
import { type FillAnswer, fillFreedSlot } from '../../../src/fill/fillFreedSlots.ts';
import type { SchedulingSystem, SystemSlot } from '../../../src/ports/schedulingSystem.ts';
import type { FillStore } from '../../../src/ports/store/fillStore.ts';
import type { PracticeStore } from '../../../src/ports/store/practiceStore.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { CHICAGO, EVENING, SETTINGS, of, practice } from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { silentLog } from '../../support/silentLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';
import { freed, waiting } from '../../support/waiting.ts';

interface Given {
  readonly slot?: FreedSlot | null;
  readonly candidates?: readonly FillCandidate[];
  readonly seen?: SystemSlot['status'] | 'gone' | 'unread';
  readonly now?: Instant;
  /** Entries that another slot was quicker with. */
  readonly takenEntries?: readonly string[];
  readonly releases?: boolean;
}

async function fill(given: Given): Promise<{
  readonly answer: FillAnswer;
  readonly reserved: readonly {
    readonly entry: string;
    readonly contact: PlannedContact;
    readonly expiresAt: Instant;
  }[];
  readonly settled: readonly (readonly [string, string, Instant | null])[];
}> {
  const slot = given.slot === undefined ? freed() : given.slot;
  const reserved: { entry: string; contact: PlannedContact; expiresAt: Instant }[] = [];
  const settled: [string, string, Instant | null][] = [];
  const seen = given.seen ?? 'free';
  const store: Partial<FillStore> = {
    freedSlot: async () => slot,
    candidates: async () => given.candidates ?? [waiting('ada')],
    releaseExpired: async () => given.releases ?? false,
    async reserve(_slot, entry, contact, _at, expiresAt) {
      if (given.takenEntries?.includes(entry)) return null;
      reserved.push({ entry, contact, expiresAt });
      return { offer: of<OfferId>('offer'), contact: of<ContactId>('contact'), fence: 1 };
    },
    async settle(_slot, state, because, dueAgainAt) {
      settled.push([state, because, dueAgainAt]);
    },
  };
  const getSlot: SchedulingSystem['getSlot'] = async (external) => {
    if (seen === 'unread') return err({ kind: 'unavailable' });
    if (seen === 'gone') return ok(null);
    return ok(onlyThese<SystemSlot>({ external, status: seen }));
  };
  const answer = await fillFreedSlot(
    {
      store: {
        practice: onlyThese<PracticeStore>({ current: async () => practice() }),
        fill: onlyThese<FillStore>(store),
      },
      scheduling: onlyThese<SchedulingSystem>({ getSlot }),
      rules: callingRules,
      clock: virtualClock(given.now ?? EVENING),
      log: silentLog,
    },
    of('slot'),
  );
  return { answer, reserved, settled };
}

const startingIn = (ms: number, over: Partial<FreedSlot> = {}): FreedSlot => {
  const { opening } = freed();
  const start = plusMs(EVENING, ms);
  return freed({ opening: { ...opening, start, end: plusMs(start, 30 * MINUTE_MS) }, ...over });
};

describe('an open slot that is still free', () => {
  test('is reserved for one person, the best, until the whole call could be over', async () => {
    const candidates = [waiting('ada'), waiting('bob', { priority: 1 })];
    const { answer, reserved, settled } = await fill({ candidates });
    expect(answer).toEqual({ kind: 'offered' });
    expect(settled).toEqual([]);
    expect(reserved).toHaveLength(1);
    expect(reserved[0]).toMatchObject({
      entry: 'wait-bob',
      contact: {
        purpose: 'offer',
        phone: '+13125550101',
        callerId: '+13125550100',
        location: 'chicago',
        people: [{ patient: 'bob', appointments: [] }],
        decision: { kind: 'call_at', at: EVENING, rules: [{ rule: 'score', verdict: 'allow' }] },
      },
    });
    const { ringTimeoutMs, callLimitMs } = SETTINGS;
    expect(reserved[0]?.expiresAt).toBeGreaterThan(plusMs(EVENING, ringTimeoutMs + callLimitMs));
    expect(reserved[0]?.contact.expiresAt).toBe(reserved[0]?.expiresAt);
  });

  test('goes to the next when another slot was quicker with the best', async () => {
    const candidates = [waiting('ada'), waiting('bob', { priority: 1 })];
    const { reserved } = await fill({ candidates, takenEntries: ['wait-bob'] });
    expect(reserved.map((r) => r.entry)).toEqual(['wait-ada']);
  });

  test('is looked at again soon when all were taken, or the one who suits is on the phone', async () => {
    const again = { kind: 'again_in', ms: 5 * SECOND_MS };
    expect((await fill({ takenEntries: ['wait-ada'] })).answer).toEqual(again);
    expect((await fill({ candidates: [waiting('ada', {}, { engaged: true })] })).answer).toEqual(again);
  });

  test('is left to the office with the reason that most were passed over for', async () => {
    const other = { visitType: of<FillCandidate['entry']['visitType']>('checkup') };
    const candidates = [waiting('a', other), waiting('b', other), waiting('c', {}, { consents: [] })];
    expect(await fill({ candidates })).toMatchObject({
      answer: { kind: 'settled', because: 'other_visit_type' },
      settled: [['unfilled', 'other_visit_type', null]],
    });
    expect((await fill({ candidates: [] })).settled).toEqual([['unfilled', 'nobody_waits', null]]);
  });

  test('freed at 23:30 rings nobody before the morning', async () => {
    const now = instantAt('2026-11-23', 23 * 60 + 30, CHICAGO);
    const { reserved, settled } = await fill({ now });
    expect(reserved).toEqual([]);
    expect(settled).toEqual([['open', 'window_closed', instantAt('2026-11-24', 9 * 60, CHICAGO)]]);
  });

  test('freed at 23:30 for the early morning is left to the office: there would be no notice left', async () => {
    const now = instantAt('2026-11-23', 23 * 60 + 30, CHICAGO);
    const slot = startingIn(instantAt('2026-11-24', 11 * 60, CHICAGO) - EVENING);
    expect((await fill({ now, slot })).settled).toEqual([['unfilled', 'window_closed', null]]);
  });
});

describe('a slot that is not offered', () => {
  test.each<[string, FreedSlot, readonly [string, string, null]]>([
    ['begins too soon', startingIn(3 * HOUR_MS - 1), ['unfilled', 'too_little_notice', null]],
    ['has begun', startingIn(0), ['past', 'began', null]],
    ['is too far away', startingIn(SETTINGS.offers.horizonMs + 1), ['unfilled', 'beyond_horizon', null]],
    ['ends a long chain', freed({ chainDepth: 4 }), ['unfilled', 'chain_depth', null]],
  ])('because it %s', async (_why, slot, settled) => {
    const filled = await fill({ slot });
    expect(filled.settled).toEqual([settled]);
    expect(filled.reserved).toEqual([]);
  });

  test.each(['busy', 'busy-tentative', 'gone'] as const)('because the practice shows it %s', async (seen) => {
    expect((await fill({ seen })).settled).toEqual([['taken_externally', 'not_free', null]]);
  });

  test('yet, because the practice cannot be asked', async () => {
    const { answer, reserved } = await fill({ seen: 'unread' });
    expect(answer.kind).toBe('again_in');
    expect(reserved).toEqual([]);
  });

  test('yet, because it rests', async () => {
    const slot = freed({ state: 'cooling', freedAt: plusMs(EVENING, -SECOND_MS) });
    expect((await fill({ slot })).answer).toEqual({ kind: 'again_in', ms: SETTINGS.coolOffMs - SECOND_MS });
    const rested = freed({ state: 'cooling', freedAt: plusMs(EVENING, -SETTINGS.coolOffMs) });
    expect((await fill({ slot: rested })).answer).toEqual({ kind: 'offered' });
  });

  test('because it is reserved, until that reservation ran out', async () => {
    const slot = freed({ state: 'reserved' });
    expect(await fill({ slot })).toMatchObject({
      answer: { kind: 'settled', because: 'reserved' },
      reserved: [],
    });
    expect((await fill({ slot, releases: true })).answer).toEqual({ kind: 'offered' });
  });

  test.each(['booked', 'taken_externally', 'past', 'unfilled'] as const)(
    'because it is %s',
    async (state) => {
      const { answer, reserved, settled } = await fill({ slot: freed({ state }) });
      expect(answer).toEqual({ kind: 'settled', because: state });
      expect([...reserved, ...settled]).toEqual([]);
    },
  );

  test('because nobody knows it', async () => {
    expect((await fill({ slot: null })).answer).toEqual({ kind: 'settled', because: 'unknown_slot' });
  });
});
