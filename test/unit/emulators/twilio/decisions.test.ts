import { expect, test } from 'vitest';
import { missCounter, planAmd, type AmdRequest } from '../../../../src/emulators/twilio/amd.ts';
import { passesDate } from '../../../../src/emulators/twilio/rest/paging.ts';
import { retryPolicyOf } from '../../../../src/emulators/twilio/retryPolicy.ts';
import { mulawOfWav, wavOfMulaw } from '../../../../src/emulators/twilio/wav.ts';
import { encodeMulaw } from '../../../../src/emulators/twilio/mulaw.ts';

const profile = { delays: { humanMs: 900, machineMs: 2_600, faxMs: 1_500, messageEndMs: 400 }, missing: 0 };
const asked: AmdRequest = {
  mode: 'DetectMessageEnd',
  async: true,
  timeoutMs: 30_000,
  callback: null,
  callbackMethod: 'POST',
};
const machine = { who: 'machine', greetingEnd: { how: 'silence', afterMs: 8_000 } } as const;

test('the verdict follows the truth, each with its own delay', () => {
  expect(planAmd({ who: 'human' }, asked, profile, {})).toEqual({ verdict: 'human', atMs: 900 });
  expect(planAmd({ who: 'fax' }, asked, profile, {})).toEqual({ verdict: 'fax', atMs: 1_500 });
  expect(planAmd(machine, asked, profile, {})).toEqual({ verdict: 'machine_end_silence', atMs: 8_400 });
  expect(planAmd(machine, { ...asked, mode: 'Enable' }, profile, {})).toEqual({
    verdict: 'machine_start',
    atMs: 2_600,
  });
});

test('a verdict beyond the timeout is unknown at the timeout, and so is a greeting that never ends', () => {
  const short = { ...asked, timeoutMs: 5_000 };
  expect(planAmd(machine, short, profile, {})).toEqual({ verdict: 'unknown', atMs: 5_000 });
  expect(planAmd({ who: 'machine' }, short, profile, {})).toEqual({ verdict: 'unknown', atMs: 5_000 });
});

test('a fault makes it late, wrong or missing; a call that waits for it is told unknown instead', () => {
  expect(planAmd({ who: 'human' }, asked, profile, { lateByMs: 60_000 })).toEqual({
    verdict: 'human',
    atMs: 60_900,
  });
  expect(planAmd({ who: 'human' }, asked, profile, { says: 'machine_start' })).toEqual({
    verdict: 'machine_start',
    atMs: 900,
  });
  expect(planAmd({ who: 'human' }, asked, profile, { never: true })).toBeNull();
  expect(planAmd({ who: 'human' }, { ...asked, async: false }, profile, { never: true })).toEqual({
    verdict: 'unknown',
    atMs: 30_000,
  });
});

test('missing verdicts are spread evenly', () => {
  const misses = missCounter(0.25);
  expect(Array.from({ length: 8 }, misses)).toEqual([false, false, false, true, false, false, false, true]);
  expect(Array.from({ length: 5 }, missCounter(0))).not.toContain(true);
  expect(Array.from({ length: 5 }, missCounter(1))).not.toContain(false);
});

test('a webhook’s fragment is read and cut off; what is out of range keeps its default', () => {
  const plain = retryPolicyOf('https://host/hook?a=1');
  expect(plain).toMatchObject({
    url: 'https://host/hook?a=1',
    retries: 1,
    connectTimeoutMs: 5_000,
    readTimeoutMs: 15_000,
    totalTimeoutMs: 15_000,
  });
  expect([...plain.retryOn]).toEqual(['ct']);
  const tuned = retryPolicyOf('https://host/hook#rc=3&rp=ct,5xx&ct=200&rt=300&tt=900&e=ashburn');
  expect(tuned).toMatchObject({
    url: 'https://host/hook',
    retries: 3,
    connectTimeoutMs: 200,
    readTimeoutMs: 300,
    totalTimeoutMs: 900,
  });
  expect([...tuned.retryOn]).toEqual(['ct', '5xx']);
  expect(retryPolicyOf('https://host/#rc=6&tt=20000')).toMatchObject({ retries: 1, totalTimeoutMs: 15_000 });
  expect([...retryPolicyOf('https://host/#rp=all').retryOn]).toEqual(['ct', 'rt', '4xx', '5xx']);
});

test('a date filter compares seconds, both ends included, and a day is the whole day', () => {
  const at = Date.parse('2026-03-08T10:00:00.900Z');
  const passes = (query: string): boolean => passesDate(new URLSearchParams(query), 'StartTime', at);
  expect(passes('')).toBe(true);
  expect(passes('StartTime%3E=2026-03-08T10:00:00Z')).toBe(true);
  expect(passes('StartTime%3E=2026-03-08T10:00:01Z')).toBe(false);
  expect(passes('StartTime%3C=2026-03-08T10:00:00Z')).toBe(true);
  expect(passes('StartTime%3C=2026-03-08T09:59:59Z')).toBe(false);
  expect(passes('StartTime%3C=2026-03-08')).toBe(true);
  expect(passes('StartTime=2026-03-08')).toBe(true);
  expect(passes('StartTime=2026-03-07')).toBe(false);
  for (const query of ['StartTime%3E=2020-01-01', 'StartTime%3C=2030-01-01', 'StartTime=2026-03-08']) {
    expect(passesDate(new URLSearchParams(query), 'StartTime', null)).toBe(false);
  }
});

test('a mono WAV of ours can be played again; a stereo one, or one of another rate, cannot', () => {
  const mulaw = Uint8Array.from({ length: 320 }, (_, at) => at % 127);
  expect(mulawOfWav(wavOfMulaw([mulaw]), encodeMulaw)).toEqual(Buffer.from(mulaw));
  expect(mulawOfWav(wavOfMulaw([mulaw, mulaw]), encodeMulaw)).toBeNull();
  const otherRate = wavOfMulaw([mulaw]);
  otherRate.writeUInt32LE(16_000, 24);
  expect(mulawOfWav(otherRate, encodeMulaw)).toBeNull();
  expect(mulawOfWav(Buffer.from('hello'), encodeMulaw)).toBeNull();
});
