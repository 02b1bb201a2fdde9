/** Bookings: of a move, and of an accepted offer, with all that follows from their end. */
import { describe, expect, test } from 'vitest';
import type { OfferId, SlotId } from '../../src/domain/ids.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import type { Settlement } from '../../src/ports/store/writeBackStore.ts';
import { EVENING, of } from '../support/night.ts';
import { storeWorld, systemAppointment } from '../support/storeFixtures.ts';

const world = storeWorld();
const landed = (external: string): Settlement => ({
  kind: 'landed',
  external: of(external),
  version: of('1'),
  seen: null,
});
const slotRow = (external: string) =>
  world.row('select state, because, chain_depth, filled_by_offer_id from slot where external = $1', [
    external,
  ]);
const promise = () => world.row('select state, closed_at from promise');
const open = (external: string) => ({
  slot: of<never>(external),
  start: plusMs(EVENING, 50 * HOUR_MS),
  end: plusMs(EVENING, 51 * HOUR_MS),
  provider: null,
  spokenProvider: '',
});

/** Somebody's call in which a move to another time is booked. */
async function moves(name: string, to: string) {
  const { id: replaces } = await world.appointment(name);
  const attempt = await world.calls(name);
  const at = world.clock.now();
  const booking = await world.store.writeBacks.wantBooking({
    attempt,
    replaces,
    offer: null,
    opening: open(to),
    at,
    relayNotBefore: at,
  });
  return { attempt, replaces, booking: booking ?? expect.fail('not wanted') };
}

/** Somebody of the waitlist says yes to a slot; the booking is wanted. */
async function accepts(slot: SlotId, name: string) {
  const { offer } = (await world.offers(slot, name)) ?? expect.fail('not reserved');
  const attempt = await world.calls(name);
  const at = world.clock.now();
  const subject = (await world.store.calls.subject(attempt))?.offer ?? expect.fail('no offer');
  // What is given up is the entry's to say, not the call's.
  const wanted = { attempt, replaces: null, offer, opening: subject.opening, at, relayNotBefore: at };
  const booking = (await world.store.writeBacks.wantBooking(wanted)) ?? expect.fail('not wanted');
  return { attempt, offer, booking, wanted };
}

async function hangsUp(
  attempt: Awaited<ReturnType<typeof accepts>>['attempt'],
  offer: OfferId,
): Promise<void> {
  await world.ends(attempt);
  await world.store.outcomes.apply(
    attempt,
    {
      outcomes: [{ appointment: null, offer, kind: 'accepted_offer' }],
      writeBacks: [],
      suppressions: [],
      callbacks: [],
      offer: { offer, became: 'accepted' },
      contact: { kind: 'stop', state: 'resolved', because: 'accepted_offer' },
    },
    world.clock.now(),
  );
}

async function waitlisted(hours: number | null = null): Promise<SlotId> {
  await world.lists('ada', { name: 'wes', hours }, { name: 'joe', hours: null });
  await world.waits('wes', { holdsExternal: hours === null ? null : of('ext-wes') });
  await world.waits('joe');
  await world.plan();
  return world.frees('ada');
}

describe('a move', () => {
  test('cancels the old appointment only after the new one has landed', async () => {
    await world.lists('ada');
    await world.plan();
    const { booking, replaces } = await moves('ada', 'slot-new');
    await world.settles(booking, { kind: 'accepted' });
    expect(await world.commands()).toHaveLength(1);
    expect(await promise()).toEqual({ state: 'open', closed_at: null });
    await world.settles(booking, landed('ext-new'));
    expect((await world.commands()).map(({ command }) => command)).toEqual([
      expect.objectContaining({ kind: 'book' }),
      { kind: 'cancel', appointment: replaces, external: 'ext-ada', version: '1', reason: 'pat-crs' },
    ]);
    expect(await promise()).toEqual({ state: 'kept', closed_at: new Date(EVENING) });
    expect(await world.store.mirror.byExternal(of('ext-new'))).toMatchObject({
      status: 'booked',
      participation: 'accepted',
      patient: await world.patient('ada'),
      start: open('slot-new').start,
      slots: ['slot-new'],
    });
    expect(await world.count('slot')).toBe(0);
    const [, cancel] = await world.commands();
    await world.settles(cancel?.id ?? expect.fail('no cancel'), landed('ext-ada'));
    expect(await slotRow('slot-ada')).toMatchObject({ state: 'cooling', chain_depth: 0 });
  });

  test('into a slot of ours takes it off the waitlist’s round, also from under a reservation', async () => {
    const slot = await waitlisted();
    await world.offers(slot, 'wes');
    await world.lists({ name: 'eve', hours: 31 });
    await world.plan(undefined, '2026-11-24');
    const { booking } = await moves('eve', 'slot-ada');
    await world.settles(booking, landed('ext-eve2'));
    expect(await slotRow('slot-ada')).toMatchObject({ state: 'taken_externally', because: 'moved_into' });
    await world.claim('wes', {}, (facts) => {
      expect(facts.reservationHolds).toBe(false);
      return { kind: 'never', because: 'offer_withdrawn', rules: [] };
    });
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('taken_externally');
  });

  test('that came to nothing breaks the promise: heard on the line, or rung back', async () => {
    await world.lists('ada', 'bob');
    await world.plan();
    const ada = await moves('ada', 'slot-new');
    await world.settles(ada.booking, { kind: 'superseded', reason: 'slot_taken', seen: null });
    expect(await promise()).toMatchObject({ state: 'broken' });
    expect(await world.count('callback')).toBe(0);
    const bob = await moves('bob', 'slot-new');
    await world.ends(bob.attempt);
    await world.settles(bob.booking, { kind: 'superseded', reason: 'slot_taken', seen: null });
    expect(await world.row('select reason, appointment_id, attempt_id from callback')).toEqual({
      reason: 'superseded_by_staff',
      appointment_id: bob.replaces,
      attempt_id: bob.attempt,
    });
    expect(await world.count(`promise where state = 'broken'`)).toBe(2);
    expect(await world.count(`write_back where kind = 'cancel'`)).toBe(0);
  });

  test('that is dead breaks the promise and is rung back, also from the line', async () => {
    await world.lists('ada');
    await world.plan();
    const { booking } = await moves('ada', 'slot-new');
    await world.settles(booking, { kind: 'dead', code: 'rejected_400' });
    expect(await promise()).toMatchObject({ state: 'broken' });
    expect(await world.row('select reason from callback')).toEqual({ reason: 'write_back_failed' });
  });
});

describe('an accepted offer', () => {
  test('that landed: slot booked, entry fulfilled, offer landed, promise kept', async () => {
    const slot = await waitlisted();
    const { attempt, offer, booking } = await accepts(slot, 'wes');
    await hangsUp(attempt, offer);
    await world.settles(booking, landed('ext-wes2'));
    expect(await slotRow('slot-ada')).toMatchObject({
      state: 'booked',
      because: null,
      filled_by_offer_id: offer,
    });
    expect(await world.row('select state from offer')).toEqual({ state: 'landed' });
    expect(await world.row(`select state from waitlist_entry where id = 'wait-wes'`)).toEqual({
      state: 'fulfilled',
    });
    expect(await promise()).toMatchObject({ state: 'kept' });
    expect(await world.count(`write_back where kind = 'cancel' and offer_id is not null`)).toBe(0);
    expect(await world.offers(slot, 'joe')).toBeNull();
    await world.store.fill.settle(slot, 'open', 'late', EVENING);
    expect(await slotRow('slot-ada')).toMatchObject({ state: 'booked' });
  });

  test('may land while they are still on the line', async () => {
    const slot = await waitlisted();
    const { attempt, offer, booking } = await accepts(slot, 'wes');
    await world.settles(booking, landed('ext-wes2'));
    await hangsUp(attempt, offer);
    expect(await world.row('select state from offer')).toEqual({ state: 'landed' });
    expect(await slotRow('slot-ada')).toMatchObject({ state: 'booked' });
  });

  test('gives up the later appointment for the next of the chain, one link deeper each time', async () => {
    const slot = await waitlisted(60);
    const { attempt, offer, booking } = await accepts(slot, 'wes');
    await hangsUp(attempt, offer);
    await world.settles(booking, landed('ext-wes2'));
    const [cancel] = await world.commands(`kind = 'cancel' and offer_id is not null`);
    expect(cancel?.command).toMatchObject({ external: 'ext-wes', reason: 'pat-swl' });
    expect(await world.count(`slot where external = 'slot-wes'`)).toBe(0);
    const freed =
      (await world.settles(cancel?.id ?? expect.fail('no cancel'), landed('ext-wes'))) ??
      expect.fail('not freed');
    expect(await slotRow('slot-wes')).toMatchObject({ state: 'cooling', chain_depth: 1 });
    await world.clock.advance(MINUTE_MS);
    await world.lists({ name: 'joe', hours: 65 });
    await world.waits('joe', { holdsExternal: of('ext-joe') });
    const next = await accepts(freed, 'joe');
    await hangsUp(next.attempt, next.offer);
    await world.settles(next.booking, landed('ext-joe2'));
    const [deeper] = await world.commands(`kind = 'cancel' and offer_id = '${next.offer}'`);
    await world.settles(deeper?.id ?? expect.fail('no cancel'), landed('ext-joe'));
    expect(await slotRow('slot-joe')).toMatchObject({ chain_depth: 2 });
  });

  test('a filled slot that is given up goes round again, and its old offer is history', async () => {
    const slot = await waitlisted();
    const { attempt, offer, booking } = await accepts(slot, 'wes');
    await hangsUp(attempt, offer);
    const seen = { ...systemAppointment({ name: 'wes', appointment: { slots: [of('slot-ada')] } }) };
    await world.settles(booking, { kind: 'landed', external: seen.external, version: seen.version, seen });
    await world.plan(undefined, '2026-11-24');
    expect(await world.frees('wes')).toBe(slot);
    expect(await slotRow('slot-ada')).toEqual({
      state: 'cooling',
      because: null,
      chain_depth: 0,
      filled_by_offer_id: null,
    });
    expect(await world.row('select state from offer')).toEqual({ state: 'closed' });
    expect(await world.offers(slot, 'joe')).toMatchObject({ fence: 2 });
  });

  test.each([
    [
      'slot_taken',
      { kind: 'superseded', reason: 'slot_taken', seen: null },
      'taken_externally',
      'slot_taken',
      'superseded_by_staff',
    ],
    [
      'gone',
      { kind: 'superseded', reason: 'gone', seen: null },
      'taken_externally',
      'slot_taken',
      'superseded_by_staff',
    ],
    ['dead', { kind: 'dead', code: 'rejected_400' }, 'unfilled', 'write_back_failed', 'write_back_failed'],
  ] as const)(
    'whose booking came to nothing (%s) is lost: they wait on, first in line, and are rung back',
    async (_name, settlement, state, because, reason) => {
      const slot = await waitlisted();
      const { attempt, offer, booking } = await accepts(slot, 'wes');
      await hangsUp(attempt, offer);
      await world.settles(booking, settlement);
      expect(await world.row('select state from offer')).toEqual({ state: 'lost_slot' });
      expect(await slotRow('slot-ada')).toMatchObject({ state, because });
      expect(await world.row(`select state, boost from waitlist_entry where id = 'wait-wes'`)).toEqual({
        state: 'active',
        boost: 1,
      });
      expect(await world.row('select reason, patient_id from callback')).toEqual({
        reason,
        patient_id: await world.patient('wes'),
      });
      expect(await promise()).toMatchObject({ state: 'broken' });
      expect(await world.count(`write_back where kind = 'cancel' and offer_id is not null`)).toBe(0);
    },
  );
});

describe('the fence', () => {
  test('the same wish is the same row, also after it landed', async () => {
    const slot = await waitlisted();
    const { booking, wanted } = await accepts(slot, 'wes');
    expect(await world.store.writeBacks.wantBooking(wanted)).toBe(booking);
    await world.settles(booking, landed('ext-wes2'));
    expect(await world.store.writeBacks.wantBooking(wanted)).toBe(booking);
    expect(await world.count(`write_back where kind = 'book'`)).toBe(1);
    expect(await world.row(`select fence from write_back where kind = 'book'`)).toEqual({ fence: 1 });
  });

  test('nothing is booked for an offer that has ended, lost its slot, or is somebody else’s', async () => {
    const slot = await waitlisted();
    const { offer } = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
    const attempt = await world.calls('wes');
    const at = world.clock.now();
    const wanted = { attempt, replaces: null, offer, opening: open('slot-ada'), at, relayNotBefore: at };
    const wants = () => world.store.writeBacks.wantBooking(wanted);
    await world.sql(`update slot set state = 'taken_externally'`);
    expect(await wants()).toBeNull();
    await world.sql(`update slot set state = 'reserved', fence = 2`);
    expect(await wants()).toBeNull();
    await world.sql(`update slot set fence = 1`);
    await world.sql(`update offer set state = 'declined', ended_at = now()`);
    expect(await wants()).toBeNull();
    await world.sql(`update offer set state = 'open', ended_at = null`);
    await world.lists({ name: 'eve', hours: 31 });
    await world.plan(undefined, '2026-11-24');
    const other = await world.calls('eve');
    expect(await world.store.writeBacks.wantBooking({ ...wanted, attempt: other })).toBeNull();
    expect(await world.count('promise')).toBe(0);
    expect(await wants()).not.toBeNull();
  });

  test('a booking is never sent under an older reservation: it is over, and a person rings back', async () => {
    const slot = await waitlisted();
    const { attempt, booking } = await accepts(slot, 'wes');
    await world.ends(attempt);
    await world.sql('update slot set fence = 2');
    expect(await world.store.writeBacks.take(booking, EVENING, MINUTE_MS)).toBeNull();
    expect(await world.row(`select state, tries from write_back where kind = 'book'`)).toEqual({
      state: 'superseded',
      tries: 0,
    });
    expect(await world.row('select reason from callback')).toEqual({ reason: 'superseded_by_staff' });
    expect(await promise()).toMatchObject({ state: 'broken' });
    expect(await world.row('select state from slot where id = $1', [slot])).toEqual({ state: 'reserved' });
  });
});
