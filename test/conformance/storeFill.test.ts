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
