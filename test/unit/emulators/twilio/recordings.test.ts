import { expect, onTestFinished, test, vi } from 'vitest';
import type { Handset } from '../../../../src/emulators/phone.ts';
import type { Call } from '../../../../src/emulators/twilio/call.ts';
import { Faults } from '../../../../src/emulators/twilio/faults.ts';
import { Leg } from '../../../../src/emulators/twilio/leg.ts';
import { decodeMulaw } from '../../../../src/emulators/twilio/mulaw.ts';
import { Recordings } from '../../../../src/emulators/twilio/recordings.ts';
import { readCallRequest, readRecordingRequest } from '../../../../src/emulators/twilio/rest/callRequest.ts';
import { Ticker } from '../../../../src/emulators/twilio/ticker.ts';
import { emulatorTime } from '../../../../src/emulators/twilio/time.ts';
import { Webhooks } from '../../../../src/emulators/twilio/webhooks.ts';

const request = readCallRequest(
  new URLSearchParams({ To: '+15555550123', From: '+15555550100', Twiml: '<Response/>' }),
  null,
);
if ('code' in request) throw new Error(request.message);

const call: Call = {
  sid: `CA${'0'.repeat(32)}`,
  direction: 'outbound-api',
  parentCallSid: null,
  request,
  createdMs: 0,
  queueTimeMs: 0,
  updatedMs: 0,
  status: 'in-progress',
  startedMs: 0,
  answeredMs: 0,
  endedMs: null,
  answeredBy: null,
  statusCallback: null,
  statusCallbackMethod: 'POST',
  fallback: null,
};

function started(dir: string | null): { readonly recordings: Recordings; readonly leg: Leg } {
  const time = emulatorTime(0);
  const faults = new Faults();
  const webhooks = new Webhooks('token', time, faults);
  const recordings = new Recordings({
    accountSid: 'AC',
    apiUrl: () => '',
    time,
    faults,
    webhooks,
    dir,
    delayMs: 0,
  });
  let said = 0;
  const handset: Handset = {
    connected: () => undefined,
    tick: () => new Uint8Array(160).fill((said += 1) % 100),
    disconnected: () => undefined,
  };
  onTestFinished(async () => {
    await recordings.close();
    time.close();
  });
  return { recordings, leg: new Leg(handset, new Ticker(() => 0), { toUs: 0, fromUs: 0 }, () => undefined) };
}

const dual = readRecordingRequest(new URLSearchParams({ RecordingChannels: 'dual', Trim: 'do-not-trim' }));
if ('code' in dual) throw new Error(dual.message);

test('a long call is written out piece by piece, and every frame is there once and in order', async () => {
  const { recordings, leg } = started(null);
  const recording = recordings.begin(call, leg, dual, 'OutboundAPI');
  for (let tick = 1; tick <= 250; tick += 1) leg.tick(tick);
  await recordings.finishCall(call);
  await vi.waitFor(() => expect(recording).toMatchObject({ status: 'completed', durationS: 5 }));
  const wav = await recordings.media(recording, 2);
  const frames = Array.from({ length: 250 }, (_, frame) => wav?.readInt16LE(44 + frame * 160 * 4));
  expect(frames).toEqual(Array.from({ length: 250 }, (_, frame) => decodeMulaw((frame + 1) % 100)));
  expect(wav?.byteLength).toBe(44 + 250 * 160 * 4);
});

test('a disk that refuses costs the recording, not the call', async () => {
  const { recordings, leg } = started('/dev/null/recordings');
  const recording = recordings.begin(call, leg, dual, 'OutboundAPI');
  for (let tick = 1; tick <= 250; tick += 1) leg.tick(tick);
  await recordings.finishCall(call);
  await vi.waitFor(() => expect(recording.status).toBe('absent'));
  expect(await recordings.media(recording, 2)).toBeNull();
});
