/** What the pages list: calls, contacts, slots, callbacks, promises, runs. */
import { expect, test } from 'vitest';
import type { CallEvent } from '../../src/domain/callEvent.ts';
import type { RunId } from '../../src/domain/ids.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { conversation } from '../support/endings.ts';
import { EVENING, of } from '../support/night.ts';
import { storeWorld } from '../support/storeFixtures.ts';
import { nightOf } from '../support/storeNight.ts';

const world = storeWorld();
let run: RunId;

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
  run = await nightOf(world);
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
