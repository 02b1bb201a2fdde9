import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { MediaLimits } from '../../../../src/adapters/twilio/mediaLine.ts';
import { createMediaSwitchboard } from '../../../../src/adapters/twilio/mediaStream.ts';
import type { TwilioSwitchboard } from '../../../../src/adapters/twilio/mediaStream.ts';
import { id } from '../../../../src/domain/ids.ts';
import type { AttemptId } from '../../../../src/domain/ids.ts';
import type { LineEvent, MediaLine } from '../../../../src/ports/telephony.ts';
import { systemClock } from '../../../../src/runtime/systemClock.ts';
import { recordingLog } from '../../../support/recordingLog.ts';
import type { LogLine } from '../../../support/recordingLog.ts';

const URL_GIVEN = 'wss://media.example.org/media';
const attempt = id<AttemptId>('a1');
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface House {
  readonly media: TwilioSwitchboard;
  readonly lines: readonly LogLine[];
  dial(options?: { signature?: string | null }): WebSocket;
}

async function house(limits: Partial<MediaLimits> = {}): Promise<House> {
  const { log, lines } = recordingLog();
  const media = createMediaSwitchboard({
    authToken: 'secret',
    mediaPublicUrl: URL_GIVEN,
    clock: systemClock(),
    log,
    limits: { closeMs: 200, ...limits },
  });
  const server = createServer();
  server.on('upgrade', (request, socket, head) => media.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    media,
    lines,
    dial({ signature = twilio.getExpectedTwilioSignature('secret', URL_GIVEN, {}) } = {}) {
      const headers: Record<string, string> = signature === null ? {} : { 'X-Twilio-Signature': signature };
      const socket = new WebSocket(`ws://127.0.0.1:${address.port}/media`, { headers });
      socket.on('error', () => undefined);
      closing.push(() => socket.terminate());
      return socket;
    },
  };
}

const opened = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => socket.once('open', () => resolve()));
const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', resolve));
const refusedWith = (socket: WebSocket): Promise<number | undefined> =>
  new Promise((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
  });

const start = (token: string, attemptId = 'a1'): string =>
  JSON.stringify({
    event: 'start',
    sequenceNumber: '1',
    start: {
      accountSid: 'AC1',
      streamSid: 'MZ1',
      callSid: 'CA1',
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { attempt: attemptId, token },
    },
    streamSid: 'MZ1',
  });
const media = (bytes: number[], timestamp: string, track = 'inbound'): string =>
  JSON.stringify({
    event: 'media',
    sequenceNumber: '3',
    media: { track, chunk: '1', timestamp, payload: Buffer.from(bytes).toString('base64') },
    streamSid: 'MZ1',
  });

async function connected(
  h: House,
  token = 'token',
): Promise<{ socket: WebSocket; line: MediaLine; events: LineEvent[] }> {
  const arriving = h.media.switchboard.expect(attempt, token, new AbortController().signal);
  const socket = h.dial();
  await opened(socket);
  socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
  socket.send(start(token));
  const line = await arriving;
  if (line === null) throw new Error('no line');
  const events: LineEvent[] = [];
  line.listen((event) => events.push(event));
  return { socket, line, events };
}

test('an upgrade that Twilio did not sign is answered 403', async () => {
  const h = await house();
  const other = twilio.getExpectedTwilioSignature('secret', 'https://media.example.org/media', {});
  for (const signature of [null, 'nonsense', other]) {
    expect(await refusedWith(h.dial({ signature }))).toBe(403);
  }
  expect(h.lines.map(([, event, fields]) => [event, fields.code])).toEqual([
    ['media.refused', 'signature'],
    ['media.refused', 'signature'],
    ['media.refused', 'signature'],
  ]);
});

test('a stream token opens one stream: not with another token, not for another attempt, not twice', async () => {
  const h = await house();
  const arriving = h.media.switchboard.expect(attempt, 'token', new AbortController().signal);
  for (const first of [start('guess'), start('token', 'a2'), start('')]) {
    const stranger = h.dial();
    await opened(stranger);
    stranger.send(first);
    expect(await closed(stranger)).toBe(1008);
  }
  const socket = h.dial();
  await opened(socket);
  socket.send(start('token'));
  expect((await arriving)?.sid).toBe('CA1');
  const replay = h.dial();
  await opened(replay);
  replay.send(start('token'));
  expect(await closed(replay)).toBe(1008);
  expect(h.lines.filter(([, event]) => event === 'media.refused').map(([, , f]) => f.code)).toEqual(
    Array(4).fill('token'),
  );
});

test('whoever waits is told when they give up, when they ask again, and when the house closes', async () => {
  const h = await house();
  const { switchboard } = h.media;
  const abort = new AbortController();
  const given = switchboard.expect(attempt, 't1', abort.signal);
  abort.abort();
  expect(await given).toBeNull();
  const late = h.dial();
  await opened(late);
  late.send(start('t1'));
  expect(await closed(late)).toBe(1008);
  expect(await switchboard.expect(attempt, 't1', abort.signal)).toBeNull();
  const first = switchboard.expect(attempt, 't1', new AbortController().signal);
  const second = switchboard.expect(attempt, 't2', new AbortController().signal);
  expect(await first).toBeNull();
  h.media.closeAll();
  expect(await second).toBeNull();
});

test('what comes in is told in order, what came before anybody listened first', async () => {
  const h = await house();
  const arriving = h.media.switchboard.expect(attempt, 'token', new AbortController().signal);
  const socket = h.dial();
  await opened(socket);
  socket.send(start('token'));
  socket.send(media([1, 2, 3], '5'));
  const line = await arriving;
  socket.send(
    JSON.stringify({
      event: 'dtmf',
      streamSid: 'MZ1',
      sequenceNumber: '5',
      dtmf: { track: 'inbound_track', digit: '7' },
    }),
  );
  socket.send(media([9], '40', 'outbound'));
  socket.send(JSON.stringify({ event: 'somethingNew' }));
  socket.send('not JSON');
  socket.send(Buffer.from([1, 2]));
  socket.send(
    JSON.stringify({ event: 'mark', sequenceNumber: '4', streamSid: 'MZ1', mark: { name: 'said' } }),
  );
  const events: LineEvent[] = [];
  line?.listen((event) => events.push(event));
  await vi.waitFor(() => expect(events).toHaveLength(3));
  socket.send(
    JSON.stringify({
      event: 'stop',
      sequenceNumber: '9',
      stop: { accountSid: 'AC1', callSid: 'CA1' },
      streamSid: 'MZ1',
    }),
  );
  socket.send(media([4], '60'));
  expect(await closed(socket)).toBe(1000);
  expect(events).toEqual([
    { kind: 'audio', mulaw: new Uint8Array([1, 2, 3]), atMs: 5 },
    { kind: 'dtmf', digit: '7' },
    { kind: 'mark', name: 'said' },
    { kind: 'closed' },
  ]);
});

test('what goes out has exactly the fields that Twilio takes', async () => {
  const h = await house();
  const { socket, line } = await connected(h);
  const sent: unknown[] = [];
  socket.on('message', (data: Buffer, isBinary) =>
    sent.push(isBinary ? 'binary' : JSON.parse(data.toString())),
  );
  line.play('/////w==');
  line.play('');
  line.mark('g1:end');
  line.clear();
  line.close();
  line.close();
  line.play('/////w==');
  expect(await closed(socket)).toBe(1000);
  expect(sent).toEqual([
    { event: 'media', streamSid: 'MZ1', media: { payload: '/////w==' } },
    { event: 'mark', streamSid: 'MZ1', mark: { name: 'g1:end' } },
    { event: 'clear', streamSid: 'MZ1' },
  ]);
});

test('a socket that breaks is a closed line and a lost one in the log; one that ended properly is not lost', async () => {
  const h = await house();
  const first = await connected(h);
  first.socket.terminate();
  await vi.waitFor(() => expect(first.events).toEqual([{ kind: 'closed' }]));
  expect(h.lines.at(-1)).toEqual([
    'warn',
    'call.media_lost',
    { attempt: 'a1', call: 'CA1', code: 'socket_closed' },
  ]);
  const second = await connected(h, 'another');
  const before = h.lines.length;
  h.media.closeAll();
  expect(await closed(second.socket)).toBe(1000);
  expect(second.events).toEqual([{ kind: 'closed' }]);
  expect(h.lines).toHaveLength(before);
});

test('a machine verdict reaches the line, or waits for it', async () => {
  const h = await house();
  expect(h.media.answeredBy(attempt, 'human', 10)).toBe(false);
  const arriving = h.media.switchboard.expect(attempt, 'token', new AbortController().signal);
  expect(h.media.answeredBy(attempt, 'machine_start', 2_900)).toBe(true);
  const socket = h.dial();
  await opened(socket);
  socket.send(start('token'));
  const line = await arriving;
  const events: LineEvent[] = [];
  line?.listen((event) => events.push(event));
  expect(h.media.answeredBy(attempt, 'machine_end_beep', 9_000)).toBe(true);
  expect(events).toEqual([
    { kind: 'answered_by', verdict: 'machine_start', afterMs: 2_900 },
    { kind: 'answered_by', verdict: 'machine_end_beep', afterMs: 9_000 },
  ]);
  line?.close();
  expect(h.media.answeredBy(attempt, 'human', 1)).toBe(false);
});

test('a socket that goes quiet is given up, one that never starts too, and a listener that never comes does not fill the memory', async () => {
  const h = await house({ idleMs: 60, startMs: 60, earlyEvents: 3 });
  const quiet = await connected(h);
  await vi.waitFor(() => expect(quiet.events).toEqual([{ kind: 'closed' }]));
  expect(h.lines.at(-1)?.[2].code).toBe('idle');
  const mute = h.dial();
  await opened(mute);
  expect(await closed(mute)).toBe(1008);
  expect(h.lines.at(-1)?.[2].code).toBe('no_start');
  const arriving = h.media.switchboard.expect(attempt, 'token', new AbortController().signal);
  const socket = h.dial();
  await opened(socket);
  socket.send(start('token'));
  for (let i = 0; i < 5; i++) socket.send(media([i], String(i * 20)));
  const line = await arriving;
  await closed(socket);
  expect(h.lines.at(-1)?.[2].code).toBe('nobody_listens');
  const events: LineEvent[] = [];
  line?.listen((event) => events.push(event));
  expect(events.map((event) => event.kind)).toEqual(['audio', 'audio', 'audio', 'closed']);
});

test('a far side that takes nothing any more is given up', async () => {
  const h = await house({ unsentBytes: 100_000 });
  const { socket, line, events } = await connected(h);
  socket.pause();
  const second = 'A'.repeat(10_668);
  for (let i = 0; i < 2_000 && events.length === 0; i++) line.play(second);
  expect(events).toEqual([{ kind: 'closed' }]);
  expect(h.lines.at(-1)?.[2].code).toBe('backpressure');
});

test('a message beyond all measure ends the stream', async () => {
  const h = await house();
  const { socket, events } = await connected(h);
  socket.send(JSON.stringify({ event: 'media', filler: 'x'.repeat(100_000) }));
  expect(await closed(socket)).toBe(1009);
  expect(events).toEqual([{ kind: 'closed' }]);
});
