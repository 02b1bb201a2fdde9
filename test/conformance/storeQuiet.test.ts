/** When a night is over: each thing that may still be due keeps it awake, alone, until it is done or lies later. */
import { beforeEach, expect, test } from 'vitest';
import type { AttemptId, RunId } from '../../src/domain/ids.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from '../support/night.ts';
import { NO_CHANGES, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
let run: RunId;
const quiet = (now = world.clock.now()) => world.store.report.isQuiet(run, now);
/** The relay has handed out everything that is due. */
const relayed = async () => {
  const due = await world.store.plan.dueNudges(world.clock.now(), 100);
  await world.store.plan.nudged(due.map((nudge) => nudge.id));
};

beforeEach(async () => {
  await world.lists('ada', { name: 'wes', hours: null });
  await world.waits('wes');
  ({ run } = await world.plan());
  await relayed();
});

test('a contact that may be called now; not one whose time lies later', async () => {
  expect(await quiet()).toBe(false);
  for (const state of ['queued', 'retry_wait', 'held']) {
    await world.sql('update contact set state = $1, not_before = $2', [
      state,
      new Date(plusMs(EVENING, HOUR_MS)),
    ]);
    expect(await quiet()).toBe(true);
    expect(await quiet(plusMs(EVENING, HOUR_MS))).toBe(false);
  }
});

test('a call in progress, and one whose outcome is not applied', async () => {
  const attempt = await world.calls('ada');
  expect(await quiet()).toBe(false);
  await world.sql(`update contact set state = 'resolved'`);
  expect(await quiet()).toBe(false);
  await world.ends(attempt);
  await relayed();
  expect(await quiet()).toBe(false);
  await world.store.outcomes.apply(attempt, NO_CHANGES, EVENING);
  expect(await quiet()).toBe(true);
});

test.each(['claimed', 'in_call'])('a contact left %s', async (state) => {
  await world.sql('update contact set state = $1', [state]);
  expect(await quiet()).toBe(false);
});

test.each(['pending', 'sending', 'accepted', 'unknown', 'retry_wait'])(
  'a command that is %s',
  async (state) => {
    const { id } = await world.appointment('ada');
    await world.talksWith('ada', { writeBacks: [{ kind: 'confirm', appointment: id }] });
    await relayed();
    await world.sql('update write_back set state = $1', [state]);
    expect(await quiet()).toBe(false);
    await world.sql(`update write_back set state = 'dead', settled_at = now()`);
    expect(await quiet()).toBe(true);
  },
);

test('a freed slot whose turn has come: rested, or open without a reason to wait', async () => {
  const slot = await world.frees('ada');
  await relayed();
  expect(await quiet(plusMs(world.clock.now(), -SECOND_MS))).toBe(true);
  expect(await quiet()).toBe(false);
  await world.store.fill.settle(slot, 'open', 'quiet_hours', plusMs(EVENING, HOUR_MS));
  expect(await quiet()).toBe(true);
  await world.sql(`update slot set because = null`);
  expect(await quiet()).toBe(false);
  await world.store.fill.settle(slot, 'unfilled', 'nobody', null);
  expect(await quiet()).toBe(true);
});

test('an offer that is to be made now, and until its booking has ended', async () => {
  const slot = await world.frees('ada');
  const { offer } = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
  await relayed();
  expect(await quiet()).toBe(false);
  const attempt: AttemptId = await world.calls('wes');
  const at = world.clock.now();
  const opening = {
    slot: of<never>('slot-ada'),
    start: at,
    end: plusMs(at, MINUTE_MS),
    provider: null,
    spokenProvider: '',
  };
  const booking = await world.store.writeBacks.wantBooking({
    attempt,
    replaces: null,
    offer,
    opening,
    at,
    relayNotBefore: plusMs(at, HOUR_MS),
  });
  await world.ends(attempt);
  await world.store.outcomes.apply(attempt, { ...NO_CHANGES, offer: { offer, became: 'accepted' } }, at);
  await relayed();
  expect(await quiet()).toBe(false);
  await world.settles(booking ?? expect.fail('not wanted'), {
    kind: 'landed',
    external: of('ext-wes2'),
    version: of('1'),
    seen: null,
  });
  expect(await quiet()).toBe(true);
});

test('a job that was asked for and is not handed out yet', async () => {
  await world.talksWith('ada', {});
  expect(await quiet()).toBe(false);
  await relayed();
  expect(await quiet()).toBe(true);
});

test('nothing of another run', async () => {
  await world.sql(`update contact set state = 'resolved'`);
  expect(await quiet()).toBe(true);
  await world.lists('bob');
  await world.plan(undefined, '2026-11-24');
  await relayed();
  await world.calls('bob');
  expect(await quiet()).toBe(true);
});
