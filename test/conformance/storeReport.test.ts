import { beforeEach, describe, expect, test } from 'vitest';
import type { CallEvent } from '../../src/domain/callEvent.ts';
import type { AttemptId, RunId } from '../../src/domain/ids.ts';
import type { NightNumbers } from '../../src/domain/report.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { conversation } from '../support/endings.ts';
import { EVENING, of } from '../support/night.ts';
import { CALL_NOW, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
let run: RunId;
const numbers = () => world.store.report.numbers(run);
const outcome = async (name: string, kind: 'confirmed' | 'cancelled' | 'no_decision') => [
  { appointment: (await world.appointment(name)).id, offer: null, kind },
];

/** Ada confirms, Bob cancels, Cyd is not reached, Dan is refused, Eve is held; Wes takes Bob's slot, and one write-back is turned down. */
async function aNight(): Promise<{ readonly wes: AttemptId }> {
  await world.lists(
    'ada',
    'bob',
    'cyd',
    'dan',
    { name: 'eve', hours: 47 },
    { name: 'wes', hours: null },
    'gus',
  );
  await world.waits('wes');
  const later = { kind: 'call_at', at: plusMs(EVENING, 14 * HOUR_MS), rules: [] } as const;
  const plan = await world.plan((name) => {
    if (name === 'dan') return { kind: 'never', because: 'no_consent', rules: [] };
    return name === 'eve' ? later : CALL_NOW;
  });
  run = plan.run;
  const slot = await world.frees('bob');
  const appointment = async (name: string) => (await world.appointment(name)).id;
  await world.talksWith('ada', {
    outcomes: await outcome('ada', 'confirmed'),
    writeBacks: [{ kind: 'confirm', appointment: await appointment('ada') }],
  });
  await world.talksWith(
    'cyd',
    {
      outcomes: await outcome('cyd', 'no_decision'),
      contact: { kind: 'call_again', notBefore: later.at, because: 'no_answer' },
    },
    'no_answer',
  );
  await world.talksWith('gus', {
    outcomes: await outcome('gus', 'confirmed'),
    writeBacks: [{ kind: 'confirm', appointment: await appointment('gus') }],
    callbacks: [
      {
        reason: 'question',
        quote: 'Is there parking?',
        patient: await world.patient('gus'),
        appointment: null,
      },
    ],
  });
  const { offer } = (await world.offers(slot, 'wes')) ?? expect.fail('not reserved');
  const wes = await world.calls('wes');
  const at = world.clock.now();
  const opening = {
    slot: of<never>('slot-bob'),
    start: plusMs(at, HOUR_MS),
    end: plusMs(at, 2 * HOUR_MS),
    provider: null,
    spokenProvider: '',
  };
  const booking = await world.store.writeBacks.wantBooking({
    attempt: wes,
    replaces: null,
    offer,
    opening,
    at,
    relayNotBefore: at,
  });
  await world.store.calls.end(wes, { at, disposition: 'answered_human', result: null, recordingMs: 40_000 });
  await world.store.outcomes.apply(
    wes,
    {
      outcomes: [{ appointment: null, offer, kind: 'accepted_offer' }],
      writeBacks: [],
      suppressions: [],
      callbacks: [],
      offer: { offer, became: 'accepted' },
      contact: { kind: 'stop', state: 'resolved', because: 'accepted_offer' },
    },
    at,
  );
  expect((await numbers()).promisesOpen).toBe(1);
  await world.settles(booking ?? expect.fail('not wanted'), {
    kind: 'landed',
    external: of('ext-wes2'),
    version: of('1'),
    seen: null,
  });
  const [ada, gus] = await world.commands(`kind = 'confirm'`);
  await world.settles(ada?.id ?? expect.fail('none'), {
    kind: 'landed',
    external: of('ext-ada'),
    version: of('2'),
    seen: null,
  });
  await world.settles(gus?.id ?? expect.fail('none'), { kind: 'superseded', reason: 'version', seen: null });
  return { wes };
}

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

  test('are those of their own run', async () => {
    await aNight();
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
  beforeEach(async () => {
    await aNight();
    expect(await numbers()).toMatchObject({ unexplained: 0 });
  });

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

describe('the lists', () => {
  const line = (party: 'agent' | 'callee', text: string) => ({ party, text, fromMs: 0, toMs: 1 });
  const latency = (firstAudioMs: number) => ({
    turn: 1,
    endpointMs: 1,
    transcriptMs: 2,
    understoodMs: 3,
    firstAudioMs,
    understoodBy: 'rules' as const,
    speech: 'cached' as const,
  });
  const log: readonly CallEvent[] = [
    { kind: 'line_opened', atMs: 0 },
    { kind: 'state_entered', atMs: 1, state: 'greeting' },
    { kind: 'said', atMs: 2, line: line('agent', 'Hello.') },
    { kind: 'heard', atMs: 3, line: line('callee', 'Yes?') },
    { kind: 'turn_measured', atMs: 4, latency: latency(900) },
    { kind: 'turn_measured', atMs: 5, latency: latency(500) },
    { kind: 'turn_measured', atMs: 6, latency: latency(700) },
    { kind: 'state_entered', atMs: 7, state: 'purpose' },
  ];

  test('a live call: its newest state, its last words, its median turn', async () => {
    await world.lists('ada', 'bob');
    ({ run } = await world.plan());
    const attempt = await world.calls('ada');
    await world.store.journal.append(attempt, log);
    const [row, ...more] = await world.store.report.calls(run);
    expect(more).toEqual([]);
    expect(row).toEqual({
      attempt,
      contact: await world.contact('ada'),
      purpose: 'confirm',
      location: 'chicago',
      patientName: 'Ada Example',
      placedAt: EVENING,
      endedAt: null,
      disposition: null,
      outcomes: [],
      state: 'purpose',
      lastLine: line('callee', 'Yes?'),
      medianLatencyMs: 700,
      recordingMs: null,
    });
    const detail = (await world.store.report.call(attempt)) ?? expect.fail('no call');
    expect(detail).toMatchObject({
      row,
      events: log,
      path: ['greeting', 'purpose'],
      decisions: [{ rule: 'people', verdict: 'allow' }],
    });
    expect(detail.transcript.map(({ text }) => text)).toEqual(['Hello.', 'Yes?']);
    expect(detail.latencies.map(({ firstAudioMs }) => firstAudioMs)).toEqual([900, 500, 700]);
    expect(await world.store.report.call(of('nothing'))).toBeNull();
  });

  test('a call that is over: its result speaks', async () => {
    await world.lists('ada');
    ({ run } = await world.plan());
    const attempt = await world.calls('ada');
    const result = conversation({
      transcript: [line('callee', 'Fine.')],
      latencies: [latency(400)],
      path: ['close'],
    });
    await world.store.calls.end(attempt, {
      at: plusMs(EVENING, MINUTE_MS),
      disposition: 'answered_human',
      result,
      recordingMs: 60_000,
    });
    const detail = (await world.store.report.call(attempt)) ?? expect.fail('no call');
    expect(detail).toMatchObject({
      transcript: result.transcript,
      latencies: result.latencies,
      path: ['close'],
      row: { endedAt: plusMs(EVENING, MINUTE_MS), disposition: 'answered_human', recordingMs: 60_000 },
    });
  });

  test('contacts, slots, callbacks and promises of the run', async () => {
    await aNight();
    const contacts = await world.store.report.contacts(run);
    expect(contacts.map(({ patientNames, state, because }) => [patientNames.join(), state, because])).toEqual(
      expect.arrayContaining([
        ['Ada Example', 'resolved', 'decided'],
        ['Dan Example', 'refused', 'no_consent'],
        ['Eve Example', 'queued', null],
        ['Cyd Example', 'retry_wait', 'no_answer'],
      ]),
    );
    expect(contacts).toHaveLength(7);
    expect(await world.store.report.slots(run)).toEqual([
      {
        slot: expect.any(String),
        start: plusMs(EVENING, 30 * HOUR_MS),
        location: 'chicago',
        state: 'booked',
        because: null,
        filledBy: 'Wes Example',
      },
    ]);
    const callbacks = await world.store.report.callbacks(run);
    expect(callbacks.map(({ patientName, reason, quote }) => [patientName, reason, quote])).toEqual([
      ['Gus Example', 'question', 'Is there parking?'],
      ['Gus Example', 'superseded_by_staff', ''],
    ]);
    expect(callbacks[1]?.appointmentStart).toBe(plusMs(EVENING, 30 * HOUR_MS));
    expect(await world.store.report.promises(run)).toEqual([]);
    await world.sql(`update promise set state = 'open', closed_at = null`);
    const wes = await world.row<{ id: string }>(`select attempt_id as id from promise`);
    expect(await world.store.report.promises(run)).toEqual([
      { promise: expect.any(String), patientName: 'Wes Example', madeAt: world.clock.now(), attempt: wes.id },
    ]);
    await world.sql(`update callback set state = 'done'`);
    expect(await world.store.report.callbacks(run)).toEqual([]);
  });

  test('a run is found by its date, or the newest', async () => {
    expect(await world.store.report.run(null)).toBeNull();
    await world.lists('ada');
    const first = await world.plan();
    await world.clock.advance(24 * HOUR_MS);
    const second = await world.plan(undefined, '2026-11-24');
    expect(await world.store.report.run(null)).toEqual({
      run: second.run,
      date: '2026-11-24',
      plannedAt: plusMs(EVENING, 24 * HOUR_MS),
    });
    expect((await world.store.report.run(of('2026-11-23')))?.run).toBe(first.run);
    expect(await world.store.report.run(of('2026-11-25'))).toBeNull();
  });
});
