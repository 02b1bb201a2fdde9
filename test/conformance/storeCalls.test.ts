import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, of } from '../support/night.ts';
import { conversation } from '../support/endings.ts';
import { storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
const contactRow = (name: string) =>
  world
    .contact(name)
    .then((id) => world.row('select state, because, not_before, tries from contact where id = $1', [id]));

const attemptRow = () =>
  world.row('select status, progress, sid, placed_at, answered_at, answered_by from call_attempt');

describe('an attempt', () => {
  test('is requested when the provider took it, and unknown when its answer was lost', async () => {
    await world.lists('ada');
    await world.plan();
    const claim = await world.claim('ada');
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    await world.store.calls.unknownPlacement(claim.attempt);
    expect(await attemptRow()).toMatchObject({ status: 'unknown_requested', sid: null, placed_at: null });
    await world.store.calls.placed(claim.attempt, of('CA1'), EVENING);
    expect(await attemptRow()).toMatchObject({
      status: 'requested',
      sid: 'CA1',
      placed_at: new Date(EVENING),
    });
    await world.store.calls.placed(claim.attempt, of('CA2'), plusMs(EVENING, 1));
    await world.store.calls.unknownPlacement(claim.attempt);
    expect(await attemptRow()).toMatchObject({
      status: 'requested',
      sid: 'CA1',
      placed_at: new Date(EVENING),
    });
    expect(await world.store.calls.bySid(of('CA1'))).toBe(claim.attempt);
    expect(await world.store.calls.bySid(of('CA2'))).toBeNull();
  });

  test('that was reported before its request was answered keeps what was reported', async () => {
    await world.lists('ada');
    await world.plan();
    const claim = await world.claim('ada');
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    await world.store.calls.progress(claim.attempt, { status: 'ringing' }, EVENING);
    await world.store.calls.placed(claim.attempt, of('CA1'), EVENING);
    expect(await attemptRow()).toMatchObject({ status: 'ringing', sid: 'CA1' });
  });

  test('that is answered has its time, and its contact is in the call', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    await world.store.calls.progress(attempt, { status: 'answered' }, plusMs(EVENING, 5_000));
    await world.store.calls.progress(attempt, { status: 'answered' }, plusMs(EVENING, 9_000));
    await world.store.calls.answeredBy(attempt, 'machine_end_beep');
    expect(await attemptRow()).toMatchObject({
      status: 'answered',
      answered_at: new Date(plusMs(EVENING, 5_000)),
      answered_by: 'machine_end_beep',
    });
    expect(await contactRow('ada')).toMatchObject({ state: 'in_call' });
  });

  test('ends once, with its result, its line given back, and the job of its outcome', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    const result = conversation({ path: ['greeting'] });
    const at = plusMs(EVENING, MINUTE_MS);
    const ends = (disposition: 'answered_human' | 'lost', store = world.store) =>
      store.calls.end(attempt, {
        at,
        disposition,
        result: disposition === 'lost' ? null : result,
        recordingMs: 30_000,
      });
    expect(await ends('answered_human')).toBe(true);
    expect(await Promise.all([ends('lost'), ends('lost', world.another())])).toEqual([false, false]);
    expect(
      await world.row('select status, disposition, ended_at, recording_ms, result from call_attempt'),
    ).toEqual({
      status: 'ended',
      disposition: 'answered_human',
      ended_at: new Date(at),
      recording_ms: 30_000,
      result,
    });
    expect(await world.count('line_lease')).toBe(0);
    expect(await world.row(`select job_id, subject, due_at from outbox where queue = 'outcome'`)).toEqual({
      job_id: `outcome-${attempt}`,
      subject: attempt,
      due_at: new Date(at),
    });
    for (const status of ['ringing', 'answered'] as const)
      await world.store.calls.progress(attempt, { status }, at);
    expect(await attemptRow()).toMatchObject({ status: 'ended', progress: 'answered' });
  });

  test('of several ends at once exactly one counts', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    const ended = { at: EVENING, disposition: 'busy', result: null, recordingMs: null } as const;
    const answers = await Promise.all(
      [world.store, world.another(), world.store].map((store) => store.calls.end(attempt, ended)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await world.count(`outbox where queue = 'outcome'`)).toBe(1);
  });

  test('is stuck when it has no end and nobody keeps its line', async () => {
    await world.lists('a', 'b', 'c');
    await world.plan();
    const [a, b] = [await world.calls('a'), await world.calls('b')];
    const unplaced = await world.claim('c');
    await world.store.calls.progress(b, { status: 'queued' }, EVENING);
    const stuck = (at = plusMs(EVENING, 6 * MINUTE_MS)) => world.store.calls.stuck(at);
    expect(await stuck(plusMs(EVENING, 5 * MINUTE_MS))).toEqual([]);
    expect(
      (await stuck()).map(({ attempt, status, sid }) => [attempt, status, sid]).toSorted(byText),
    ).toEqual(
      [
        [a, 'requested', `CA-${a}`],
        [b, 'requested', `CA-${b}`],
        [unplaced.kind === 'claimed' ? unplaced.attempt : '', 'intent', null],
      ].toSorted(byText),
    );
    expect((await stuck())[0]).toMatchObject({
      phone: expect.stringMatching(/55501/),
      callerId: '+13125550100',
      since: EVENING,
    });
    await world.store.calls.extendLease(a, plusMs(EVENING, HOUR_MS));
    await world.ends(b, 'lost');
    expect((await stuck()).map((open) => open.sid)).toEqual([null]);
    await world.sql('delete from line_lease');
    expect(await stuck()).toHaveLength(2);
  });
});

const byText = (x: readonly unknown[], y: readonly unknown[]): number => String(x).localeCompare(String(y));

describe('what a call is about', () => {
  test('people oldest first, their appointments in order, in the words that are said', async () => {
    await world.lists(
      {
        name: 'kid',
        rawPhone: '312-555-0142',
        birthDate: '2015-01-01',
        appointment: { visitTypeCode: null, provider: null },
      },
      { name: 'mum', rawPhone: '312-555-0142', birthDate: '1985-01-01', hours: 32 },
    );
    await world.plan();
    const attempt = await world.calls('mum');
    expect(await world.store.calls.subject(attempt)).toMatchObject({
      contact: await world.contact('mum'),
      purpose: 'confirm',
      location: 'chicago',
      offer: null,
      people: [
        {
          fullName: 'Mum Example',
          guardianName: null,
          appointments: [{ spokenVisit: 'a cleaning', spokenProvider: 'Doctor Patel' }],
        },
        {
          firstName: 'Kid',
          guardianName: 'Mum Example',
          appointments: [
            {
              start: plusMs(EVENING, 30 * HOUR_MS),
              spokenVisit: 'an appointment',
              spokenProvider: 'the practice',
            },
          ],
        },
      ],
    });
    expect(await world.store.calls.subject(of('nothing'))).toBeNull();
  });

  test('an offer: the opening, and the booked appointment that would be given up', async () => {
    await world.lists('ada', { name: 'wes', hours: 60 });
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    await world.plan();
    const slot = await world.frees('ada');
    await world.offers(slot, 'wes');
    const attempt = await world.calls('wes');
    const held = await world.appointment('wes');
    expect((await world.store.calls.subject(attempt))?.offer).toMatchObject({
      opening: { slot: 'slot-ada', start: plusMs(EVENING, 30 * HOUR_MS), spokenProvider: 'Doctor Patel' },
      spokenVisit: 'a cleaning',
      replaces: { appointment: held.id, start: held.start },
    });
    await world.lists({ name: 'wes', hours: 60, appointment: { status: 'cancelled', version: of('2') } });
    expect((await world.store.calls.subject(attempt))?.offer?.replaces).toBeNull();
  });
});
