/** The REST API, driven by Twilio's own SDK and held against Twilio's own OpenAPI. */
import twilio from 'twilio';
import { expect, test } from 'vitest';
import { twilioOracle } from '../../oracles/twilioOracle.ts';
import { ACCOUNT, answers, eventually, FROM, setUp, STAY, TO } from './twilioFixtures.ts';

const oracle = twilioOracle();

/** What a rejected request of the SDK says. */
async function refusal(
  request: Promise<unknown>,
): Promise<{ readonly status: unknown; readonly code: unknown }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'code' in error)
      return { status: error.status, code: error.code };
    throw error;
  }
  throw new Error('it was accepted');
}

test('a call as it is created, rings, talks and ends validates against the schema at every moment', async () => {
  const { client, exchanges, network } = await setUp();
  network.plans.set(TO, (handset) => answers(handset, { who: 'human' }, 250));
  const call = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  expect(call).toMatchObject({ status: 'queued', direction: 'outbound-api', duration: null, queueTime: '0' });
  const seen = new Set<string>();
  await eventually(async () => {
    const { status } = await client.calls(call.sid).fetch();
    seen.add(status);
    expect(status).toBe('in-progress');
  });
  await client.calls(call.sid).update({ status: 'completed' });
  const ended = await client.calls(call.sid).fetch();
  expect(ended).toMatchObject({
    status: 'completed',
    duration: '1',
    to: TO,
    from: FROM,
    toFormatted: '(555) 555-0123',
  });
  expect(ended.startTime).toBeInstanceOf(Date);
  expect(ended.endTime).toBeInstanceOf(Date);
  expect(seen).toContain('ringing');
  for (const { body } of exchanges) expect(oracle.problems('call', body)).toEqual([]);
  expect(exchanges.length).toBeGreaterThan(3);
});

test('a resource has exactly the keys of Twilio’s example, and the oracle catches the usual mistakes', async () => {
  const { client, exchanges } = await setUp();
  await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  const body = exchanges[0]?.body;
  expect(oracle.problems('call', body)).toEqual([]);
  const call: object = typeof body === 'object' && body !== null ? body : {};
  for (const wrong of [
    { status: 'initiated' },
    { duration: 4 },
    { date_created: '2026-01-01T00:00:00Z' },
    { sid: 'CA1' },
    { more: 1 },
  ]) {
    expect(oracle.problems('call', { ...call, ...wrong })).not.toEqual([]);
  }
  const { sid: _, ...withoutSid } = { sid: '', ...call };
  expect(oracle.problems('call', withoutSid)).not.toEqual([]);
});

test('every parameter that the SDK can send is one that Twilio documents, and is accepted', async () => {
  const { client, exchanges, ours } = await setUp();
  const url = `${ours.url}/hook`;
  const call = await client.calls.create({
    to: TO,
    from: FROM,
    url,
    method: 'GET',
    fallbackUrl: url,
    fallbackMethod: 'GET',
    statusCallback: url,
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    statusCallbackMethod: 'GET',
    timeout: 20,
    record: true,
    recordingChannels: 'dual',
    recordingStatusCallback: url,
    recordingStatusCallbackMethod: 'POST',
    recordingStatusCallbackEvent: ['in-progress', 'completed', 'absent'],
    recordingTrack: 'both',
    trim: 'do-not-trim',
    machineDetection: 'DetectMessageEnd',
    machineDetectionTimeout: 30,
    machineDetectionSpeechThreshold: 2000,
    machineDetectionSpeechEndThreshold: 1000,
    machineDetectionSilenceTimeout: 5000,
    asyncAmd: 'true',
    asyncAmdStatusCallback: url,
    asyncAmdStatusCallbackMethod: 'POST',
    callReason: 'appointment',
    callerId: FROM,
    timeLimit: 600,
    sendDigits: 'w1#',
    byoc: `BY${'0'.repeat(32)}`,
    callToken: 'token',
    sipAuthUsername: 'user',
    sipAuthPassword: 'secret',
  });
  expect(call.status).toBe('queued');
  const form = exchanges[0]?.form ?? new URLSearchParams();
  expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
  expect([...form.keys()].filter((name) => !oracle.formFields('createCall').includes(name))).toEqual([]);
  expect(
    oracle
      .formFields('createCall')
      .filter((name) => !form.has(name))
      .toSorted(),
  ).toEqual(['ApplicationSid', 'Twiml']);
});

test.each([
  ['no such number', { to: '+1555' }, 21211],
  ['letters', { to: 'nobody' }, 21211],
  ['+15005550001', { to: '+15005550001' }, 21217],
  ['+15005550002', { to: '+15005550002' }, 21214],
  ['+15005550003', { to: '+15005550003' }, 21215],
  ['+15005550004', { to: '+15005550004' }, 21216],
  ['from +15005550001', { from: '+15005550001' }, 21212],
  ['from a number of somebody else', { from: '+15555550199' }, 21210],
  ['no instructions', { twiml: '' }, 21205],
  ['a relative url', { url: '/voice' }, 21205],
  ['a host with an underscore', { url: 'http://my_host/voice' }, 21205],
  ['a wrong method', { method: 'PUT' }, 21209],
  ['a wrong status callback', { statusCallback: 'nowhere' }, 21609],
  ['a wrong event', { statusCallbackEvent: ['finished'] }, 21626],
  ['a ring time beyond 600 s', { timeout: 601 }, 21208],
  ['a wrong detection', { machineDetection: 'Maybe' }, 20001],
  ['too much TwiML', { twiml: `<Response>${' '.repeat(4000)}</Response>` }, 20001],
  ['an application', { twiml: '', applicationSid: `AP${'0'.repeat(32)}` }, 21218],
])('a create with %s is refused', async (_, wrong, code) => {
  const { client, emulator } = await setUp({ numbers: [FROM] });
  const params = { to: TO, from: FROM, twiml: STAY, ...wrong };
  expect(await refusal(client.calls.create(params))).toEqual({ status: 400, code });
  expect(emulator.control.dials()).toEqual([]);
});

test('a wrong token is 401 with code 20003, an unknown call 404 with 20404', async () => {
  const { client, emulator } = await setUp();
  const stranger = twilio(ACCOUNT, 'wrong');
  stranger.api.baseUrl = emulator.url;
  expect(await refusal(stranger.calls.create({ to: TO, from: FROM, twiml: STAY }))).toEqual({
    status: 401,
    code: 20003,
  });
  expect(await refusal(client.calls(`CA${'0'.repeat(32)}`).fetch())).toEqual({ status: 404, code: 20404 });
});

test('when Url and Twiml are both given, Twiml is ignored', async () => {
  const { client, ours } = await setUp();
  ours.answers.set('/voice', () => ({ body: STAY }));
  await client.calls.create({
    to: TO,
    from: FROM,
    url: `${ours.url}/voice`,
    twiml: '<Response><Hangup/></Response>',
  });
  await eventually(() => expect(ours.hooksTo('/voice')).toHaveLength(1));
});

test('lists page through next_page_uri, newest first, each call once', async () => {
  const { client, exchanges } = await setUp();
  const sids: string[] = [];
  for (let call = 0; call < 7; call += 1) {
    sids.push((await client.calls.create({ to: TO, from: FROM, twiml: STAY })).sid);
  }
  const listed = await client.calls.list({ pageSize: 3 });
  expect(listed.map(({ sid }) => sid)).toEqual(sids.toReversed());
  const pages = exchanges.filter(({ method }) => method === 'GET');
  expect(pages).toHaveLength(3);
  for (const { body } of pages) expect(oracle.listProblems('calls', body)).toEqual([]);
});

test('lists filter by number, status and start; a queued call has no start', async () => {
  const { client, emulator } = await setUp({ cps: 0.01 });
  const before = new Date(Date.now() - 2_000);
  const first = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  const second = await client.calls.create({ to: '+15555550124', from: FROM, twiml: STAY });
  await eventually(async () => expect((await client.calls(first.sid).fetch()).status).toBe('in-progress'));
  const sids = async (filter: Parameters<typeof client.calls.list>[0]): Promise<readonly string[]> =>
    (await client.calls.list(filter)).map(({ sid }) => sid);
  expect(await sids({ to: TO })).toEqual([first.sid]);
  expect(await sids({ from: FROM })).toEqual([second.sid, first.sid]);
  expect(await sids({ status: 'queued' })).toEqual([second.sid]);
  expect(await sids({ startTimeAfter: before })).toEqual([first.sid]);
  expect(await sids({ startTimeAfter: new Date(Date.now() + 60_000) })).toEqual([]);
  expect(await sids({ startTimeBefore: before })).toEqual([]);
  expect(await sids({ startTimeBefore: new Date(Date.now() + 2_000), startTimeAfter: before })).toEqual([
    first.sid,
  ]);
  expect(second.queueTime).toMatch(/^\d{5,6}$/);
  expect(emulator.control.linesNow()).toBe(1);
});

test('a queued call is canceled, a call in conversation completed, and one that is over refuses both', async () => {
  const { client, emulator, network } = await setUp({ cps: 0.01 });
  const first = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  const second = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  expect((await client.calls(second.sid).update({ status: 'canceled' })).status).toBe('canceled');
  await eventually(async () => expect((await client.calls(first.sid).fetch()).status).toBe('in-progress'));
  expect((await client.calls(first.sid).update({ status: 'canceled' })).status).toBe('in-progress');
  expect((await client.calls(first.sid).update({ status: 'completed' })).status).toBe('completed');
  expect(await refusal(client.calls(first.sid).update({ status: 'completed' }))).toEqual({
    status: 400,
    code: 21220,
  });
  expect(await refusal(client.calls(second.sid).update({ twiml: STAY }))).toEqual({
    status: 400,
    code: 21220,
  });
  expect(network.rung).toHaveLength(1);
  expect(emulator.control.linesNow()).toBe(0);
});

test('a ringing call cannot be redirected; a finished one can be deleted', async () => {
  const { client, network } = await setUp();
  network.plans.set(TO, () => ({ kind: 'rings_out' }));
  const call = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  await eventually(async () => expect((await client.calls(call.sid).fetch()).status).toBe('ringing'));
  expect(await refusal(client.calls(call.sid).update({ twiml: STAY }))).toEqual({ status: 400, code: 21220 });
  expect((await client.calls(call.sid).update({ status: 'completed' })).status).toBe('canceled');
  expect(await client.calls(call.sid).remove()).toBe(true);
  expect(await refusal(client.calls(call.sid).fetch())).toEqual({ status: 404, code: 20404 });
});

test('dates are shown with the clock’s offset, and elapsed time is not affected', async () => {
  const offset = -40 * 24 * 60 * 60 * 1000;
  const { client } = await setUp({ clockOffsetMs: offset });
  const call = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  expect(Math.abs(call.dateCreated.getTime() - Date.now() - offset)).toBeLessThan(5_000);
  await eventually(async () => expect((await client.calls(call.sid).fetch()).status).toBe('in-progress'));
});
