import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING } from '../support/night.ts';
import { storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();

/** A slot that came free, and people who wait for one. */
async function freedFor(...names: readonly string[]) {
  await world.lists('ada', ...names.map((name) => ({ name, hours: null })));
  for (const name of names) await world.waits(name);
  await world.plan();
  return world.frees('ada');
}

describe('reserving', () => {
  test('makes the offer, its contact and its call, and comes back when it runs out', async () => {
    const slot = await freedFor('wes');
    const now = world.clock.now();
    const reserved = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
    expect(reserved.fence).toBe(1);
    expect(
      await world.row('select id, slot_id, waitlist_entry_id, fence, state, expires_at from offer'),
    ).toEqual({
      id: reserved.offer,
      slot_id: slot,
      waitlist_entry_id: 'wait-wes',
      fence: 1,
      state: 'open',
      expires_at: new Date(plusMs(now, 10 * MINUTE_MS)),
    });
    expect(
      await world.row('select key, purpose, state, offer_id, run_id from contact where id = $1', [
        reserved.contact,
      ]),
    ).toEqual({
      key: `offer-${reserved.offer}`,
      purpose: 'offer',
      state: 'queued',
      offer_id: reserved.offer,
      run_id: (await world.row<{ id: string }>('select id from campaign_run')).id,
    });
    expect(
      await world.sql(`select queue, job_id, due_at from outbox where created_at = $1 order by due_at`, [
        new Date(now),
      ]),
    ).toEqual([
      { queue: 'call', job_id: `call-${reserved.contact}-0`, due_at: new Date(now) },
      { queue: 'fill', job_id: `fill-${slot}-expiry-1`, due_at: new Date(plusMs(now, 10 * MINUTE_MS)) },
    ]);
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('reserved');
  });

  test('of ten who want one slot at once exactly one gets it', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    const slot = await freedFor(...names);
    const won = (
      await Promise.all(
        names.map((name, n) => world.offers(slot, name, n % 2 === 0 ? world.store : world.another())),
      )
    ).filter((reserved) => reserved !== null);
    expect(won).toHaveLength(1);
    expect(await world.count('offer')).toBe(1);
    expect(await world.count(`contact where purpose = 'offer'`)).toBe(1);
  });

  test('one person is never in two offers, however many slots want them at once', async () => {
    await world.lists('ada', 'bea', 'cyd', { name: 'wes', hours: null });
    await world.waits('wes');
    await world.plan();
    const slots = [await world.frees('ada'), await world.frees('bea'), await world.frees('cyd')];
    const won = (
      await Promise.all(
        slots.map((slot, n) => world.offers(slot, 'wes', n === 1 ? world.another() : world.store)),
      )
    ).filter((reserved) => reserved !== null);
    expect(won).toHaveLength(1);
    expect(await world.count(`offer where state = 'open'`)).toBe(1);
  });

  test('is refused for a slot that still cools, and for an entry that waits no longer', async () => {
    await world.lists('ada', { name: 'wes', hours: null });
    await world.waits('wes');
    await world.plan();
    const slot = await world.frees('ada');
    await world.sql('update slot set cool_until = $1', [new Date(plusMs(world.clock.now(), 1))]);
    expect(await world.offers(slot, 'wes')).toBeNull();
    await world.clock.advance(1);
    await world.sql(`update waitlist_entry set state = 'fulfilled'`);
    expect(await world.offers(slot, 'wes')).toBeNull();
    await world.sql(`update waitlist_entry set state = 'active'`);
    expect(await world.offers(slot, 'wes')).not.toBeNull();
  });

  test.each(['reserved', 'taken_externally', 'past', 'unfilled'])(
    'is refused for a slot that is %s',
    async (state) => {
      const slot = await freedFor('wes');
      await world.sql('update slot set state = $1, fence = 1', [state]);
      expect(await world.offers(slot, 'wes')).toBeNull();
      expect(await world.count('offer')).toBe(0);
    },
  );
});

describe('a reservation that ran out', () => {
  const EXPIRY = 10 * MINUTE_MS;

  test('gives the slot back, once, and its contact is over', async () => {
    const slot = await freedFor('wes', 'joe');
    const reserved = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
    const at = plusMs(world.clock.now(), EXPIRY);
    expect(await world.store.fill.releaseExpired(slot, plusMs(at, -1))).toBe(false);
    const released = await Promise.all(
      [world.store, world.another()].map((store) => store.fill.releaseExpired(slot, at)),
    );
    expect(released.filter(Boolean)).toHaveLength(1);
    expect(await world.row('select state, because from contact where id = $1', [reserved.contact])).toEqual({
      state: 'expired',
      because: 'offer_expired',
    });
    expect(await world.row('select state, ended_at from offer')).toEqual({
      state: 'expired',
      ended_at: new Date(at),
    });
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('open');
    expect(await world.offers(slot, 'joe')).toMatchObject({ fence: 2 });
  });

  test('is kept while the call that makes the offer goes on, and until its outcome is applied', async () => {
    const slot = await freedFor('wes');
    await world.offers(slot, 'wes');
    const at = plusMs(world.clock.now(), EXPIRY);
    const attempt = await world.calls('wes');
    expect(await world.store.fill.releaseExpired(slot, at)).toBe(false);
    await world.ends(attempt, 'busy');
    expect(await world.store.fill.releaseExpired(slot, at)).toBe(false);
    const contact = { kind: 'call_again', notBefore: at, because: 'busy' } as const;
    await world.store.outcomes.apply(
      attempt,
      { outcomes: [], writeBacks: [], suppressions: [], callbacks: [], offer: null, contact },
      at,
    );
    expect(await world.store.fill.releaseExpired(slot, at)).toBe(true);
  });
});

describe('settling a slot', () => {
  test('gives it a state and a reason; held, it comes back at its time', async () => {
    const slot = await freedFor();
    const again = plusMs(EVENING, 12 * HOUR_MS);
    await world.store.fill.settle(slot, 'open', 'quiet_hours', again);
    await world.store.fill.settle(slot, 'open', 'quiet_hours', again);
    expect(await world.row('select state, because from slot')).toEqual({
      state: 'open',
      because: 'quiet_hours',
    });
    expect(
      await world.row('select due_at from outbox where job_id = $1', [`fill-${slot}-0-held-${again}`]),
    ).toEqual({ due_at: new Date(again) });
    await world.store.fill.settle(slot, 'unfilled', 'nobody', null);
    expect(await world.row('select state, because from slot')).toEqual({
      state: 'unfilled',
      because: 'nobody',
    });
  });

  test.each(['reserved', 'taken_externally', 'past'])('does not touch one that is %s', async (state) => {
    const slot = await freedFor();
    await world.sql('update slot set state = $1, fence = 1', [state]);
    await world.store.fill.settle(slot, 'open', 'quiet_hours', EVENING);
    expect(await world.row('select state, because from slot')).toEqual({ state, because: null });
    expect(await world.count(`outbox where job_id like '%-held-%'`)).toBe(0);
  });
});
