import { beforeEach, describe, expect, test } from 'vitest';
import type { RunId } from '../../src/domain/ids.ts';
import type { NightNumbers } from '../../src/domain/report.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING } from '../support/night.ts';
import { storeWorld } from '../support/storeFixtures.ts';
import { nightOf } from '../support/storeNight.ts';

const world = storeWorld();
let run: RunId;
const numbers = () => world.store.report.numbers(run);
const aNight = async () => {
  run = await nightOf(world);
};

const total = (counts: Readonly<Partial<Record<string, number>>>): number =>
  Object.values(counts).reduce<number>((sum, n) => sum + (n ?? 0), 0);

describe('the numbers of a night', () => {
  test('are what was done, and add up', async () => {
    await aNight();
    const seen = await numbers();
    expect(seen).toEqual({
      planned: 6,
      plannedConfirm: 5,
      plannedOffer: 1,
      refused: 1,
      refusedBy: { no_consent: 1 },
      dialed: 5,
      answered: 4,
      byDisposition: { answered_human: 4, no_answer: 1 },
      byOutcome: { confirmed: 2, cancelled: 1, no_decision: 1, accepted_offer: 1 },
      freed: 1,
      filled: 1,
      writeBacks: 4,
      landed: 3,
      superseded: 1,
      notLanded: 0,
      held: { no_answer: 1, not_due_yet: 1 },
      callbacks: 2,
      promisesOpen: 0,
      unexplained: 0,
      live: 0,
    } satisfies NightNumbers);
    expect(seen.planned + seen.refused).toBe(await world.count('contact'));
    expect(seen.dialed).toBe(total(seen.byDisposition));
    expect(total(seen.byOutcome)).toBe(await world.count('outcome'));
    expect(seen.landed + seen.superseded + seen.notLanded).toBe(seen.writeBacks);
  });

  test('a promise that nobody closed is open', async () => {
    await aNight();
    await world.sql(`update promise set state = 'open', closed_at = null`);
    expect(await numbers()).toMatchObject({ promisesOpen: 1, unexplained: 0 });
    await world.sql(`update promise set state = 'broken', closed_at = now()`);
    expect(await numbers()).toMatchObject({ promisesOpen: 0 });
  });

  test('are those of their own run', async () => {
    await aNight();
    await world.sql(`update promise set state = 'open', closed_at = null`);
    const before = await numbers();
    await world.lists('hal');
    const other = await world.plan(undefined, '2026-11-24');
    await world.calls('hal');
    expect(await numbers()).toEqual(before);
    expect(await world.store.report.numbers(other.run)).toMatchObject({
      planned: 3,
      dialed: 1,
      live: 1,
      freed: 0,
      writeBacks: 0,
      callbacks: 0,
      promisesOpen: 0,
      byOutcome: {},
      unexplained: 0,
    });
  });

  test('count what is still on its way: calls, commands, slots', async () => {
    await world.lists('ada', 'bob', 'cyd');
    ({ run } = await world.plan());
    const slot = await world.frees('ada');
    await world.frees('bob');
    await world.store.fill.settle(slot, 'open', 'quiet_hours', plusMs(EVENING, HOUR_MS));
    await world.talksWith(
      'cyd',
      { writeBacks: [{ kind: 'confirm', appointment: (await world.appointment('cyd')).id }] },
      'answered_machine',
    );
    expect(await numbers()).toMatchObject({
      notLanded: 1,
      freed: 2,
      filled: 0,
      held: { slot_quiet_hours: 1, slot_cooling: 1 },
      live: 0,
    });
    await world.lists('dee');
    await world.plan();
    const dee = await world.calls('dee');
    expect(await numbers()).toMatchObject({ live: 1, dialed: 4, answered: 3 });
    await world.store.calls.progress(dee, { status: 'answered' }, EVENING);
    expect(await numbers()).toMatchObject({ live: 1, answered: 4 });
  });
});

describe('unexplained', () => {
  beforeEach(aNight);

  test('an answered call without an outcome', async () => {
    await world.sql(`delete from outcome where kind = 'no_decision'`);
    expect((await numbers()).unexplained).toBe(0);
    await world.sql(
      `update call_attempt set disposition = 'answered_machine' where disposition = 'no_answer'`,
    );
    expect((await numbers()).unexplained).toBe(1);
  });

  test.each(['claimed', 'in_call'])('a contact that is %s and has no call', async (state) => {
    await world.sql(`update contact set state = $1 where id = $2`, [state, await world.contact('ada')]);
    expect((await numbers()).unexplained).toBe(1);
    await world.sql(`update call_attempt set applied_at = null where contact_id = $1`, [
      await world.contact('ada'),
    ]);
    // Its outcome is lost instead: still one defect.
    expect((await numbers()).unexplained).toBe(1);
  });

  test('an ended call whose outcome nobody applied, once no other call goes on', async () => {
    await world.lists('hal');
    await world.plan();
    const hal = await world.calls('hal');
    await world.sql(`update call_attempt set applied_at = null where contact_id = $1`, [
      await world.contact('cyd'),
    ]);
    expect(await numbers()).toMatchObject({ unexplained: 0, live: 1 });
    await world.talksWith('eve', {}, 'busy');
    await world.ends(hal, 'busy');
    expect(await numbers()).toMatchObject({ unexplained: 2, live: 0 });
  });

  test.each([
    ['confirmed', 'confirm'],
    ['cancelled', 'cancel'],
    ['accepted_offer', 'book'],
  ])('an outcome %s without its write-back', async (kind, command) => {
    await world.sql('update slot set freed_by = null');
    await world.sql('delete from promise');
    await world.sql(
      'delete from write_back where kind = $1 and attempt_id in (select attempt_id from outcome where kind = $2)',
      [command, kind],
    );
    expect((await numbers()).unexplained).toBe(kind === 'confirmed' ? 2 : 1);
  });

  test('a move without its booking', async () => {
    await world.sql(`update outcome set kind = 'rescheduled' where kind = 'no_decision'`);
    expect((await numbers()).unexplained).toBe(1);
  });
});
