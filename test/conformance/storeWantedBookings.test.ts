/** A booking that is wanted while its call goes on. */
import { beforeEach, expect, test } from 'vitest';
import type { AppointmentId, AttemptId } from '../../src/domain/ids.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from '../support/night.ts';
import { storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();

beforeEach(async () => {
  await world.lists('ada');
  await world.plan();
});

const opening = {
  slot: of<never>('slot-free'),
  start: plusMs(EVENING, 50 * HOUR_MS),
  end: plusMs(EVENING, 51 * HOUR_MS),
  provider: of<never>('lee'),
  spokenProvider: 'Doctor Lee',
};
const wants = (attempt: AttemptId, replaces: AppointmentId | null) =>
  world.store.writeBacks.wantBooking({
    attempt,
    replaces,
    offer: null,
    opening,
    at: EVENING,
    relayNotBefore: plusMs(EVENING, 30_000),
  });

test('is a row, a promise, and a job that leaves the call its time', async () => {
  const { id: replaces } = await world.appointment('ada');
  const attempt = await world.calls('ada');
  const ids = await Promise.all([wants(attempt, replaces), wants(attempt, replaces)]);
  const id = ids[0] ?? expect.fail('not wanted');
  expect(ids).toEqual([id, id]);
  expect(await wants(attempt, replaces)).toBe(id);
  expect(
    await world.row(
      'select id, kind, lane, replaces_id, command, attempt_id, run_id is not null as run from write_back',
    ),
  ).toEqual({
    id,
    kind: 'book',
    lane: 'slot-slot-free',
    replaces_id: replaces,
    attempt_id: attempt,
    run: true,
    command: {
      kind: 'book',
      book: {
        slot: 'slot-free',
        start: opening.start,
        end: opening.end,
        patient: 'pat-ada',
        location: 'loc-chicago',
        provider: 'prac-lee',
        visitTypeCode: 'clean',
      },
      opening,
      replaces,
      offer: null,
    },
  });
  expect(await world.row('select attempt_id, write_back_id, state, made_at from promise')).toEqual({
    attempt_id: attempt,
    write_back_id: id,
    state: 'open',
    made_at: new Date(EVENING),
  });
  expect(await world.row(`select subject, due_at from outbox where queue = 'writeback'`)).toEqual({
    subject: id,
    due_at: new Date(plusMs(EVENING, 30_000)),
  });
});

test('for nothing at all is no booking', async () => {
  expect(await wants(await world.calls('ada'), null)).toBeNull();
  expect(await world.count('promise')).toBe(0);
});
