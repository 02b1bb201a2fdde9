import { afterEach, expect, test, vi } from 'vitest';
import type { CallSid } from '../../src/domain/ids.ts';
import { id } from '../../src/domain/ids.ts';
import { instant, plusMs } from '../../src/domain/time.ts';
import type { LineEvent, MediaLine, OutboundCall } from '../../src/ports/telephony.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { answers, FROM, hum, outbound, twilioWorld } from './twilioWorld.ts';
import type { TwilioWorld } from './twilioWorld.ts';

const worlds: TwilioWorld[] = [];
afterEach(async () => {
  for (const one of worlds.splice(0)) await one.close();
});
async function world(...args: Parameters<typeof twilioWorld>): Promise<TwilioWorld> {
  const made = await twilioWorld(...args);
  worlds.push(made);
  return made;
}
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000 });

async function placed(w: TwilioWorld, call: OutboundCall): Promise<CallSid> {
  const result = await w.telephony.place(call);
  if (!result.ok) throw new Error(`not placed: ${result.error.kind}`);
  return result.value;
}

async function answered(
  w: TwilioWorld,
  call: OutboundCall,
): Promise<{ sid: CallSid; line: MediaLine; events: LineEvent[] }> {
  const arriving = w.media.switchboard.expect(call.attempt, call.streamToken, AbortSignal.timeout(5_000));
  const sid = await placed(w, call);
  const line = await arriving;
  if (line === null) throw new Error('no media');
  const events: LineEvent[] = [];
  line.listen((event) => events.push(event));
  return { sid, line, events };
}

const progressOf = (w: TwilioWorld): string[] =>
  w.reports
    .flatMap((report) =>
      report.kind === 'progress' ? [{ at: report.sequence ?? 0, status: report.progress.status }] : [],
    )
    .toSorted((a, b) => a.at - b.at)
    .map((report) => report.status);

test('a call is placed with its limits, rings, is answered and brings its media line', async () => {
  const w = await world();
  const handset = hum();
  w.phones.set('+13125550101', answers(handset));
  const call = outbound('+13125550101', { ringTimeoutMs: 20_500, callLimitMs: 240_000 });
  const { sid, line, events } = await answered(w, call);
  expect(line).toMatchObject({ attempt: call.attempt, sid });
  await until(() => expect(events.filter((event) => event.kind === 'audio').length).toBeGreaterThan(5));
  const audio = events.filter((event) => event.kind === 'audio');
  expect(new Set(audio.flatMap((event) => [...event.mulaw]))).toEqual(new Set([0x2a]));
  expect(audio.map((event) => event.atMs)).toEqual(
    audio.map((event) => event.atMs).toSorted((a, b) => a - b),
  );
  const fetched = await w.telephony.fetch(sid);
  expect(fetched).toMatchObject({
    ok: true,
    value: { sid, to: call.to, from: FROM, progress: { status: 'answered' } },
  });
  handset.line?.hangUp();
  await until(() => expect(events.at(-1)).toEqual({ kind: 'closed' }));
  await until(() => expect(progressOf(w)).toEqual(['queued', 'ringing', 'answered', 'completed']));
  expect(w.refusals).toEqual([]);
  expect(await w.telephony.fetch(sid)).toMatchObject({
    ok: true,
    value: { progress: { status: 'completed' } },
  });
});

test('what is played is heard on the phone, marks come back when they were reached, a clear takes the rest back', async () => {
  const w = await world();
  const handset = hum();
  w.phones.set('+13125550102', answers(handset));
  const { line, events } = await answered(w, outbound('+13125550102'));
  const marks = (): string[] => events.flatMap((event) => (event.kind === 'mark' ? [event.name] : []));
  line.play(Buffer.alloc(1_600, 0x11).toString('base64'));
  line.mark('first');
  await until(() => expect(marks()).toEqual(['first']));
  const loud = (byte: number): number => handset.heard.filter((frame) => frame.includes(byte)).length;
  expect(loud(0x11)).toBeGreaterThanOrEqual(10);
  line.play(Buffer.alloc(80_000, 0x22).toString('base64'));
  line.mark('second');
  line.clear();
  await until(() => expect(marks()).toEqual(['first', 'second']));
  expect(loud(0x22)).toBeLessThan(100);
  line.close();
  await until(() => expect(handset.over).toBe(true));
  expect(w.emulator.control.alerts()).toEqual([]);
  expect(w.reports.some((report) => report.kind === 'resume')).toBe(true);
});

test('keys and the machine verdict arrive on the line', async () => {
  const w = await world();
  w.phones.set('+13125550103', answers(hum(), 'machine'));
  const { sid, events } = await answered(w, outbound('+13125550103'));
  await until(() => expect(events.some((event) => event.kind === 'answered_by')).toBe(true));
  expect(events.find((event) => event.kind === 'answered_by')).toMatchObject({ verdict: 'machine_end_beep' });
  w.emulator.control.press(sid, '12');
  await until(() =>
    expect(events.flatMap((event) => (event.kind === 'dtmf' ? [event.digit] : []))).toEqual(['1', '2']),
  );
  expect(await w.telephony.fetch(sid)).toMatchObject({ ok: true, value: { answeredBy: 'machine_end_beep' } });
});

test('ending a call hangs up, cancels what still rings, and is success on one that is over', async () => {
  const w = await world();
  const handset = hum();
  w.phones.set('+13125550104', answers(handset));
  const { sid } = await answered(w, outbound('+13125550104'));
  expect(await w.telephony.end(sid)).toEqual({ ok: true, value: undefined });
  await until(() => expect(handset.over).toBe(true));
  expect(await w.telephony.end(sid)).toEqual({ ok: true, value: undefined });
  const ringing = await placed(w, outbound('+13125550105'));
  expect(await w.telephony.end(ringing)).toEqual({ ok: true, value: undefined });
  await until(() => expect(w.emulator.control.linesNow()).toBe(0));
  expect(await w.telephony.end(id<CallSid>(`CA${'0'.repeat(32)}`))).toEqual({ ok: true, value: undefined });
});

test('busy, unreachable and rung out are told as what they are', async () => {
  const w = await world();
  w.phones.set('+13125550106', { kind: 'busy', afterMs: 0 });
  w.phones.set('+13125550107', { kind: 'unreachable', sipCode: 404 });
  for (const to of ['+13125550106', '+13125550107']) await placed(w, outbound(to));
  await placed(w, outbound('+13125550108', { ringTimeoutMs: 1_000 }));
  const terminal = (): unknown[] =>
    w.reports.flatMap((report) =>
      report.kind === 'progress' && !['queued', 'ringing'].includes(report.progress.status)
        ? [report.progress]
        : [],
    );
  await until(() => expect(terminal()).toHaveLength(2));
  expect(terminal()).toEqual(
    expect.arrayContaining([{ status: 'busy' }, { status: 'failed', sipCode: 404 }]),
  );
  // Twilio may ring up to five seconds longer than it was asked to.
  await vi.waitFor(() => expect(terminal()).toContainEqual({ status: 'no_answer' }), { timeout: 8_000 });
});

test('a call that nobody knows is null', async () => {
  const w = await world();
  expect(await w.telephony.fetch(id<CallSid>(`CA${'f'.repeat(32)}`))).toEqual({ ok: true, value: null });
});

test('calls are found by number and time, newest first, whatever the difference of the two clocks', async () => {
  const twoHoursMs = 7_200_000;
  const clock = systemClock(twoHoursMs);
  const w = await world({}, { clock });
  const since = clock.now();
  const first = await placed(w, outbound('+13125550109'));
  const second = await placed(w, outbound('+13125550109'));
  await placed(w, outbound('+13125550110'));
  const query = { to: outbound('+13125550109').to, from: FROM };
  const found = await w.telephony.find({ ...query, since });
  expect(found.ok && new Set(found.value.map((call) => call.sid))).toEqual(new Set([first, second]));
  for (const call of found.ok ? found.value : []) {
    expect(Math.abs(call.createdAt - since)).toBeLessThan(10_000);
  }
  expect(await w.telephony.find({ ...query, since: plusMs(since, 60_000) })).toEqual({ ok: true, value: [] });
  expect(await w.telephony.find({ ...query, to: outbound('+13125550111').to, since: instant(0) })).toEqual({
    ok: true,
    value: [],
  });
});

test('a number that cannot be called is rejected as bad; a caller id that is not ours is rejected and says so', async () => {
  const w = await world({ numbers: [FROM] });
  expect(await w.telephony.place(outbound('+1312'))).toMatchObject({
    ok: false,
    error: { kind: 'rejected', numberIsBad: true },
  });
  expect(await w.telephony.place(outbound('+13125550112', { from: outbound('+13125550199').to }))).toEqual({
    ok: false,
    error: { kind: 'rejected', code: 21210, numberIsBad: false },
  });
  expect(w.logged.map(([, event, fields]) => [event, fields.vendor])).toEqual([
    ['vendor.failed', 'twilio'],
    ['vendor.failed', 'twilio'],
  ]);
});

test('nothing about the person stands in any address that Twilio is given', async () => {
  const w = await world();
  w.phones.set('+13125550113', answers(hum()));
  const call = outbound('+13125550113');
  const { line } = await answered(w, call);
  line.close();
  await until(() => expect(progressOf(w).at(-1)).toBe('completed'));
  const urls = w.emulator.control.webhooks().map((hook) => hook.url);
  expect(new Set(urls.map((url) => new URL(url).pathname.split('/')[2]))).toEqual(
    new Set(['status', 'amd', 'stream', 'resume']),
  );
  for (const url of urls) {
    expect(new URL(url).search).toBe('');
    expect(url).not.toContain('5550113');
    expect(url).not.toContain(call.streamToken);
  }
});
