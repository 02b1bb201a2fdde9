import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../src/domain/callEvent.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from '../support/night.ts';
import { phoneOf, storeWorld, systemAppointment, systemPatient } from '../support/storeFixtures.ts';

const world = storeWorld();
const upsert = (batch: Partial<Parameters<typeof world.store.mirror.upsert>[0]>) =>
  world.store.mirror.upsert({ patients: [], appointments: [], unreadable: [], seenAt: EVENING, ...batch });
const version = (value: string, over: Partial<ReturnType<typeof systemAppointment>> = {}) =>
  systemAppointment({ name: 'ada', appointment: { version: of(value), ...over } });
const links = () =>
  world.sql(
    'select p.external, l.phone, l.status from patient_phone l join patient p on p.id = l.patient_id order by 1, 2',
  );

const listedSlot = (status: string, start = EVENING) => ({
  external: of<never>('s1'),
  status,
  start,
  end: plusMs(start, HOUR_MS),
});
const event = (atMs: number): CallEvent => ({ kind: 'barge_in', atMs, heardUpToMs: 1 });

describe('the mirror of appointments', () => {
  test('takes what it is given, and finds it by id, by external id and by start', async () => {
    await world.lists({ name: 'late', hours: 31 }, { name: 'early', hours: 30 }, { name: 'out', hours: 32 });
    const early = await world.appointment('early');
    expect(early).toEqual({
      id: expect.any(String),
      external: 'ext-early',
      version: '1',
      status: 'booked',
      participation: 'needs-action',
      patient: await world.patient('early'),
      location: 'chicago',
      provider: 'patel',
      visitType: 'cleaning',
      slots: ['slot-early'],
      start: plusMs(EVENING, 30 * HOUR_MS),
      end: plusMs(EVENING, 30 * HOUR_MS + 30 * MINUTE_MS),
    });
    expect(await world.store.mirror.appointment(early.id)).toEqual(early);
    const found = await world.store.mirror.startingIn({
      from: early.start,
      to: plusMs(EVENING, 32 * HOUR_MS),
    });
    expect(found.map(({ external }) => external)).toEqual(['ext-early', 'ext-late']);
    expect(await world.store.mirror.appointment(of('nothing'))).toBeNull();
    expect(await world.store.mirror.byExternal(of('nothing'))).toBeNull();
  });

  test('an older version never overwrites a newer one; the same one may say more', async () => {
    await world.lists('ada');
    const { id } = await world.appointment('ada');
    await upsert({ appointments: [version('10', { status: 'arrived' })] });
    await upsert({ appointments: [version('9', { status: 'cancelled' })] });
    expect(await world.appointment('ada')).toMatchObject({ id, version: '10', status: 'arrived' });
    await upsert({ appointments: [version('10', { participation: 'accepted' })] });
    expect(await world.appointment('ada')).toMatchObject({ participation: 'accepted', status: 'booked' });
    await upsert({ appointments: [version('W/"abc"', { status: 'noshow' })] });
    expect(await world.appointment('ada')).toMatchObject({ version: 'W/"abc"', status: 'noshow' });
  });

  test('what is listed twice in one batch is taken once, at its newest', async () => {
    const ada = systemPatient({ name: 'ada' });
    const answer = await upsert({
      patients: [ada, { ...ada, givenName: 'Adele' }],
      appointments: [
        version('2', { status: 'arrived' }),
        version('1'),
        version('2', { status: 'fulfilled' }),
      ],
    });
    expect(answer).toEqual({ patients: 2, appointments: 3, quarantined: 0 });
    expect(await world.appointment('ada')).toMatchObject({ version: '2', status: 'fulfilled' });
    expect(await world.row('select given_name from patient')).toEqual({ given_name: 'Adele' });
  });

  test('what cannot be mirrored is set aside with its reason, once, and the rest goes on', async () => {
    const batch = {
      patients: [systemPatient({ name: 'ada' })],
      appointments: [
        version('1'),
        systemAppointment({ name: 'stranger' }),
        version('1', { external: of('no-place'), location: null }),
        version('1', { external: of('other-place'), location: of('loc-nowhere') }),
        version('1', { external: of('backwards'), end: EVENING }),
      ],
      unreadable: [
        { external: 'naive', field: 'start', reason: 'naive_time' as const },
        { external: 'naive', field: 'start', reason: 'naive_time' as const },
      ],
    };
    expect(await upsert(batch)).toEqual({ patients: 1, appointments: 1, quarantined: 6 });
    await upsert(batch);
    expect(
      await world.sql('select source, external, field, reason from quarantined_row order by external'),
    ).toEqual([
      { source: 'scheduling system', external: 'backwards', field: 'end', reason: 'missing' },
      { source: 'scheduling system', external: 'ext-stranger', field: 'patient', reason: 'missing' },
      { source: 'scheduling system', external: 'naive', field: 'start', reason: 'naive_time' },
      { source: 'scheduling system', external: 'no-place', field: 'location', reason: 'missing' },
      { source: 'scheduling system', external: 'other-place', field: 'location', reason: 'missing' },
    ]);
  });

  test('a known appointment whose new version cannot be mirrored is set aside too; one that is merely older is not', async () => {
    await world.lists('ada');
    await upsert({ appointments: [version('5')] });
    const answer = await upsert({ appointments: [version('6', { location: of('loc-nowhere') })] });
    expect(answer).toEqual({ patients: 0, appointments: 0, quarantined: 1 });
    expect(await upsert({ appointments: [version('4')] })).toEqual({
      patients: 0,
      appointments: 1,
      quarantined: 0,
    });
  });

  test('rows of an import are set aside once, with their line', async () => {
    const row = { source: 'people.csv', line: 7, external: 'x', field: 'phone', reason: 'impossible' };
    await world.store.mirror.quarantine([row, row, { ...row, line: 8 }]);
    await world.store.mirror.quarantine([row]);
    expect(await world.sql('select line from quarantined_row order by line')).toEqual([
      { line: 7 },
      { line: 8 },
    ]);
    await world.store.mirror.quarantine([]);
  });
});

describe('the mirror of people', () => {
  test('a number that is listed no longer is not rung; a wrong one keeps its mark', async () => {
    await world.lists('ada');
    await upsert({ patients: [systemPatient({ name: 'ada', rawPhone: '312-555-0190' })] });
    expect(await links()).toEqual([{ external: 'pat-ada', phone: '+13125550190', status: 'active' }]);
    await world.sql(`update patient_phone set status = 'wrong_number'`);
    await upsert({ patients: [systemPatient({ name: 'ada' })] });
    const own = { external: 'pat-ada', phone: phoneOf('ada'), status: 'active' };
    expect(await links()).toEqual(
      expect.arrayContaining([own, { external: 'pat-ada', phone: '+13125550190', status: 'wrong_number' }]),
    );
    await upsert({ patients: [systemPatient({ name: 'ada', rawPhone: '' })] });
    expect(await links()).toEqual([{ external: 'pat-ada', phone: '+13125550190', status: 'wrong_number' }]);
  });
});

describe('slots of an import', () => {
  test('are a free list, and never touch a slot of ours', async () => {
    expect(await world.store.mirror.importSlots([listedSlot('free')])).toBe(1);
    await world.store.mirror.importSlots([listedSlot('busy', plusMs(EVENING, HOUR_MS))]);
    const select = 'select state, because, start_at from slot';
    expect(await world.row(select)).toEqual({
      state: 'imported',
      because: 'busy',
      start_at: new Date(plusMs(EVENING, HOUR_MS)),
    });
    await world.sql(`update slot set state = 'open', freed_at = now(), because = null`);
    await world.store.mirror.importSlots([listedSlot('free')]);
    expect(await world.row(select)).toEqual({
      state: 'open',
      because: null,
      start_at: new Date(plusMs(EVENING, HOUR_MS)),
    });
  });
});

describe('the log of a call', () => {
  test('goes on where it ended, in order, and each call has its own', async () => {
    await world.lists('ada', 'bob');
    await world.plan();
    const [ada, bob] = [await world.calls('ada'), await world.calls('bob')];
    await world.store.journal.append(ada, [event(1), event(2)]);
    await world.store.journal.append(bob, [event(9)]);
    await world.store.journal.append(ada, []);
    await world.store.journal.append(ada, [event(3)]);
    expect(await world.store.journal.read(ada)).toEqual([event(1), event(2), event(3)]);
    expect(await world.store.journal.read(bob)).toEqual([event(9)]);
  });

  test('loses nothing and keeps each batch together when many write at once', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    const batches = Array.from({ length: 12 }, (_, n) => [
      event(n * 10),
      event(n * 10 + 1),
      event(n * 10 + 2),
    ]);
    await Promise.all(
      batches.map((batch, n) => (n % 2 === 0 ? world.store : world.another()).journal.append(attempt, batch)),
    );
    const read = (await world.store.journal.read(attempt)).map(({ atMs }) => atMs);
    expect(read).toHaveLength(36);
    for (let at = 0; at < 36; at += 3) {
      const first = read[at] ?? -1;
      expect(first % 10).toBe(0);
      expect(read.slice(at, at + 3)).toEqual([first, first + 1, first + 2]);
    }
    const { last } = await world.row<{ last: number }>('select max(seq) as last from call_event');
    expect(last).toBe(36);
  });

  test('is never changed and never shortened', async () => {
    await world.lists('ada');
    await world.plan();
    await world.store.journal.append(await world.calls('ada'), [event(1)]);
    await expect(world.sql('update call_event set at_ms = 2')).rejects.toThrow('append-only');
    await expect(world.sql('delete from call_event')).rejects.toThrow('append-only');
  });
});
