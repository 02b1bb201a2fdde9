/** A call's life as our webhooks see it: order, fields, signatures, retries, detection, queueing. */
import twilio from 'twilio';
import { expect, test } from 'vitest';
import type { Ringing } from '../../../src/emulators/phone.ts';
import {
  answers,
  eventually,
  FROM,
  type Hook,
  setUp,
  type Setting,
  STAY,
  TO,
  TOKEN,
} from './twilioFixtures.ts';

const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/** Places a call whose every event goes to /status. */
async function place(
  { client, ours }: Setting,
  more: Partial<Parameters<Setting['client']['calls']['create']>[0]> = {},
): Promise<string> {
  const call = await client.calls.create({
    to: TO,
    from: FROM,
    twiml: STAY,
    statusCallback: `${ours.url}/status`,
    statusCallbackEvent: EVENTS,
    ...more,
  });
  return call.sid;
}

const statuses = (hooks: readonly Hook[]): readonly (string | undefined)[] =>
  hooks.map(({ params }) => params['CallStatus']);

function validSignature({ headers, url, method, params }: Hook): boolean {
  return twilio.validateRequest(
    TOKEN,
    String(headers['x-twilio-signature']),
    url,
    method === 'POST' ? params : {},
  );
}

async function done(setting: Setting, sid: string, status: string): Promise<void> {
  await eventually(async () => expect((await setting.client.calls(sid).fetch()).status).toBe(status));
}

test('an answered call tells initiated, ringing, answered and completed, numbered and signed', async () => {
  const setting = await setUp();
  const sid = await place(setting);
  await done(setting, sid, 'in-progress');
  setting.network.handset.line?.hangUp();
  await eventually(() => expect(setting.ours.hooksTo('/status')).toHaveLength(4));
  const hooks = setting.ours.hooksTo('/status');
  expect(statuses(hooks)).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
  expect(hooks.map(({ params }) => params['SequenceNumber'])).toEqual(['0', '1', '2', '3']);
  for (const hook of hooks) {
    expect(hook.method).toBe('POST');
    expect(validSignature(hook)).toBe(true);
    expect(hook.headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
    expect(hook.params).toMatchObject({
      CallSid: sid,
      To: TO,
      Called: TO,
      From: FROM,
      Caller: FROM,
      Direction: 'outbound-api',
      ApiVersion: '2010-04-01',
      CallbackSource: 'call-progress-events',
      Timestamp: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/),
    });
  }
  expect(hooks[3]?.params).toMatchObject({ CallDuration: '1', Duration: '1', SipResponseCode: '200' });
  expect(hooks[2]?.params).not.toHaveProperty('CallDuration');
});

test('without StatusCallbackEvent only the end is told; over GET the fields are in the query, and signed with it', async () => {
  const setting = await setUp();
  const sid = await place(setting, {
    statusCallback: `${setting.ours.url}/status?attempt=7`,
    statusCallbackEvent: [],
    statusCallbackMethod: 'GET',
    twiml: '<Response><Hangup/></Response>',
  });
  await done(setting, sid, 'completed');
  await eventually(() => expect(setting.ours.hooks).toHaveLength(1));
  const [hook] = setting.ours.hooks;
  const query = new URL(hook?.url ?? '').searchParams;
  expect([query.get('attempt'), query.get('CallStatus'), query.get('SequenceNumber')]).toEqual([
    '7',
    'completed',
    '0',
  ]);
  expect(hook === undefined ? false : validSignature(hook)).toBe(true);
});

test.each<[string, Ringing, string, string]>([
  ['busy', { kind: 'busy', afterMs: 10 }, 'busy', '486'],
  ['a decline', { kind: 'rejects', afterMs: 10, sipCode: 603 }, 'busy', '603'],
  ['a temporary absence', { kind: 'rejects', afterMs: 10, sipCode: 480 }, 'no-answer', '480'],
  ['a refusal', { kind: 'rejects', afterMs: 10, sipCode: 503 }, 'failed', '503'],
  ['an unreachable number', { kind: 'unreachable', sipCode: 404 }, 'failed', '404'],
])(
  '%s ends the call with its status and SIP code, under the completed subscription',
  async (_, ringing, status, sip) => {
    const setting = await setUp();
    setting.network.plans.set(TO, () => ringing);
    await place(setting);
    await eventually(() =>
      expect(setting.ours.hooksTo('/status').at(-1)?.params).toMatchObject({
        CallStatus: status,
        SipResponseCode: sip,
        CallDuration: '0',
      }),
    );
    expect(setting.emulator.control.linesNow()).toBe(0);
  },
);

test('a phone that rings out is no-answer with SIP 487 at the ring timeout, not before', async () => {
  const setting = await setUp();
  setting.network.plans.set(TO, () => ({ kind: 'rings_out' }));
  const placed = performance.now();
  await place(setting, { timeout: 1 });
  await eventually(() =>
    expect(setting.ours.hooksTo('/status').at(-1)?.params).toMatchObject({
      CallStatus: 'no-answer',
      SipResponseCode: '487',
    }),
  );
  expect(performance.now() - placed).toBeGreaterThan(990);
});

test('TimeLimit ends a conversation, counted from the answer; an update can shorten it', async () => {
  const setting = await setUp();
  const first = await place(setting, { timeLimit: 1 });
  const second = await place(setting, { to: '+15555550124' });
  await done(setting, second, 'in-progress');
  await setting.client.calls(second).update({ timeLimit: 1 });
  await done(setting, first, 'completed');
  await done(setting, second, 'completed');
  expect(setting.network.handsets.map(({ hungUp }) => hungUp)).toEqual([1, 1]);
});

test('calls leave the queue at the account’s rate, in order, however fast they are created', async () => {
  const setting = await setUp({ cps: 5 });
  const created: number[] = [];
  for (let call = 0; call < 6; call += 1) {
    await place(setting, { to: `+1555555012${call}` });
    created.push(performance.now());
  }
  await eventually(() => expect(setting.network.rung).toHaveLength(6));
  const all = await setting.client.calls.list();
  const waits = all.toReversed().map(({ queueTime }) => Number(queueTime));
  expect(waits[0]).toBe(0);
  expect(waits[5]).toBeGreaterThan(400);
  expect(waits[5]).toBeLessThanOrEqual(1_000);
  expect(setting.network.rung.map(({ to }) => to)).toEqual(
    Array.from({ length: 6 }, (_, call) => `+1555555012${call}`),
  );
  const initiated = setting.emulator.control.lines();
  const span = (initiated.at(-1)?.monotonicMs ?? 0) - (initiated[0]?.monotonicMs ?? 0);
  // Five gaps of 200 ms, less what the first may have been late by.
  expect(span).toBeGreaterThan(880);
  expect(setting.emulator.control.dials()).toHaveLength(6);
  expect(setting.emulator.control.lines().map(({ lines }) => lines)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('a call that is queued for too long is canceled without ringing; one that rings by then is left alone', async () => {
  const setting = await setUp({ cps: 0.01, mostQueuedMs: 200 });
  setting.network.plans.set(TO, () => ({ kind: 'rings_out' }));
  const first = await place(setting);
  await done(setting, first, 'ringing');
  const second = await place(setting, { to: '+15555550124' });
  await done(setting, second, 'canceled');
  expect(setting.network.rung.map(({ to }) => to)).toEqual([TO]);
  await done(setting, first, 'ringing');
});

test('a call beyond the concurrency cap fails with alert 10004', async () => {
  const setting = await setUp({ concurrency: 1 });
  await place(setting);
  const second = await place(setting, { to: '+15555550124' });
  await done(setting, second, 'failed');
  expect(setting.emulator.control.alerts().map(({ code, callSid }) => [code, callSid])).toEqual([
    [10004, second],
  ]);
  expect(setting.network.rung).toHaveLength(1);
});

test('a webhook that fails is not retried after 5xx unless its URL says so, and the fragment is neither sent nor signed', async () => {
  const setting = await setUp();
  let answered = 0;
  const failTwice = (): { readonly status: number } => {
    answered += 1;
    return { status: answered <= 2 ? 503 : 204 };
  };
  setting.ours.answers.set('/plain', () => ({ status: 503 }));
  setting.ours.answers.set('/patient', failTwice);
  for (const callback of ['/plain', '/patient#rc=3&rp=ct,5xx']) {
    await place(setting, { statusCallback: setting.ours.url + callback, statusCallbackEvent: ['initiated'] });
  }
  await eventually(() => expect(setting.ours.hooksTo('/patient')).toHaveLength(3));
  expect(setting.ours.hooksTo('/plain')).toHaveLength(1);
  const tokens = setting.ours.hooksTo('/patient').map(({ headers }) => headers['i-twilio-idempotency-token']);
  expect(new Set(tokens).size).toBe(1);
  expect(setting.ours.hooksTo('/patient').every(validSignature)).toBe(true);
});

test('a webhook that is not answered is given up when its total time is over', async () => {
  const setting = await setUp();
  setting.ours.answers.set('/slow', () => null);
  await place(setting, {
    statusCallback: `${setting.ours.url}/slow#tt=150&rc=5&rp=all`,
    statusCallbackEvent: ['initiated'],
  });
  await eventually(() =>
    expect(setting.emulator.control.webhooks()).toMatchObject([{ status: 0, purpose: 'status', attempt: 1 }]),
  );
});

test('asynchronous detection lets the call start at once and tells its verdict alone, later', async () => {
  const amd = { delays: { humanMs: 50, machineMs: 50, faxMs: 50, messageEndMs: 30 }, missing: 0 };
  const setting = await setUp({ amd });
  setting.network.plans.set(TO, (handset) =>
    answers(handset, { who: 'machine', greetingEnd: { how: 'beep', afterMs: 800 } }),
  );
  const sid = await place(setting, {
    twiml: setting.streamTwiml,
    machineDetection: 'DetectMessageEnd',
    asyncAmd: 'true',
    asyncAmdStatusCallback: `${setting.ours.url}/amd`,
  });
  const stream = await setting.ours.stream();
  await stream.started();
  expect(setting.ours.hooksTo('/amd')).toHaveLength(0);
  await eventually(() => expect(setting.ours.hooksTo('/amd')).toHaveLength(1));
  const [verdict] = setting.ours.hooksTo('/amd');
  expect(Object.keys(verdict?.params ?? {}).toSorted()).toEqual([
    'AccountSid',
    'AnsweredBy',
    'CallSid',
    'MachineDetectionDuration',
  ]);
  expect(verdict?.params).toMatchObject({
    CallSid: sid,
    AnsweredBy: 'machine_end_beep',
    MachineDetectionDuration: '830',
  });
  expect(verdict === undefined ? false : validSignature(verdict)).toBe(true);
  expect((await setting.client.calls(sid).fetch()).answeredBy).toBe('machine_end_beep');
  await setting.client.calls(sid).update({ twiml: '<Response><Hangup/></Response>' });
  await eventually(() =>
    expect(setting.ours.hooksTo('/status').at(-1)?.params).toMatchObject({
      CallStatus: 'completed',
      AnsweredBy: 'machine_end_beep',
    }),
  );
});

test('synchronous detection holds the instructions back and says who answered when it asks for them', async () => {
  const amd = { delays: { humanMs: 700, machineMs: 0, faxMs: 0, messageEndMs: 0 }, missing: 0 };
  const setting = await setUp({ amd });
  setting.ours.answers.set('/voice', () => ({ body: STAY }));
  await place(setting, { twiml: '', url: `${setting.ours.url}/voice`, machineDetection: 'Enable' });
  await eventually(() => expect(statuses(setting.ours.hooksTo('/status'))).toContain('in-progress'));
  expect(setting.ours.hooksTo('/voice')).toHaveLength(0);
  await eventually(() => expect(setting.ours.hooksTo('/voice')).toHaveLength(1));
  expect(setting.ours.hooksTo('/voice')[0]?.params).toMatchObject({
    AnsweredBy: 'human',
    MachineDetectionDuration: '700',
    CallStatus: 'in-progress',
  });
});

test('a handset that breaks costs its own call only', async () => {
  const setting = await setUp();
  setting.network.plans.set(TO, (handset) => {
    handset.tick = () => {
      throw new Error('dropped in the bath');
    };
    return answers(handset);
  });
  const broken = await place(setting);
  const fine = await place(setting, { to: '+15555550124' });
  await done(setting, broken, 'completed');
  await done(setting, fine, 'in-progress');
});
