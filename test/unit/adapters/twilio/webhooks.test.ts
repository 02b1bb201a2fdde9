import twilio from 'twilio';
import { describe, expect, test } from 'vitest';
import { callbackUrl, parseCallbackPath, retriedCallbackUrl } from '../../../../src/adapters/twilio/paths.ts';
import { connectStreamTwiml, hangUpTwiml } from '../../../../src/adapters/twilio/twiml.ts';
import { parseTwilioWebhook } from '../../../../src/adapters/twilio/webhooks.ts';
import type {
  TwilioReport,
  WebhookRefusal,
  WebhookRequest,
} from '../../../../src/adapters/twilio/webhooks.ts';
import type { CallProgress } from '../../../../src/domain/call.ts';
import { id } from '../../../../src/domain/ids.ts';
import type { AttemptId } from '../../../../src/domain/ids.ts';

const config = { authToken: 'secret', publicUrl: 'https://calls.example.org/rollcall' };
const attempt = id<AttemptId>('a1');

function signed(path: string, form: Record<string, string | string[]>, token = 'secret'): WebhookRequest {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) for (const v of [value].flat()) body.append(name, v);
  const signature = twilio.getExpectedTwilioSignature(token, `${config.publicUrl}${path}`, form);
  return { path, signature, body: body.toString() };
}
function read(path: string, form: Record<string, string>): TwilioReport | WebhookRefusal {
  const parsed = parseTwilioWebhook(config, signed(path, { CallSid: 'CA1', ...form }));
  return parsed.ok ? parsed.value : parsed.error;
}
const status = (form: Record<string, string>): TwilioReport | WebhookRefusal =>
  read('/twilio/status/a1', form);
function progress(form: Record<string, string>): CallProgress | null {
  const report = status(form);
  return report.kind === 'progress' ? report.progress : null;
}

describe('a webhook is taken only when Twilio signed it', () => {
  const form = { CallSid: 'CA1', CallStatus: 'ringing', SequenceNumber: '1' };

  test('a signed one is read', () => {
    expect(parseTwilioWebhook(config, signed('/twilio/status/a1', form))).toEqual({
      ok: true,
      value: {
        kind: 'progress',
        attempt: 'a1',
        call: 'CA1',
        progress: { status: 'ringing' },
        sequence: 1,
        answeredBy: null,
      },
    });
  });
  test('one with fields sent twice is signed over the list', () => {
    const twice = { ...form, Tag: ['b', 'a'] };
    expect(parseTwilioWebhook(config, signed('/twilio/status/a1', twice)).ok).toBe(true);
  });
  test.each([
    ['another key', signed('/twilio/status/a1', form, 'other')],
    ['no signature', { ...signed('/twilio/status/a1', form), signature: undefined }],
    ['another body', { ...signed('/twilio/status/a1', form), body: 'CallSid=CA1&CallStatus=completed' }],
    ['another attempt', { ...signed('/twilio/status/a1', form), path: '/twilio/status/a2' }],
    ['another kind', { ...signed('/twilio/status/a1', form), path: '/twilio/resume/a1' }],
  ])('%s: forged, 403', (_, request) => {
    expect(parseTwilioWebhook(config, request)).toEqual({
      ok: false,
      error: { kind: 'forged', status: 403 },
    });
  });
  test('a house without a key takes nothing, not even what is signed with none', () => {
    const nobody = { ...config, authToken: '' };
    expect(parseTwilioWebhook(nobody, signed('/twilio/status/a1', form, ''))).toEqual({
      ok: false,
      error: { kind: 'forged', status: 403 },
    });
  });
  test('a path that is none of ours is not even checked', () => {
    for (const path of [
      '/',
      '/twilio/status',
      '/twilio/status/',
      '/twilio/status/a1/x',
      '/twilio/other/a1',
      '/twilio/status/a%2F1',
    ]) {
      expect(parseTwilioWebhook(config, { path, signature: 'x', body: '' })).toEqual({
        ok: false,
        error: { kind: 'not_ours', status: 404 },
      });
    }
  });
  test('a signed one that says nothing we know is malformed', () => {
    expect(status({ CallStatus: 'paused' })).toEqual({ kind: 'malformed', status: 400 });
    expect(status({})).toEqual({ kind: 'malformed', status: 400 });
  });
});

test('every status of Twilio is one of ours', () => {
  expect(progress({ CallStatus: 'queued' })).toEqual({ status: 'queued' });
  expect(progress({ CallStatus: 'initiated' })).toEqual({ status: 'queued' });
  expect(progress({ CallStatus: 'in-progress' })).toEqual({ status: 'answered' });
  expect(progress({ CallStatus: 'completed', CallDuration: '49', Duration: '1' })).toEqual({
    status: 'completed',
    durationSeconds: 49,
  });
  expect(progress({ CallStatus: 'no-answer' })).toEqual({ status: 'no_answer' });
  expect(progress({ CallStatus: 'busy' })).toEqual({ status: 'busy' });
  expect(progress({ CallStatus: 'canceled' })).toEqual({ status: 'canceled' });
  expect(progress({ CallStatus: 'failed', SipResponseCode: '404' })).toEqual({
    status: 'failed',
    sipCode: 404,
  });
});

test('a terminal callback brings the machine verdict along', () => {
  expect(status({ CallStatus: 'completed', AnsweredBy: 'machine_end_beep' })).toMatchObject({
    answeredBy: 'machine_end_beep',
  });
});

test('machine verdicts, stream events and the question what comes after the stream', () => {
  const base = { attempt: 'a1', call: 'CA1' };
  expect(read('/twilio/amd/a1', { AnsweredBy: 'machine_start', MachineDetectionDuration: '3200' })).toEqual({
    ...base,
    kind: 'answered_by',
    verdict: 'machine_start',
    afterMs: 3_200,
  });
  expect(read('/twilio/amd/a1', { AnsweredBy: 'something_new' })).toMatchObject({
    verdict: 'unknown',
    afterMs: null,
  });
  expect(
    read('/twilio/stream/a1', { StreamEvent: 'stream-error', StreamError: 'Handshake failed (31920)' }),
  ).toEqual({
    ...base,
    kind: 'stream',
    what: 'failed',
    code: '31920',
  });
  expect(read('/twilio/resume/a1', { CallStatus: 'in-progress' })).toEqual({ ...base, kind: 'resume' });
});

test('callback addresses carry the attempt and nothing else, and ask for retries in a fragment that is not signed', () => {
  expect(callbackUrl(config.publicUrl, 'amd', attempt)).toBe(
    'https://calls.example.org/rollcall/twilio/amd/a1',
  );
  expect(retriedCallbackUrl(config.publicUrl, 'status', attempt)).toBe(
    'https://calls.example.org/rollcall/twilio/status/a1#rc=3&rp=ct,5xx',
  );
  expect(parseCallbackPath('/twilio/resume/a1')).toEqual({ kind: 'resume', attempt: 'a1' });
});

test('the instructions connect the stream with its token, then ask the web role, and escape what they are given', () => {
  const twiml = connectStreamTwiml({
    attempt,
    streamToken: 'a"<&>\'b',
    mediaUrl: 'wss://calls.example.org/media',
    publicUrl: config.publicUrl,
  });
  expect(twiml).toBe(
    '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>' +
      '<Stream url="wss://calls.example.org/media" statusCallback="https://calls.example.org/rollcall/twilio/stream/a1">' +
      '<Parameter name="attempt" value="a1"/><Parameter name="token" value="a&quot;&lt;&amp;>\'b"/>' +
      '</Stream></Connect>' +
      '<Redirect method="POST">https://calls.example.org/rollcall/twilio/resume/a1</Redirect></Response>',
  );
  expect(twiml.length).toBeLessThan(4_000);
  expect(hangUpTwiml()).toBe('<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>');
});
