/** What becomes of an offer and of its slot when the call about it has ended. */
import { expect, test } from 'vitest';
import type { OutcomeChanges } from '../../src/domain/endedAttempt.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from '../support/night.ts';
import { NO_CHANGES, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
const apply = (attempt: Parameters<typeof world.store.outcomes.apply>[0], changes: Partial<OutcomeChanges>) =>
  world.store.outcomes.apply(attempt, { ...NO_CHANGES, ...changes }, world.clock.now());

const offered = async () => {
  await world.lists('ada', { name: 'wes', hours: null }, { name: 'joe', hours: null });
  await world.waits('wes');
  await world.waits('joe');
  await world.plan();
  const slot = await world.frees('ada');
  const reserved = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
  return { slot, ...reserved };
};
const made = (
  offer: string,
  became: NonNullable<OutcomeChanges['offer']>['became'],
): Partial<OutcomeChanges> => ({
  outcomes: [{ appointment: null, offer: of(offer), kind: 'no_decision' }],
  offer: { offer: of(offer), became },
});

test.each(['declined', 'no_decision', 'unreached'] as const)(
  '%s: the slot goes round again under a new fence',
  async (became) => {
    const { slot, offer } = await offered();
    await world.talksWith('wes', made(offer, became));
    expect(await world.row('select state, ended_at from offer')).toEqual({
      state: became,
      ended_at: new Date(world.clock.now()),
    });
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('open');
    expect(
      await world.row(`select subject, due_at from outbox where job_id = $1`, [`fill-${slot}-after-1`]),
    ).toEqual({
      subject: slot,
      due_at: new Date(world.clock.now()),
    });
    expect(await world.offers(slot, 'joe')).toMatchObject({ fence: 2 });
  },
);

test('accepted: the slot stays theirs until the booking has ended', async () => {
  const { slot, offer } = await offered();
  await world.talksWith('wes', made(offer, 'accepted'));
  expect(await world.row('select state from offer')).toEqual({ state: 'accepted' });
  expect((await world.store.fill.freedSlot(slot))?.state).toBe('reserved');
  expect(await world.offers(slot, 'joe')).toBeNull();
});

test('lost: the slot is somebody else’s, and who lost it goes first next time', async () => {
  const { slot, offer } = await offered();
  await world.talksWith('wes', made(offer, 'lost_slot'));
  expect((await world.store.fill.freedSlot(slot))?.state).toBe('taken_externally');
  expect(await world.row(`select boost, state from waitlist_entry where id = 'wait-wes'`)).toEqual({
    boost: 1,
    state: 'active',
  });
  expect(await world.offers(slot, 'joe')).toBeNull();
});

test('broken off after the yes: while the booking is under way nobody else is offered the slot', async () => {
  const { slot, offer } = await offered();
  const attempt = await world.calls('wes');
  const opening = (await world.store.fill.freedSlot(slot))?.opening ?? expect.fail('no slot');
  const wanted = {
    attempt,
    replaces: null,
    offer,
    opening,
    at: world.clock.now(),
    relayNotBefore: world.clock.now(),
  };
  expect(await world.store.writeBacks.wantBooking(wanted)).not.toBeNull();
  await world.ends(attempt);
  await apply(attempt, made(offer, 'no_decision'));
  expect(await world.row('select state from offer')).toEqual({ state: 'accepted' });
  expect(await world.offers(slot, 'joe')).toBeNull();
  expect(await world.store.fill.releaseExpired(slot, plusMs(EVENING, HOUR_MS))).toBe(false);
});
