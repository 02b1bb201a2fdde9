/** Faults of the media stream: refused, broken, silent in the middle, hung up in mid-sentence. */
import { expect, test } from 'vitest';
import {
  answers,
  eventually,
  FRAME,
  FROM,
  type OurStream,
  setUp,
  type Setting,
  STAY,
  TO,
} from './twilioFixtures.ts';

async function place(setting: Setting, twiml: string): Promise<void> {
  await setting.client.calls.create({ to: TO, from: FROM, twiml });
}

async function talking(setting: Setting): Promise<OurStream> {
  await place(setting, setting.streamTwiml);
  const stream = await setting.ours.stream();
  await stream.started();
  return stream;
}

test('a refused handshake is stream-error 31920, and the next verb runs', async () => {
  const setting = await setUp();
  const { ours } = setting;
  setting.emulator.control.fault({ kind: 'stream_refused', status: 503 });
  ours.answers.set('/after', () => ({ body: STAY }));
  const stream = `<Connect><Stream url="${ours.ws}/media" statusCallback="${ours.url}/stream"/></Connect>`;
  await place(setting, `<Response>${stream}<Redirect>${ours.url}/after</Redirect></Response>`);
  await eventually(() => expect(ours.hooksTo('/after')).toHaveLength(1));
  expect(ours.streams).toEqual([]);
  await eventually(() => expect(ours.hooksTo('/stream')).toHaveLength(1));
  expect(ours.hooksTo('/stream')[0]?.params).toMatchObject({
    StreamEvent: 'stream-error',
    StreamError: expect.stringContaining('31920'),
  });
});

test('a real refusal, and a port where nobody listens, are told apart', async () => {
  const setting = await setUp();
  for (const url of ['ws://127.0.0.1:1/media', `${setting.emulator.url.replace('http', 'ws')}/media`]) {
    await place(setting, `<Response><Connect><Stream url="${url}"/></Connect></Response>`);
  }
  await eventually(() => expect(setting.emulator.control.alerts()).toHaveLength(2));
  expect(new Set(setting.emulator.control.alerts().map(({ code }) => code))).toEqual(new Set([31902, 31920]));
});

test('the callee hangs up in mid-sentence: what was queued is never played', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'hang_up_mid_playout', afterPlayedMs: 100 });
  const stream = await talking(setting);
  stream.say(new Uint8Array(8_000).fill(1));
  stream.mark('end');
  await eventually(() => expect(stream.closed).not.toBeNull());
  expect(stream.marks()).toEqual([]);
  expect(stream.of('stop')).toHaveLength(1);
  expect(setting.network.handset.sounds().length).toBeLessThanOrEqual(800);
});

test('a burst of keys comes all at once', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'dtmf_burst', digits: '1234#', afterMs: 40 });
  const stream = await talking(setting);
  await eventually(() => expect(stream.of('dtmf')).toHaveLength(5));
  const from = stream.messages.findIndex(({ message }) => message.event === 'dtmf');
  expect(stream.messages.slice(from, from + 5).map(({ message }) => message.dtmf?.digit)).toEqual([
    '1',
    '2',
    '3',
    '4',
    '#',
  ]);
});

/** A call whose callee counts frames aloud. */
async function counting(setting: Setting): Promise<OurStream> {
  setting.network.plans.set(TO, (handset) => {
    handset.toSay.push(...Array.from({ length: 200 }, (_, index) => new Uint8Array(FRAME).fill(index)));
    return answers(handset);
  });
  return talking(setting);
}

const said = (stream: OurStream): readonly number[] =>
  stream.of('media').map(({ media }) => Buffer.from(media?.payload ?? '', 'base64')[0] ?? -1);

test('lost frames leave a hole in the audio and in the timestamps, not in the numbering', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'frames_lost', afterMs: 100, frames: 4 });
  const stream = await counting(setting);
  await eventually(() => expect(stream.of('media').length).toBeGreaterThan(8));
  const first = said(stream)[0] ?? 0;
  expect(said(stream).slice(0, 8)).toEqual([0, 1, 2, 3, 4, 9, 10, 11].map((frame) => first + frame));
  const frames = stream.of('media').slice(0, 8);
  expect(frames.map(({ media }) => media?.chunk)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  expect(frames.map(({ media }) => media?.timestamp)).toEqual([
    '0',
    '20',
    '40',
    '60',
    '80',
    '180',
    '200',
    '220',
  ]);
});

test('frames held back come all at once, in order, none lost', async () => {
  const setting = await setUp();
  setting.emulator.control.fault({ kind: 'frames_held', afterMs: 100, forMs: 200 });
  const stream = await counting(setting);
  const spokenAtArrival: number[] = [];
  stream.socket.on('message', () => spokenAtArrival.push(setting.network.handset.heard.length));
  await eventually(() => expect(stream.of('media').length).toBeGreaterThan(20));
  const first = said(stream)[0] ?? 0;
  expect(said(stream).slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => first + index));
  // The sixth frame came only after the callee had said ten more.
  const late = spokenAtArrival.slice(-(stream.of('media').length - 5))[0];
  expect(late).toBeGreaterThanOrEqual(first + 16);
});

test('a broken connection ends the stream without stop, and the next verb runs', async () => {
  const setting = await setUp();
  const { ours } = setting;
  setting.emulator.control.fault({ kind: 'media_dropped', afterMs: 60 });
  ours.answers.set('/after', () => ({ body: STAY }));
  const connect = `<Connect><Stream url="${ours.ws}/media"/></Connect>`;
  await place(setting, `<Response>${connect}<Redirect>${ours.url}/after</Redirect></Response>`);
  const stream = await ours.stream();
  await eventually(() => expect(stream.closed).toBe(1006));
  expect(stream.of('stop')).toEqual([]);
  await eventually(() => expect(ours.hooksTo('/after')).toHaveLength(1));
  expect(setting.emulator.control.streams()).toMatchObject([{ end: 'broken' }]);
});
