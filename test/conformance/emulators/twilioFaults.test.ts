/** The fault menu: each fault, asked for from outside, does what it says once, to the calls it is meant for. */
import twilio from 'twilio';
import { expect, test } from 'vitest';
import type { AskedFault } from '../../../src/emulators/twilio/faults.ts';
import { ACCOUNT, eventually, FROM, setUp, type Setting, STAY, TO, TOKEN } from './twilioFixtures.ts';

async function place(setting: Setting, more: object = {}): Promise<string> {
  const call = await setting.client.calls.create({
    to: TO,
    from: FROM,
    twiml: STAY,
    statusCallback: `${setting.ours.url}/status`,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    ...more,
  });
  return call.sid;
}

/** A call over its whole life, with the events in the order in which they came. */
async function eventsOfACall(setting: Setting, count: number): Promise<readonly string[]> {
  const sid = await place(setting);
  await eventually(async () => expect((await setting.client.calls(sid).fetch()).status).toBe('in-progress'));
  await setting.client.calls(sid).update({ status: 'completed' });
  await eventually(() => expect(setting.ours.hooksTo('/status')).toHaveLength(count));
  return setting.ours
    .hooksTo('/status')
    .map(({ params }) => `${params['SequenceNumber']} ${params['CallStatus']}`);
}

test('a lost answer to a create leaves a call that the SDK does not know of', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'create_response_lost' });
  await expect(place(setting)).rejects.toThrow(/socket hang up|ECONNRESET/);
  const found = await setting.client.calls.list({ to: TO, from: FROM });
  expect(found).toHaveLength(1);
  await eventually(() => expect(setting.network.rung).toHaveLength(1));
  expect(setting.emulator.control.faults()).toEqual([]);
});

test('429 with code 20429 is not processed, and the SDK’s own retry gets through', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'create_refused', status: 429, times: 2 });
  await expect(place(setting)).rejects.toMatchObject({ status: 429, code: 20429 });
  expect(setting.emulator.control.dials()).toEqual([]);
  const patient = twilio(ACCOUNT, TOKEN, { autoRetry: true, maxRetries: 3 });
  patient.api.baseUrl = setting.emulator.url;
  const call = await patient.calls.create({ to: TO, from: FROM, twiml: STAY });
  expect(setting.emulator.control.dials().map(({ sid }) => sid)).toEqual([call.sid]);
});

test('a bare 503 to a create', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'create_refused', status: 503 });
  await expect(place(setting)).rejects.toMatchObject({ status: 503 });
  expect(setting.emulator.control.dials()).toEqual([]);
});

test('a call held in the queue does not hold the others', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'queue_delayed', byMs: 60_000 });
  const held = await place(setting);
  await place(setting, { to: '+15555550124' });
  await eventually(() => expect(setting.network.rung.map(({ to }) => to)).toEqual(['+15555550124']));
  const call = await setting.client.calls(held).fetch();
  expect([call.status, Number(call.queueTime)]).toEqual(['queued', 60_000]);
});

test('a call canceled in the queue was never rung', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'queued_canceled', afterMs: 30 });
  const sid = await place(setting);
  await eventually(() => expect(setting.ours.hooksTo('/status')).toHaveLength(1));
  expect(setting.ours.hooksTo('/status')[0]?.params).toMatchObject({
    CallSid: sid,
    CallStatus: 'canceled',
    SequenceNumber: '0',
  });
  expect(setting.network.rung).toEqual([]);
});

test.each<[AskedFault, readonly string[]]>([
  [{ kind: 'callback_lost', event: 'ringing' }, ['0 initiated', '2 in-progress', '3 completed']],
  [
    { kind: 'callback_duplicated', event: 'completed' },
    ['0 initiated', '1 ringing', '2 in-progress', '3 completed', '3 completed'],
  ],
  [
    { kind: 'callback_reordered', event: 'initiated' },
    ['1 ringing', '0 initiated', '2 in-progress', '3 completed'],
  ],
  [
    { kind: 'callback_after_terminal', event: 'answered' },
    ['0 initiated', '1 ringing', '3 completed', '2 in-progress'],
  ],
  [
    { kind: 'callback_delayed', event: 'initiated', byMs: 1_200 },
    ['1 ringing', '2 in-progress', '3 completed', '0 initiated'],
  ],
])('%o', async (fault, events) => {
  const setting = await setUp();
  setting.emulator.control.fault(fault);
  expect(await eventsOfACall(setting, events.length)).toEqual(events);
  const duplicates = setting.ours
    .hooksTo('/status')
    .map(({ headers }) => headers['i-twilio-idempotency-token']);
  expect(new Set(duplicates).size).toBe(new Set(events).size);
});

test('a recording that is absent says so with its reason, and has no media', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'recording_absent', errorCode: 16101 });
  const sid = await place(setting, {
    record: true,
    recordingStatusCallback: `${setting.ours.url}/recording`,
    recordingStatusCallbackEvent: ['completed', 'absent'],
  });
  await eventually(async () => expect((await setting.client.calls(sid).fetch()).status).toBe('in-progress'));
  await setting.client.calls(sid).update({ status: 'completed' });
  await eventually(() =>
    expect(setting.ours.hooksTo('/recording')[0]?.params).toMatchObject({
      RecordingStatus: 'absent',
      ErrorCode: '16101',
    }),
  );
  expect(await setting.client.recordings.list()).toMatchObject([{ status: 'absent', errorCode: 16101 }]);
});

test.each<[AskedFault | null, string | null]>([
  [null, 'human'],
  [{ kind: 'amd_wrong', says: 'machine_start' }, 'machine_start'],
  [{ kind: 'amd_late', byMs: 200 }, 'human'],
  [{ kind: 'amd_never' }, null],
])('detection with %o', async (fault, verdict) => {
  const setting = await setUp();
  if (fault !== null) setting.emulator.control.fault(fault);
  const placed = performance.now();
  await place(setting, {
    machineDetection: 'Enable',
    asyncAmd: 'true',
    asyncAmdStatusCallback: `${setting.ours.url}/amd`,
  });
  await eventually(() => expect(setting.ours.hooksTo('/status')).toHaveLength(3));
  if (verdict !== null) {
    await eventually(() => expect(setting.ours.hooksTo('/amd')[0]?.params['AnsweredBy']).toBe(verdict));
    if (fault?.kind === 'amd_late') expect(performance.now() - placed).toBeGreaterThan(190);
  } else {
    await eventually(() => expect(setting.network.handset.heard.length).toBeGreaterThan(10));
    expect(setting.ours.hooksTo('/amd')).toEqual([]);
  }
});

test('a share of verdicts is missing when the profile says so', async () => {
  const amd = { delays: { humanMs: 0, machineMs: 0, faxMs: 0, messageEndMs: 0 }, missing: 0.5 };
  const setting = await setUp({ amd });
  for (let call = 0; call < 6; call += 1) {
    await place(setting, {
      to: `+1555555012${call}`,
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${setting.ours.url}/amd`,
    });
  }
  await eventually(() => expect(setting.ours.hooksTo('/status')).toHaveLength(18));
  await eventually(() => expect(setting.ours.hooksTo('/amd')).toHaveLength(3));
});

test('our webhook counts as failed though it answered: the TwiML is lost, and the call ends', async () => {
  const setting = await setUp();
  setting.ours.answers.set('/voice', () => ({ body: STAY }));
  setting.emulator.control.fault({ kind: 'webhook_failed', purpose: 'twiml', status: 502 });
  const sid = await place(setting, { twiml: '', url: `${setting.ours.url}/voice` });
  await eventually(async () => expect((await setting.client.calls(sid).fetch()).status).toBe('completed'));
  expect(setting.emulator.control.alerts()).toMatchObject([{ code: 11200 }]);
  expect(setting.ours.hooksTo('/voice')).toHaveLength(1);
});

test('a webhook that cannot be connected to is tried once more', async () => {
  const setting = await setUp();
  setting.ours.answers.set('/voice', () => ({ body: STAY }));
  setting.emulator.control.fault({ kind: 'webhook_failed', purpose: 'twiml', status: 0 });
  await place(setting, { twiml: '', url: `${setting.ours.url}/voice` });
  await eventually(() =>
    expect(setting.emulator.control.webhooks().filter(({ purpose }) => purpose === 'twiml')).toMatchObject([
      { attempt: 1, status: 0 },
      { attempt: 2, status: 200 },
    ]),
  );
  expect(setting.ours.hooksTo('/voice')).toHaveLength(1);
});

test('a fault can wait for one number, let chances pass, and last until it is cleared', async () => {
  const setting = await setUp();
  const { control } = setting.emulator;
  control.fault({ kind: 'create_refused', status: 500, to: '+15555550124', times: null });
  control.fault({ kind: 'create_refused', status: 503, to: TO, after: 1 });
  await place(setting);
  await expect(place(setting)).rejects.toMatchObject({ status: 503 });
  await place(setting);
  for (let time = 0; time < 3; time += 1) {
    await expect(place(setting, { to: '+15555550124' })).rejects.toMatchObject({ status: 500 });
  }
  control.clearFaults();
  await place(setting, { to: '+15555550124' });
});

test('everything can be asked and seen over HTTP, from another process', async () => {
  const setting = await setUp();
  const control = `${setting.emulator.url}/_emulator`;
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${control}/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const get = async (path: string): Promise<unknown> => (await fetch(`${control}/${path}`)).json();
  expect(
    (
      await post('faults', [
        { kind: 'create_refused', status: 503 },
        { kind: 'amd_never', to: TO },
      ])
    ).status,
  ).toBe(200);
  expect(await get('faults')).toMatchObject({ faults: [{ left: 1 }, { left: 1, fault: { to: TO } }] });
  await expect(place(setting)).rejects.toMatchObject({ status: 503 });
  for (const wrong of [
    { kind: 'earthquake' },
    { kind: 'amd_late' },
    { kind: 'amd_wrong', says: 'robot' },
    { kind: 'amd_never', speed: 1 },
    'amd_never',
    null,
  ]) {
    expect((await post('faults', wrong)).status).toBe(400);
  }
  await fetch(`${control}/faults`, { method: 'DELETE' });
  expect(await get('faults')).toEqual({ faults: [] });
  expect((await post('line-delay', { toUs: 20, fromUs: 20 })).status).toBe(204);
  expect((await post('line-delay', { toUs: 'far' })).status).toBe(400);
  const sid = await place(setting, { twiml: setting.streamTwiml });
  const stream = await setting.ours.stream();
  await stream.started();
  expect(await get('dials')).toMatchObject([
    { sid, to: TO, from: FROM, monotonicMs: expect.any(Number), atMs: expect.any(Number) },
  ]);
  expect(await get('calls')).toMatchObject([{ sid, status: 'in-progress' }]);
  expect(await get('lines')).toMatchObject([{ lines: 1 }]);
  expect(await get('alerts')).toEqual([]);
  expect(await get('streams')).toMatchObject([{ callSid: sid }]);
  expect(await get('webhooks')).toBeInstanceOf(Array);
  expect((await post(`calls/${sid}/press/1%23`, null)).status).toBe(204);
  await eventually(() => expect(stream.of('dtmf').map(({ dtmf }) => dtmf?.digit)).toEqual(['1', '#']));
  expect((await post(`calls/${sid}/hangup`, null)).status).toBe(204);
  await eventually(() => expect(setting.network.handset.hungUp).toBe(1));
  expect((await post(`calls/${sid}/hangup`, null)).status).toBe(404);
  expect((await fetch(`${control}/elsewhere`)).status).toBe(404);
});
