import { createServer } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { createTwilioTelephony } from '../../src/adapters/twilio/rest.ts';
import { advances } from '../../src/domain/call.ts';
import type { CallStatus } from '../../src/domain/call.ts';
import type { LineEvent, MediaLine, OutboundCall } from '../../src/ports/telephony.ts';
import { answers, FROM, hum, outbound, twilioWorld } from '../conformance/twilioWorld.ts';
import type { TwilioWorld } from '../conformance/twilioWorld.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
async function world(...args: Parameters<typeof twilioWorld>): Promise<TwilioWorld> {
  const made = await twilioWorld(...args);
  closing.push(() => made.close());
  return made;
}
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000 });

async function answered(
  w: TwilioWorld,
  call: OutboundCall,
): Promise<{ line: MediaLine; events: LineEvent[] }> {
  const arriving = w.media.switchboard.expect(call.attempt, call.streamToken, AbortSignal.timeout(5_000));
  expect((await w.telephony.place(call)).ok).toBe(true);
  const line = await arriving;
  if (line === null) throw new Error('no media');
  const events: LineEvent[] = [];
  line.listen((event) => events.push(event));
  return { line, events };
}

test('an answer that is lost leaves the call unknown, and find finds the one that was placed', async () => {
  const w = await world();
  w.emulator.control.fault({ kind: 'create_response_lost' });
  const call = outbound('+13125550121');
  const since = w.config.clock.now();
  expect(await w.telephony.place(call)).toEqual({ ok: false, error: { kind: 'unknown' } });
  expect(w.emulator.control.dials()).toHaveLength(1);
  const found = await w.telephony.find({ to: call.to, from: FROM, since });
  expect(found).toMatchObject({ ok: true, value: [{ to: call.to, from: FROM }] });
  await until(() => expect(w.reports.some((report) => report.attempt === call.attempt)).toBe(true));
});

test('a rate limit places nothing and says when to come back', async () => {
  const w = await world();
  w.emulator.control.fault({ kind: 'create_refused', status: 429, code: 20429 });
  const refused = await w.telephony.place(outbound('+13125550122'));
  expect(refused).toMatchObject({ ok: false, error: { kind: 'rate_limited' } });
  if (!refused.ok && refused.error.kind === 'rate_limited')
    expect(refused.error.retryAfterMs).toBeGreaterThan(0);
  expect(w.emulator.control.dials()).toEqual([]);
  expect((await w.telephony.place(outbound('+13125550122'))).ok).toBe(true);
});

test('a server error leaves it unknown, a refused key is a rejection that is not the number’s fault', async () => {
  const w = await world();
  w.emulator.control.fault({ kind: 'create_refused', status: 503 });
  expect(await w.telephony.place(outbound('+13125550123'))).toEqual({
    ok: false,
    error: { kind: 'unknown' },
  });
  const wrongKey = createTwilioTelephony({ ...w.config, authToken: 'wrong' });
  expect(await wrongKey.place(outbound('+13125550123'))).toMatchObject({
    ok: false,
    error: { kind: 'rejected', numberIsBad: false },
  });
  expect(w.emulator.control.dials()).toEqual([]);
});

test('nobody there places nothing; somebody who never answers leaves it unknown', async () => {
  const w = await world();
  const silent = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const apiBaseUrl = `http://127.0.0.1:${address.port}`;
  const unheard = createTwilioTelephony({ ...w.config, apiBaseUrl, timeoutMs: 100 });
  expect(await unheard.place(outbound('+13125550124'))).toEqual({ ok: false, error: { kind: 'unknown' } });
  await new Promise((resolve) => void silent.close(resolve));
  const nobody = createTwilioTelephony({ ...w.config, apiBaseUrl });
  const call = outbound('+13125550124');
  expect(await nobody.place(call)).toEqual({ ok: false, error: { kind: 'unavailable' } });
  const since = w.config.clock.now();
  expect(await nobody.find({ to: call.to, from: FROM, since })).toEqual({
    ok: false,
    error: { kind: 'unavailable' },
  });
});

test('callbacks that are lost, doubled and out of order fold to the same end', async () => {
  const w = await world();
  const { control } = w.emulator;
  control.fault({ kind: 'callback_duplicated', event: 'ringing' });
  control.fault({ kind: 'callback_after_terminal', event: 'answered' });
  control.fault({ kind: 'callback_lost', event: 'initiated' });
  const handset = hum();
  w.phones.set('+13125550125', answers(handset));
  await answered(w, outbound('+13125550125'));
  handset.line?.hangUp();
  const statuses = (): CallStatus[] =>
    w.reports.flatMap((report) => (report.kind === 'progress' ? [report.progress.status] : []));
  await until(() => expect(statuses()).toEqual(['ringing', 'ringing', 'completed', 'answered']));
  let known: CallStatus | null = null;
  for (const status of statuses()) if (advances(known, status)) known = status;
  expect(known).toBe('completed');
});

test('a webhook of ours that fails is tried again', async () => {
  const w = await world();
  w.emulator.control.fault({ kind: 'webhook_failed', purpose: 'status', status: 500 });
  await w.telephony.place(outbound('+13125550126', { ringTimeoutMs: 1_000 }));
  await until(() =>
    expect(
      w.emulator.control.webhooks().filter((hook) => hook.purpose === 'status' && hook.attempt > 1),
    ).toHaveLength(1),
  );
});

test('a verdict that is late or never comes does not hold up the line', async () => {
  const w = await world();
  w.emulator.control.fault({ kind: 'amd_never' });
  w.phones.set('+13125550127', answers(hum(), 'machine'));
  const never = await answered(w, outbound('+13125550127'));
  await until(() =>
    expect(never.events.filter((event) => event.kind === 'audio').length).toBeGreaterThan(20),
  );
  expect(never.events.some((event) => event.kind === 'answered_by')).toBe(false);
  w.emulator.control.fault({ kind: 'amd_wrong', says: 'human' });
  const wrong = await answered(w, outbound('+13125550127'));
  await until(() =>
    expect(wrong.events.find((event) => event.kind === 'answered_by')).toMatchObject({ verdict: 'human' }),
  );
});

test('a media connection that breaks is a closed line, and the call asks what to do next', async () => {
  const w = await world();
  w.phones.set('+13125550128', answers(hum()));
  w.emulator.control.fault({ kind: 'media_dropped', afterMs: 100 });
  const call = outbound('+13125550128');
  const { events } = await answered(w, call);
  await until(() => expect(events.at(-1)).toEqual({ kind: 'closed' }));
  expect(w.logged).toContainEqual([
    'warn',
    'call.media_lost',
    expect.objectContaining({ code: 'socket_closed' }),
  ]);
  await until(() =>
    expect(w.reports.some((report) => report.kind === 'resume' && report.attempt === call.attempt)).toBe(
      true,
    ),
  );
});

test('a stream that cannot connect is reported with Twilio’s number for it', async () => {
  const w = await world();
  w.phones.set('+13125550129', answers(hum()));
  w.emulator.control.fault({ kind: 'stream_refused', status: 503 });
  await w.telephony.place(outbound('+13125550129'));
  await until(() =>
    expect(w.reports.find((report) => report.kind === 'stream' && report.what === 'failed')).toMatchObject({
      code: '31920',
    }),
  );
});

test('frames that are lost or held back arrive as what is left, in order', async () => {
  const w = await world();
  w.phones.set('+13125550130', answers(hum()));
  w.emulator.control.fault({ kind: 'frames_lost', afterMs: 60, frames: 5 });
  w.emulator.control.fault({ kind: 'frames_held', afterMs: 240, forMs: 100 });
  const { events } = await answered(w, outbound('+13125550130'));
  const times = (): number[] => events.flatMap((event) => (event.kind === 'audio' ? [event.atMs] : []));
  await until(() => expect(times().length).toBeGreaterThan(25));
  expect(times()).toEqual(times().toSorted((a, b) => a - b));
  const gaps = times().map((at, i) => at - (times()[i - 1] ?? at));
  expect(Math.max(...gaps)).toBeGreaterThanOrEqual(100);
});

test('a callee who hangs up while we speak closes the line', async () => {
  const w = await world();
  w.phones.set('+13125550131', answers(hum()));
  w.emulator.control.fault({ kind: 'hang_up_mid_playout', afterPlayedMs: 100 });
  const { line, events } = await answered(w, outbound('+13125550131'));
  line.play(Buffer.alloc(80_000, 0x11).toString('base64'));
  line.mark('end');
  await until(() => expect(events.at(-1)).toEqual({ kind: 'closed' }));
});
