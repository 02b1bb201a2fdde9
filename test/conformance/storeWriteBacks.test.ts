import { beforeEach, describe, expect, test } from 'vitest';
import type { WriteBackId } from '../../src/domain/ids.ts';
import { MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import type { Settlement } from '../../src/ports/store/writeBackStore.ts';
import { EVENING, of } from '../support/night.ts';
import { storeWorld, systemAppointment } from '../support/storeFixtures.ts';

const world = storeWorld();
const take = (id: WriteBackId, now = world.clock.now(), store = world.store) =>
  store.writeBacks.take(id, now, MINUTE_MS);
const landed = (external: string, version = '2'): Settlement => ({
  kind: 'landed',
  external: of(external),
  version: of(version),
  seen: null,
});
const retry: Settlement = { kind: 'retry', notBefore: plusMs(EVENING, 5_000), code: 'unavailable' };
const slots = () => world.sql('select external, state from slot');

async function decided(name: string, kind: 'confirm' | 'cancel'): Promise<WriteBackId> {
  const { id: appointment } = await world.appointment(name);
  const command =
    kind === 'confirm' ? { kind, appointment } : { kind, appointment, reason: 'pat-crs' as const };
  const outcome = kind === 'confirm' ? 'confirmed' : 'cancelled';
  const attempt = await world.talksWith(name, {
    outcomes: [{ appointment, offer: null, kind: outcome }],
    writeBacks: [command],
    contact: { kind: 'call_again', notBefore: EVENING, because: 'busy' },
  });
  const [row] = await world.commands(`attempt_id = '${attempt}'`);
  return row?.id ?? expect.fail('no command');
}

beforeEach(async () => {
  await world.lists('ada');
  await world.plan();
});

describe('taking a command', () => {
  test('gives all that it needs, says how it stood before, and counts the try', async () => {
    const id = await decided('ada', 'cancel');
    const { id: appointment } = await world.appointment('ada');
    const first = await take(id);
    expect(first).toEqual({
      id,
      key: expect.stringMatching(/^[0-9a-f]{32}$/),
      state: 'pending',
      tries: 1,
      command: { kind: 'cancel', appointment, external: 'ext-ada', version: '1', reason: 'pat-crs' },
      createdAt: EVENING,
    });
    await world.store.writeBacks.settle(id, { kind: 'unknown' }, EVENING, EVENING);
    expect(await take(id)).toEqual({ ...first, state: 'unknown', tries: 2 });
    expect(await take(of('nothing'))).toBeNull();
  });

  test('is for one at a time, until its lease runs out', async () => {
    const id = await decided('ada', 'confirm');
    const taken = await Promise.all([take(id), take(id, EVENING, world.another()), take(id)]);
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
    expect(await take(id, plusMs(EVENING, MINUTE_MS - 1))).toBeNull();
    expect(await take(id, plusMs(EVENING, MINUTE_MS))).toMatchObject({ state: 'sending', tries: 2 });
  });

  test('nothing overtakes an earlier command for the same appointment, whatever holds that up', async () => {
    const [confirm, cancel] = [await decided('ada', 'confirm'), await decided('ada', 'cancel')];
    const heldUp: readonly Settlement[] = [retry, { kind: 'unknown' }, { kind: 'accepted' }];
    expect(await take(cancel)).toBeNull();
    for (const settlement of heldUp) {
      await world.settles(confirm, settlement);
      expect(await take(cancel)).toBeNull();
    }
    await world.settles(confirm, landed('ext-ada'));
    expect(await take(cancel)).not.toBeNull();
  });

  test('commands for other appointments go on meanwhile', async () => {
    await world.lists('bob');
    await world.plan(undefined, '2026-11-24');
    await decided('ada', 'confirm');
    expect(await take(await decided('bob', 'confirm'))).not.toBeNull();
  });

  test.each([
    ['landed', landed('ext-ada')],
    ['superseded', { kind: 'superseded', reason: 'gone', seen: null }],
    ['dead', { kind: 'dead', code: 'rejected_400' }],
  ] as const)(
    'one that is %s is over: it is not taken, and no later answer changes it',
    async (state, settlement) => {
      const id = await decided('ada', 'confirm');
      expect((await world.store.writeBacks.unsettled()).map((row) => row.id)).toEqual([id]);
      await world.settles(id, settlement);
      expect(await take(id)).toBeNull();
      await world.store.writeBacks.settle(id, { kind: 'dead', code: 'late' }, plusMs(EVENING, 1), EVENING);
      await world.store.writeBacks.settle(id, landed('ext-other', '9'), plusMs(EVENING, 1), EVENING);
      expect(await world.row('select state, settled_at, lease_until from write_back')).toEqual({
        state,
        settled_at: new Date(EVENING),
        lease_until: null,
      });
      expect((await world.appointment('ada')).version).not.toBe('9');
      expect(await world.store.writeBacks.unsettled()).toEqual([]);
    },
  );

  test('what is not settled is listed, oldest first', async () => {
    await world.lists('bob');
    await world.plan(undefined, '2026-11-24');
    const first = await decided('ada', 'confirm');
    await world.clock.advance(1_000);
    const second = await decided('bob', 'confirm');
    await world.settles(second, retry);
    expect(await world.store.writeBacks.unsettled()).toEqual([
      { id: first, state: 'pending', since: EVENING },
      { id: second, state: 'retry_wait', since: plusMs(EVENING, 1_000) },
    ]);
  });
});

describe('an answer that ends nothing', () => {
  test.each([
    ['accepted', { kind: 'accepted' }, plusMs(EVENING, 2_000), null],
    ['unknown', { kind: 'unknown' }, plusMs(EVENING, 2_000), null],
    ['retry_wait', retry, plusMs(EVENING, 5_000), 'unavailable'],
  ] as const)(
    '%s: it comes back in its time, with a job of its own each time',
    async (state, settlement, dueAt, code) => {
      const id = await decided('ada', 'confirm');
      await world.settles(id, settlement);
      expect(await world.row('select state, code, settled_at, lease_until from write_back')).toEqual({
        state,
        code,
        settled_at: null,
        lease_until: null,
      });
      await world.settles(id, settlement);
      const jobs = await world.sql(
        `select job_id, due_at from outbox where queue = 'writeback' order by job_id`,
      );
      expect(jobs).toEqual([
        { job_id: `writeback-${id}-0`, due_at: new Date(EVENING) },
        { job_id: `writeback-${id}-1`, due_at: new Date(dueAt) },
        { job_id: `writeback-${id}-2`, due_at: new Date(dueAt) },
      ]);
      expect(await slots()).toEqual([]);
      expect(await world.count('callback')).toBe(0);
    },
  );
});

describe('a landed change', () => {
  test('confirmed: the mirror has it, and nothing comes free', async () => {
    const id = await decided('ada', 'confirm');
    expect(await world.settles(id, landed('ext-ada', '2'))).toBeNull();
    expect(await world.appointment('ada')).toMatchObject({
      status: 'booked',
      participation: 'accepted',
      version: '2',
    });
    expect(await world.row('select result_external from write_back')).toEqual({ result_external: 'ext-ada' });
    expect(await slots()).toEqual([]);
  });

  test('has the version that the system gave it, number or not', async () => {
    await world.settles(await decided('ada', 'confirm'), landed('ext-ada', 'W/"abc"'));
    expect(await world.appointment('ada')).toMatchObject({ participation: 'accepted', version: 'W/"abc"' });
    await world.settles(await decided('ada', 'cancel'), landed('ext-ada', '3'));
    expect(await world.appointment('ada')).toMatchObject({ status: 'cancelled', version: '3' });
  });

  test('cancelled: only now is the slot free, cooling, with the job that will fill it', async () => {
    const id = await decided('ada', 'cancel');
    expect(await slots()).toEqual([]);
    await world.settles(id, { kind: 'accepted' });
    expect(await slots()).toEqual([]);
    const freed = await world.settles(id, landed('ext-ada'));
    expect(await world.appointment('ada')).toMatchObject({
      status: 'cancelled',
      participation: 'needs-action',
      version: '2',
    });
    expect(await world.row('select id, external, state, freed_by, cool_until, run_id from slot')).toEqual({
      id: freed,
      external: 'slot-ada',
      state: 'cooling',
      freed_by: id,
      cool_until: new Date(plusMs(EVENING, MINUTE_MS)),
      run_id: (await world.row<{ id: string }>('select id from campaign_run')).id,
    });
    expect(await world.row(`select subject, due_at from outbox where queue = 'fill'`)).toEqual({
      subject: freed,
      due_at: new Date(plusMs(EVENING, MINUTE_MS)),
    });
  });

  test('cancelled twice: the slot comes free once', async () => {
    const [first, second] = [await decided('ada', 'cancel'), await decided('ada', 'cancel')];
    await world.settles(first, landed('ext-ada'));
    await world.sql(`update slot set state = 'taken_externally'`);
    expect(await world.settles(second, landed('ext-ada'))).toBeNull();
    expect(await slots()).toEqual([{ external: 'slot-ada', state: 'taken_externally' }]);
  });

  test('of an appointment without a slot frees none', async () => {
    await world.lists({ name: 'bob', appointment: { slots: [] } });
    await world.plan(undefined, '2026-11-24');
    expect(await world.settles(await decided('bob', 'cancel'), landed('ext-bob'))).toBeNull();
  });

  test('carries its version to the later commands for the same appointment, and to no other', async () => {
    await world.lists('bob');
    await world.plan(undefined, '2026-11-24');
    const confirm = await decided('ada', 'confirm');
    const [cancel, other] = [await decided('ada', 'cancel'), await decided('bob', 'cancel')];
    await world.settles(confirm, landed('ext-ada', '7'));
    expect((await take(cancel))?.command).toMatchObject({ kind: 'cancel', version: '7', reason: 'pat-crs' });
    expect((await take(other))?.command).toMatchObject({ version: '1' });
  });

  test('never puts the mirror back behind what staff did since', async () => {
    const id = await decided('ada', 'confirm');
    await world.lists({ name: 'ada', appointment: { version: of('3'), status: 'noshow' } });
    await world.settles(id, landed('ext-ada', '2'));
    expect(await world.appointment('ada')).toMatchObject({
      status: 'noshow',
      participation: 'needs-action',
      version: '3',
    });
  });

  test('that was read back is mirrored as it was seen', async () => {
    const id = await decided('ada', 'confirm');
    const seen = {
      ...systemAppointment({ name: 'ada', hours: 33 }),
      version: of<never>('4'),
      participation: 'accepted' as const,
    };
    await world.settles(id, { kind: 'landed', external: seen.external, version: seen.version, seen });
    expect(await world.appointment('ada')).toMatchObject({
      start: seen.start,
      participation: 'accepted',
      version: '4',
    });
  });
});

describe('a change that came to nothing', () => {
  test('staff were quicker: the mirror takes what was seen, and a person rings back', async () => {
    const id = await decided('ada', 'confirm');
    const seen = { ...systemAppointment({ name: 'ada', hours: 40 }), version: of<never>('5') };
    await world.settles(id, { kind: 'superseded', reason: 'version', seen });
    expect(await world.appointment('ada')).toMatchObject({ start: seen.start, version: '5' });
    const { id: appointment, patient } = await world.appointment('ada');
    expect(
      await world.row(
        'select reason, state, patient_id, appointment_id, attempt_id is not null as called from callback',
      ),
    ).toEqual({
      reason: 'superseded_by_staff',
      state: 'open',
      patient_id: patient,
      appointment_id: appointment,
      called: true,
    });
    expect(await world.row('select state, code from write_back')).toEqual({
      state: 'superseded',
      code: 'version',
    });
  });

  test('dead: a person rings back, and the mirror stays', async () => {
    const id = await decided('ada', 'cancel');
    await world.settles(id, { kind: 'dead', code: 'rejected_422' });
    expect(await world.row('select reason from callback')).toEqual({ reason: 'write_back_failed' });
    expect(await world.appointment('ada')).toMatchObject({ status: 'booked', version: '1' });
    expect(await world.row('select state, code from write_back')).toEqual({
      state: 'dead',
      code: 'rejected_422',
    });
    expect(await slots()).toEqual([]);
  });
});
