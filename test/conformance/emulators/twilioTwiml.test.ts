/** What calls do with the TwiML they are given. */
import { expect, test } from 'vitest';
import {
  answers,
  eventually,
  FRAME,
  FROM,
  type ScriptedHandset,
  setUp,
  type Setting,
  STAY,
  TO,
} from './twilioFixtures.ts';

async function status({ client }: Setting, sid: string): Promise<string> {
  return (await client.calls(sid).fetch()).status;
}

async function place(setting: Setting, twiml: string, to = TO): Promise<string> {
  return (await setting.client.calls.create({ to, from: FROM, twiml })).sid;
}

test('Redirect, Pause, Say and Hangup run in order, relative URLs starting at the document’s own', async () => {
  const setting = await setUp();
  const { ours } = setting;
  ours.answers.set('/flow/one', () => ({
    body: '<Response><Say>Hi</Say><Redirect method="GET">two?a=1&amp;b=2</Redirect></Response>',
  }));
  ours.answers.set('/flow/two', () => ({
    body: '<Response><Pause length="0"/><Hangup/><Redirect>/never</Redirect></Response>',
  }));
  const sid = await place(setting, `<Response><Redirect>${ours.url}/flow/one</Redirect></Response>`);
  await eventually(async () => expect(await status(setting, sid)).toBe('completed'));
  expect(ours.hooks.map(({ path, method }) => [method, path])).toEqual([
    ['POST', '/flow/one'],
    ['GET', '/flow/two'],
  ]);
  const query = new URL(ours.hooks[1]?.url ?? '').searchParams;
  expect([query.get('a'), query.get('b'), query.get('CallSid')]).toEqual(['1', '2', sid]);
});

test.each([
  ['markup that is not closed', '<Response><Pause>', 12100],
  ['another root', '<Reply/>', 12100],
  ['two roots', '<Response/><Response/>', 12100],
  ['an unknown entity', '<Response><Say>&nbsp;</Say></Response>', 12100],
])('%s ends the call with alert %i', async (_, twiml, code) => {
  const setting = await setUp();
  const sid = await place(setting, twiml);
  await eventually(async () => expect(await status(setting, sid)).toBe('completed'));
  expect(setting.emulator.control.alerts()).toMatchObject([{ code, callSid: sid, level: 'error' }]);
});

test('a document that cannot be had is asked of the fallback URL, with the reason', async () => {
  const setting = await setUp();
  const { ours, client } = setting;
  ours.answers.set('/voice', () => ({ status: 500 }));
  ours.answers.set('/fallback', () => ({ body: STAY }));
  const call = await client.calls.create({
    to: TO,
    from: FROM,
    url: `${ours.url}/voice`,
    fallbackUrl: `${ours.url}/fallback`,
  });
  await eventually(() => expect(ours.hooksTo('/fallback')).toHaveLength(1));
  expect(ours.hooksTo('/fallback')[0]?.params).toMatchObject({
    ErrorCode: '11200',
    ErrorUrl: `${ours.url}/voice`,
  });
  expect(await status(setting, call.sid)).toBe('in-progress');
  expect(setting.emulator.control.alerts()).toMatchObject([{ code: 11200 }]);
});

test('an answer that is not XML is alert 12300, a verb that is not performed here a warning', async () => {
  const setting = await setUp();
  setting.ours.answers.set('/voice', () => ({ body: 'hello', type: 'text/plain' }));
  const sid = await place(
    setting,
    `<Response><Sing/><Redirect>${setting.ours.url}/voice</Redirect></Response>`,
  );
  await eventually(async () => expect(await status(setting, sid)).toBe('completed'));
  expect(setting.emulator.control.alerts().map(({ code }) => code)).toEqual([12200, 12300]);
});

test('Play fetches bare mu-law and plays it to the callee before the next verb', async () => {
  const setting = await setUp();
  const { ours } = setting;
  ours.answers.set('/message', () => ({ body: 'A'.repeat(480), type: 'audio/basic' }));
  ours.answers.set('/after', () => ({ body: STAY }));
  await place(
    setting,
    `<Response><Play>${ours.url}/message</Play><Redirect>${ours.url}/after</Redirect></Response>`,
  );
  await eventually(() => expect(ours.hooksTo('/after')).toHaveLength(1));
  expect(setting.network.handset.sounds()).toEqual(Array(480).fill(65));
});

test('Gather stops its prompt at the first key, and goes to its action with the digits', async () => {
  const setting = await setUp();
  const { ours, network } = setting;
  ours.answers.set('/digits', () => ({ body: STAY }));
  await place(
    setting,
    `<Response><Gather action="${ours.url}/digits" finishOnKey="#"><Say>${'Please choose. '.repeat(20)}</Say></Gather></Response>`,
  );
  await eventually(() => expect(network.handset.heard.length).toBeGreaterThan(1));
  for (const digit of '12#') network.handset.line?.dtmf(digit);
  await eventually(() => expect(ours.hooksTo('/digits')).toHaveLength(1));
  expect(ours.hooksTo('/digits')[0]?.params['Digits']).toBe('12');
});

test('Gather ends at numDigits, and without keys goes on to the next verb', async () => {
  const setting = await setUp();
  const { ours, network } = setting;
  ours.answers.set('/digits', () => ({ body: STAY }));
  ours.answers.set('/silent', () => ({ body: STAY }));
  const gather = `<Gather numDigits="1" timeout="1" action="${ours.url}/digits"/>`;
  await place(setting, `<Response>${gather}</Response>`);
  await eventually(() => expect(network.handset.heard.length).toBeGreaterThan(1));
  network.handset.line?.dtmf('7');
  await eventually(() => expect(ours.hooksTo('/digits')[0]?.params['Digits']).toBe('7'));
  await place(
    setting,
    `<Response>${gather}<Redirect>${ours.url}/silent</Redirect></Response>`,
    '+15555550124',
  );
  await eventually(() => expect(ours.hooksTo('/silent')).toHaveLength(1));
});

/** Says one sound for ever. */
function drone(code: number): (handset: ScriptedHandset) => ReturnType<typeof answers> {
  return (handset) => {
    handset.toSay.push(...Array.from({ length: 500 }, () => new Uint8Array(FRAME).fill(code)));
    return answers(handset);
  };
}

test('two calls in a conference hear each other; it ends for all when one leaves who ends it', async () => {
  const setting = await setUp();
  const { network, ours } = setting;
  network.plans.set(TO, drone(1));
  network.plans.set('+15555550124', drone(2));
  ours.answers.set('/left', () => ({ body: STAY }));
  const stays = await place(
    setting,
    `<Response><Dial action="${ours.url}/left"><Conference beep="false">room</Conference></Dial></Response>`,
  );
  const ends = await place(
    setting,
    '<Response><Dial><Conference endConferenceOnExit="true">room</Conference></Dial></Response>',
    '+15555550124',
  );
  await eventually(() => {
    expect(network.handsets[0]?.sounds()).toContain(2);
    expect(network.handsets[1]?.sounds()).toContain(1);
  });
  expect(network.handsets[0]?.sounds()).not.toContain(1);
  network.handsets[1]?.line?.hangUp();
  await eventually(() => expect(ours.hooksTo('/left')).toHaveLength(1));
  expect(await status(setting, ends)).toBe('completed');
  expect(await status(setting, stays)).toBe('in-progress');
});

test('nobody hears anything in a conference that nobody has started', async () => {
  const setting = await setUp();
  const { network } = setting;
  network.plans.set(TO, drone(1));
  network.plans.set('+15555550124', drone(2));
  const waits =
    '<Response><Dial><Conference startConferenceOnEnter="false">room</Conference></Dial></Response>';
  await place(setting, waits);
  await place(setting, waits, '+15555550124');
  await eventually(() => expect(network.handsets[1]?.heard.length).toBeGreaterThan(10));
  expect(network.handsets.flatMap((handset) => handset.sounds())).toEqual([]);
  const starts = await place(setting, waits.replace('"false"', '"true"'), '+15555550125');
  await eventually(() => expect(network.handsets[1]?.sounds()).toContain(1));
  // Who does not end the conference may leave it: the others go on talking.
  await setting.client.calls(starts).update({ status: 'completed' });
  const soFar = network.handsets[1]?.sounds().length ?? 0;
  await eventually(() => expect(network.handsets[1]?.sounds().length).toBeGreaterThan(soFar + 5 * FRAME));
});

test('Dial places a second call and bridges the two; its end goes to the action with its status', async () => {
  const setting = await setUp();
  const { network, ours, client } = setting;
  network.plans.set(TO, drone(1));
  network.plans.set('+15555550124', drone(2));
  ours.answers.set('/dialed', () => ({ body: STAY }));
  const sid = await place(
    setting,
    `<Response><Dial action="${ours.url}/dialed"><Number>+15555550124</Number></Dial></Response>`,
  );
  await eventually(() => {
    expect(network.handsets[0]?.sounds()).toContain(2);
    expect(network.handsets[1]?.sounds()).toContain(1);
  });
  const [child] = await client.calls.list({ parentCallSid: sid });
  expect(child).toMatchObject({ direction: 'outbound-dial', to: '+15555550124', status: 'in-progress' });
  network.handsets[1]?.line?.hangUp();
  await eventually(() => expect(ours.hooksTo('/dialed')).toHaveLength(1));
  expect(ours.hooksTo('/dialed')[0]?.params).toMatchObject({
    DialCallStatus: 'completed',
    DialCallSid: child?.sid,
    CallStatus: 'in-progress',
  });
});

test('the second call ends with the first, is busy when it is, and an impossible number is alert 13224', async () => {
  const setting = await setUp();
  const { network, ours, client } = setting;
  network.plans.set('+15555550125', () => ({ kind: 'busy', afterMs: 5 }));
  ours.answers.set('/dialed', () => ({ body: STAY }));
  const dial = (number: string): string =>
    `<Response><Dial action="${ours.url}/dialed">${number}</Dial></Response>`;
  await place(setting, dial('+15555550125'));
  await eventually(() => expect(ours.hooksTo('/dialed')[0]?.params['DialCallStatus']).toBe('busy'));
  await place(setting, dial('12'));
  await eventually(() => expect(ours.hooksTo('/dialed')[1]?.params['DialCallStatus']).toBe('failed'));
  expect(setting.emulator.control.alerts().map(({ code }) => code)).toEqual([13224]);
  const sid = await place(setting, dial('+15555550126'));
  await eventually(async () =>
    expect((await client.calls.list({ to: '+15555550126' }))[0]?.status).toBe('in-progress'),
  );
  await client.calls(sid).update({ status: 'completed' });
  await eventually(async () =>
    expect((await client.calls.list({ to: '+15555550126' }))[0]?.status).toBe('completed'),
  );
});
