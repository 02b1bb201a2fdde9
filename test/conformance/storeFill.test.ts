import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, location, of, practice } from '../support/night.ts';
import { EMPTY_IMPORT, phoneOf, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
const SOON = MINUTE_MS;

/** A slot that came free, and people who wait for one. */
async function freedFor(...names: readonly string[]) {
  await world.lists('ada', ...names.map((name) => ({ name, hours: null })));
  for (const name of names) await world.waits(name);
  await world.plan();
  return world.frees('ada');
}

describe('a freed slot', () => {
  test('is what its appointment was', async () => {
    const slot = await freedFor();
    expect(await world.store.fill.freedSlot(slot)).toEqual({
      slot,
      state: 'cooling',
      opening: {
        slot: 'slot-ada',
        start: plusMs(EVENING, 30 * HOUR_MS),
        end: plusMs(EVENING, 30 * HOUR_MS + 30 * MINUTE_MS),
        provider: 'patel',
        spokenProvider: 'Doctor Patel',
      },
      location: 'chicago',
      provider: 'patel',
      visitType: 'cleaning',
      minutes: 30,
      freedAt: EVENING,
      chainDepth: 0,
    });
    expect(await world.store.fill.freedSlot(of('nothing'))).toBeNull();
  });

  test('is not one that an import merely listed', async () => {
    await world.store.mirror.importSlots([
      { external: of('s'), status: 'free', start: EVENING, end: plusMs(EVENING, SOON) },
    ]);
    const { id } = await world.row<{ id: string }>('select id from slot');
    expect(await world.store.fill.freedSlot(of(id))).toBeNull();
  });
});

describe('candidates', () => {
  test('are the active entries of the place whose people are known, with all that decides', async () => {
    await world.store.practice.save({
      ...EMPTY_IMPORT,
      practice: practice({
        locations: [location(), location({ id: of('denver'), external: of('loc-denver') })],
      }),
    });
    await world.lists(
      'ada',
      { name: 'wes', hours: 60 },
      { name: 'far', hours: null },
      { name: 'had', hours: null },
    );
    await world.waits('wes', {
      holdsExternal: of('ext-wes'),
      priority: 2,
      provider: of('lee'),
      minNoticeMs: 5,
    });
    await world.waits('far', { locations: [of('denver')] });
    await world.waits('had');
    await world.waits('stranger');
    await world.sql(`update waitlist_entry set state = 'fulfilled' where id = 'wait-had'`);
    await world.plan();
    const slot = await world.frees('ada');
    const candidates = await world.store.fill.candidates(slot, EVENING);
    const held = await world.appointment('wes');
    expect(candidates).toEqual([
      {
        entry: {
          id: 'wait-wes',
          patient: await world.patient('wes'),
          locations: ['chicago'],
          visitType: 'cleaning',
          provider: 'lee',
          available: [],
          priority: 2,
          joinedAt: plusMs(EVENING, -24 * HOUR_MS),
          minNoticeMs: 5,
          holds: held.id,
          holdsStart: held.start,
          offersReceived: 0,
          lastOfferedAt: null,
          boost: 0,
        },
        patient: expect.objectContaining({ givenName: 'Wes', phone: phoneOf('wes') }),
        consents: [],
        phoneSuppressed: false,
        suppressed: false,
        ledger: [],
        offeredThisSlot: false,
        offersToday: 0,
        engaged: false,
      },
    ]);
    expect(await world.store.fill.candidates(of('nothing'), EVENING)).toEqual([]);
  });

  test('an appointment that is booked no longer is not given up', async () => {
    await world.lists('ada', { name: 'wes', hours: 60, appointment: { status: 'cancelled' } });
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    await world.plan();
    const [wes] = await world.store.fill.candidates(await world.frees('ada'), EVENING);
    expect(wes?.entry).toMatchObject({ holds: null, holdsStart: null });
  });

  test('know of opt-outs, consents, earlier calls and earlier offers', async () => {
    const slot = await freedFor('wes', 'joe', 'sue');
    await world.store.practice.save({
      ...EMPTY_IMPORT,
      consents: [{ patientExternal: of('pat-wes'), kind: 'voice', source: 'form', grantedAt: EVENING }],
      suppressions: [
        { phone: of(phoneOf('joe')), patientExternal: null, reason: 'opted_out' },
        { phone: null, patientExternal: of('pat-sue'), reason: 'deceased' },
      ],
    });
    const reserved = await world.offers(slot, 'wes');
    const seen = async (now = world.clock.now()) => {
      const all = await world.store.fill.candidates(slot, now);
      return (name: string) =>
        all.find((candidate) => candidate.entry.id === `wait-${name}`) ?? expect.fail(name);
    };
    let look = await seen();
    expect(look('wes')).toMatchObject({
      engaged: true,
      offeredThisSlot: true,
      offersToday: 1,
      consents: [{ kind: 'voice' }],
    });
    expect(look('wes').entry).toMatchObject({ offersReceived: 1, lastOfferedAt: world.clock.now() });
    expect(look('joe')).toMatchObject({ engaged: false, phoneSuppressed: true, suppressed: false });
    expect(look('sue')).toMatchObject({ phoneSuppressed: false, suppressed: true });
    await world.talksWith('wes', {
      offer: { offer: reserved?.offer ?? expect.fail('no offer'), became: 'declined' },
    });
    look = await seen();
    expect(look('wes')).toMatchObject({ engaged: false, offeredThisSlot: true });
    expect(look('wes').ledger.map((entry) => entry.disposition)).toEqual(['answered_human']);
    look = await seen(plusMs(EVENING, 24 * HOUR_MS));
    expect(look('wes')).toMatchObject({ offersToday: 0, offeredThisSlot: true });
  });

  test('who is on the phone about something else is engaged', async () => {
    await world.lists('ada', 'wes');
    await world.waits('wes');
    await world.plan();
    const slot = await world.frees('ada');
    const engaged = async () => (await world.store.fill.candidates(slot, EVENING))[0]?.engaged;
    expect(await engaged()).toBe(false);
    const attempt = await world.calls('wes');
    expect(await engaged()).toBe(true);
    await world.store.calls.progress(attempt, { status: 'answered' }, EVENING);
    expect(await engaged()).toBe(true);
  });
});

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
