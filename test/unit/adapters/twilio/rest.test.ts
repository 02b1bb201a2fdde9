import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { dialFailure, RateLimited } from '../../../../src/adapters/twilio/dialFailure.ts';
import { createTwilioTelephony } from '../../../../src/adapters/twilio/rest.ts';
import type { TwilioConfig } from '../../../../src/adapters/twilio/rest.ts';
import type { E164 } from '../../../../src/domain/call.ts';
import { id } from '../../../../src/domain/ids.ts';
import type { AttemptId } from '../../../../src/domain/ids.ts';
import { twilioOracle } from '../../../oracles/twilioOracle.ts';
import { silentLog } from '../../../support/silentLog.ts';
import { systemClock } from '../../../../src/runtime/systemClock.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

async function api(
  answer: { status: number; body: unknown; headers?: Record<string, string> },
  more: Partial<TwilioConfig> = {},
): Promise<{ asked: Asked[]; telephony: ReturnType<typeof createTwilioTelephony> }> {
  const asked: Asked[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { authorization } = request.headers;
      asked.push({
        method: request.method ?? '',
        path: request.url ?? '',
        authorization,
        form: new URLSearchParams(body),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => void http.close(resolve));
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const telephony = createTwilioTelephony({
    accountSid: 'AC1',
    authToken: 'secret',
    apiBaseUrl: `http://127.0.0.1:${address.port}`,
    publicUrl: 'https://calls.example.org',
    mediaUrl: 'wss://worker-3.example.org/media',
    timeoutMs: 2_000,
    record: false,
    clock: systemClock(),
    log: silentLog,
    ...more,
  });
  return { asked, telephony };
}
const CALL = {
  attempt: id<AttemptId>('a1'),
  to: id<E164>('+13125550123'),
  from: id<E164>('+13125550100'),
  streamToken: 'token',
  ringTimeoutMs: 24_500,
  callLimitMs: 299_001,
};

test('a call is asked for with every limit, asynchronous detection and all callbacks, and only with fields that Twilio has', async () => {
  const { asked, telephony } = await api({ status: 201, body: { sid: 'CA1' } });
  expect(await telephony.place(CALL)).toEqual({ ok: true, value: 'CA1' });
  const [request] = asked;
  expect(request).toMatchObject({ method: 'POST', path: '/2010-04-01/Accounts/AC1/Calls.json' });
  expect(request?.authorization).toBe(`Basic ${Buffer.from('AC1:secret').toString('base64')}`);
  const form = request?.form ?? new URLSearchParams();
  const known = twilioOracle().formFields('createCall');
  expect([...form.keys()].filter((name) => !known.includes(name))).toEqual([]);
  expect(form.getAll('StatusCallbackEvent')).toEqual(['initiated', 'ringing', 'answered', 'completed']);
  const { Twiml, StatusCallbackEvent: _, ...rest } = Object.fromEntries(form);
  expect(rest).toEqual({
    To: '+13125550123',
    From: '+13125550100',
    // Whole seconds, never fewer than asked for.
    Timeout: '25',
    TimeLimit: '300',
    StatusCallback: 'https://calls.example.org/twilio/status/a1#rc=3&rp=ct,5xx',
    StatusCallbackMethod: 'POST',
    MachineDetection: 'DetectMessageEnd',
    MachineDetectionTimeout: '30',
    AsyncAmd: 'true',
    AsyncAmdStatusCallback: 'https://calls.example.org/twilio/amd/a1#rc=3&rp=ct,5xx',
    AsyncAmdStatusCallbackMethod: 'POST',
  });
  expect(Twiml).toContain('<Stream url="wss://worker-3.example.org/media"');
  expect(Twiml).toContain('<Redirect method="POST">https://calls.example.org/twilio/resume/a1</Redirect>');
});

test('a recording at Twilio has both sides and its silences', async () => {
  const { asked, telephony } = await api({ status: 201, body: { sid: 'CA1' } }, { record: true });
  await telephony.place(CALL);
  expect(Object.fromEntries(asked[0]?.form ?? [])).toMatchObject({
    Record: 'true',
    RecordingChannels: 'dual',
    Trim: 'do-not-trim',
  });
});

test('a rate limit waits as long as it was told to, and a second when it was not; it is not tried again behind our back', async () => {
  const body = { code: 20429, message: 'Too Many Requests', status: 429 };
  const told = await api({ status: 429, body, headers: { 'retry-after': '7' } });
  expect(await told.telephony.place(CALL)).toEqual({
    ok: false,
    error: { kind: 'rate_limited', retryAfterMs: 7_000 },
  });
  expect(told.asked).toHaveLength(1);
  const untold = await api({ status: 429, body });
  expect(await untold.telephony.place(CALL)).toEqual({
    ok: false,
    error: { kind: 'rate_limited', retryAfterMs: 1_000 },
  });
});

const rest = (status: number, code?: number): Error => Object.assign(new Error('no'), { status, code });
const network = (code: string, syscall?: string): Error => Object.assign(new Error('no'), { code, syscall });

describe('what a failure means', () => {
  test.each([
    [rest(400, 21211), { kind: 'rejected', code: 21211, numberIsBad: true }],
    [rest(400, 21214), { kind: 'rejected', code: 21214, numberIsBad: true }],
    [rest(400, 21217), { kind: 'rejected', code: 21217, numberIsBad: true }],
    [rest(400, 21212), { kind: 'rejected', code: 21212, numberIsBad: false }],
    [rest(401, 20003), { kind: 'rejected', code: 20003, numberIsBad: false }],
    [rest(404), { kind: 'rejected', code: 404, numberIsBad: false }],
    [rest(500, 20500), { kind: 'unknown' }],
    [rest(503), { kind: 'unknown' }],
    [new RateLimited(50), { kind: 'rate_limited', retryAfterMs: 50 }],
    [network('ECONNREFUSED', 'connect'), { kind: 'unavailable' }],
    [network('ETIMEDOUT', 'connect'), { kind: 'unavailable' }],
    [network('ENOTFOUND', 'getaddrinfo'), { kind: 'unavailable' }],
    [network('ECONNABORTED'), { kind: 'unknown' }],
    [network('ECONNRESET', 'read'), { kind: 'unknown' }],
    [new Error('something else'), { kind: 'unknown' }],
  ])('%o', (error, failure) => {
    expect(dialFailure(error)).toEqual(failure);
  });
});
