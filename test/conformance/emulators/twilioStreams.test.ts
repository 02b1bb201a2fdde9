/** Media streams, message by message; their semantics stand in Twilio's "Media Streams - WebSocket Messages". */
import twilio from 'twilio';
import { expect, test } from 'vitest';
import {
  ACCOUNT,
  answers,
  eventually,
  FRAME,
  FROM,
  type OurStream,
  setUp,
  type Setting,
  STAY,
  TO,
  TOKEN,
} from './twilioFixtures.ts';

/** A sound that can be told from silence and from the other sounds. */
const sound = (code: number, ms: number): Uint8Array => new Uint8Array(ms * 8).fill(code);

/** A call in conversation over a started stream. */
async function talking(setting: Setting): Promise<{ readonly sid: string; readonly stream: OurStream }> {
  const { sid } = await setting.client.calls.create({ to: TO, from: FROM, twiml: setting.streamTwiml });
  const stream = await setting.ours.stream(setting.ours.streams.length);
  await stream.started();
  return { sid, stream };
}

test('a stream begins with connected and start, and then brings a frame of 160 bytes every 20 ms', async () => {
  const { client, ours, network } = await setUp();
  const twiml = `<Response><Connect><Stream url="${ours.ws}/media"><Parameter name="token" value="a &amp; b"/></Stream></Connect></Response>`;
  const call = await client.calls.create({ to: TO, from: FROM, twiml });
  const stream = await ours.stream();
  await eventually(() => expect(stream.of('media').length).toBeGreaterThan(30));
  const [connected, start, ...rest] = stream.messages.map(({ message }) => message);
  expect(connected).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  expect(start).toEqual({
    event: 'start',
    sequenceNumber: '1',
    streamSid: expect.stringMatching(/^MZ[0-9a-f]{32}$/),
    start: {
      accountSid: ACCOUNT,
      callSid: call.sid,
      streamSid: start?.streamSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token: 'a & b' },
    },
  });
  rest.forEach((frame, index) => {
    expect(frame).toEqual({
      event: 'media',
      sequenceNumber: String(index + 2),
      streamSid: start?.streamSid,
      media: {
        track: 'inbound',
        chunk: String(index + 1),
        timestamp: String(index * 20),
        payload: Buffer.alloc(FRAME, 0xff).toString('base64'),
      },
    });
  });
  expect(network.handset.line).toMatchObject({ callSid: call.sid, from: FROM, to: TO });
});

test('the upgrade is signed, in a lower-case header, over the URL exactly as it stands in the TwiML', async () => {
  const setting = await setUp();
  await talking(setting);
  const [upgrade] = setting.ours.upgrades;
  const signature = String(upgrade?.headers['x-twilio-signature']);
  expect(upgrade?.raw).toContain('x-twilio-signature');
  expect(twilio.validateRequest(TOKEN, signature, `${setting.ours.ws}/media`, {})).toBe(true);
  expect(twilio.validateRequest(TOKEN, signature, `${setting.ours.url}/media`, {})).toBe(false);
  expect(twilio.validateRequest(TOKEN, signature, `${setting.ours.ws}/media/`, {})).toBe(false);
});

test('a stream over ws:// is allowed on loopback and flagged; elsewhere, and with a query, it is refused', async () => {
  const setting = await setUp();
  await talking(setting);
  expect(setting.emulator.control.streams()).toMatchObject([{ insecure: true }]);
  for (const url of [
    `${setting.ours.ws}/media?token=1`,
    'ws://media.example.com/',
    'media',
    'http://127.0.0.1/',
  ]) {
    const twiml = `<Response><Connect><Stream url="${url}" statusCallback="${setting.ours.url}/stream"/></Connect></Response>`;
    await setting.client.calls.create({ to: TO, from: FROM, twiml });
  }
  await eventually(() =>
    expect(setting.emulator.control.alerts().map(({ code }) => code)).toEqual([31920, 31923, 31923, 31923]),
  );
  await eventually(() =>
    expect(setting.ours.hooksTo('/stream').map(({ params }) => params['StreamEvent'])).toEqual(
      Array(4).fill('stream-error'),
    ),
  );
  expect(setting.ours.streams).toHaveLength(1);
});

test('what the callee says arrives frame by frame, in order and unchanged', async () => {
  const setting = await setUp();
  setting.network.plans.set(TO, (handset) => {
    handset.toSay.push(...Array.from({ length: 250 }, (_, index) => new Uint8Array(FRAME).fill(index)));
    return answers(handset);
  });
  const { stream } = await talking(setting);
  await eventually(() => expect(stream.of('media').length).toBeGreaterThan(25));
  const heard = stream.of('media').map(({ media }) => Buffer.from(media?.payload ?? '', 'base64'));
  // The handset speaks from the answer on; the stream connects a moment later.
  const first = heard[0]?.[0] ?? 0;
  heard.forEach((frame, index) => expect(frame).toEqual(Buffer.alloc(FRAME, first + index)));
});

test('audio sent all at once is played in order, frame after frame, at 160 bytes each', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  const pieces = [sound(1, 100), sound(2, 7), sound(3, 333)];
  for (const piece of pieces) stream.say(piece);
  stream.mark('end');
  await eventually(() => expect(stream.marks()).toEqual(['end']));
  const played = setting.network.handset.heard.filter((frame) => frame.some((code) => code !== 0xff));
  expect(played).toHaveLength(22);
  expect(setting.network.handset.sounds()).toEqual(pieces.flatMap((piece) => [...piece]));
  expect(setting.emulator.control.streams()).toMatchObject([
    { bytesReceived: 3520, bytesPlayed: 3520, bytesCleared: 0, marksEchoed: 1 },
  ]);
});

test('playing takes as long as the audio lasts, however fast it was sent', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  const sent = performance.now();
  stream.say(sound(1, 600));
  stream.mark('end');
  await eventually(() => expect(stream.marks()).toEqual(['end']));
  // A third is allowed for, because a clock that was late catches up.
  expect(performance.now() - sent).toBeGreaterThan(400);
});

test('a mark is echoed when the audio before it was played, and at once when nothing is queued', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  stream.mark('nothing queued');
  await eventually(() => expect(stream.marks()).toEqual(['nothing queued']));
  expect(setting.network.handset.sounds()).toEqual([]);
  stream.say(sound(1, 200));
  stream.mark('after 200');
  stream.say(sound(2, 800));
  stream.mark('after 1000');
  await eventually(() => expect(stream.marks()).toEqual(['nothing queued', 'after 200']));
  const sounds = setting.network.handset.sounds();
  expect(sounds.filter((code) => code === 1)).toHaveLength(1600);
  expect(sounds.length).toBeLessThan(1600 + 6400);
  await eventually(() => expect(stream.marks()).toEqual(['nothing queued', 'after 200', 'after 1000']));
  expect(setting.network.handset.sounds()).toHaveLength(1600 + 6400);
});

test('clear throws the queue away and echoes every mark that was waiting, so an echo is not proof of hearing', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  stream.say(sound(1, 5_000));
  stream.mark('one');
  stream.say(sound(2, 5_000));
  stream.mark('two');
  await eventually(() => expect(setting.network.handset.sounds().length).toBeGreaterThan(0));
  stream.clear();
  await eventually(() => expect(stream.marks()).toEqual(['one', 'two']));
  stream.say(sound(3, 40));
  stream.mark('three');
  await eventually(() => expect(stream.marks()).toEqual(['one', 'two', 'three']));
  const played = setting.network.handset.sounds();
  expect(played).not.toContain(2);
  expect(played.filter((code) => code === 3)).toHaveLength(320);
  expect(played.length).toBeLessThan(40_000);
});

test('messages with a field missing, one too many, or another stream are ignored with one warning each kind', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  const payload = Buffer.from(sound(9, 20)).toString('base64');
  const wrong = [
    'no json',
    '[]',
    JSON.stringify({ event: 'hello', streamSid: stream.sid }),
    JSON.stringify({ event: 'media', media: { payload } }),
    JSON.stringify({ event: 'media', streamSid: 'MZ1', media: { payload } }),
    JSON.stringify({ event: 'media', streamSid: stream.sid, media: { payload, track: 'outbound' } }),
    JSON.stringify({ event: 'media', streamSid: stream.sid, media: { payload }, sequenceNumber: '1' }),
    JSON.stringify({ event: 'media', streamSid: stream.sid, media: { payload: 'not base64!!' } }),
    JSON.stringify({ event: 'mark', streamSid: stream.sid, mark: {} }),
    JSON.stringify({ event: 'clear', streamSid: stream.sid, clear: true }),
  ];
  for (const message of wrong) stream.socket.send(message);
  stream.socket.send(Buffer.from(sound(9, 20)), { binary: true });
  stream.say(sound(5, 20));
  stream.mark('end');
  await eventually(() => expect(stream.marks()).toEqual(['end']));
  expect(setting.network.handset.sounds()).toEqual([...sound(5, 20)]);
  expect(setting.emulator.control.alerts().map(({ code, level }) => [code, level])).toEqual([
    [31951, 'warning'],
    [31950, 'warning'],
  ]);
  expect(setting.emulator.control.streams()).toMatchObject([{ ignored: wrong.length + 1 }]);
});

test('more than ten minutes of queued audio is thrown away with a warning', async () => {
  const setting = await setUp();
  const { stream } = await talking(setting);
  for (let minute = 0; minute < 11; minute += 1) stream.say(sound(1, 60_000));
  await eventually(() => expect(setting.emulator.control.alerts().map(({ code }) => code)).toEqual([31931]));
  stream.clear();
  await eventually(() => expect(setting.emulator.control.streams()).toMatchObject([{ clears: 1 }]));
});

test('keys that the callee presses arrive as dtmf', async () => {
  const setting = await setUp();
  const { stream, sid } = await talking(setting);
  setting.network.handset.line?.dtmf('1');
  expect(setting.emulator.control.press(sid, '#')).toBe(true);
  await eventually(() => expect(stream.of('dtmf')).toHaveLength(2));
  expect(stream.of('dtmf').map(({ dtmf }) => dtmf)).toEqual([
    { track: 'inbound_track', digit: '1' },
    { track: 'inbound_track', digit: '#' },
  ]);
  expect(stream.of('dtmf')[0]).toMatchObject({
    streamSid: stream.sid,
    sequenceNumber: expect.stringMatching(/^\d+$/),
  });
});

test('when the callee hangs up the stream says stop and closes', async () => {
  const setting = await setUp();
  const { stream, sid } = await talking(setting);
  setting.network.handset.line?.hangUp();
  await eventually(() => expect(stream.closed).not.toBeNull());
  expect(stream.messages.at(-1)?.message).toEqual({
    event: 'stop',
    streamSid: stream.sid,
    sequenceNumber: expect.stringMatching(/^\d+$/),
    stop: { accountSid: ACCOUNT, callSid: sid },
  });
  expect(setting.network.handset.hungUp).toBe(1);
  expect((await setting.client.calls(sid).fetch()).status).toBe('completed');
});

test('when our server closes the socket, Connect is over and the next verb runs', async () => {
  const setting = await setUp();
  const { ours } = setting;
  ours.answers.set('/after', () => ({ body: STAY }));
  const connect = `<Connect><Stream url="${ours.ws}/media" statusCallback="${ours.url}/stream" name="line"/></Connect>`;
  const twiml = `<Response>${connect}<Redirect>${ours.url}/after</Redirect></Response>`;
  const { sid } = await setting.client.calls.create({ to: TO, from: FROM, twiml });
  const stream = await ours.stream();
  await stream.started();
  stream.socket.close(1000);
  await eventually(() => expect(ours.hooksTo('/after')).toHaveLength(1));
  expect(stream.of('stop')).toHaveLength(0);
  await eventually(() => expect(ours.hooksTo('/stream')).toHaveLength(2));
  expect(ours.hooksTo('/stream').map(({ params }) => params)).toMatchObject([
    {
      StreamEvent: 'stream-started',
      StreamName: 'line',
      StreamSid: stream.sid,
      CallSid: sid,
      AccountSid: ACCOUNT,
    },
    { StreamEvent: 'stream-stopped', StreamSid: stream.sid },
  ]);
  expect((await setting.client.calls(sid).fetch()).status).toBe('in-progress');
});

test('new instructions in mid-stream: stop, close, and the new document runs', async () => {
  const setting = await setUp();
  const { sid, stream } = await talking(setting);
  stream.say(sound(1, 5_000));
  await setting.client.calls(sid).update({ twiml: setting.streamTwiml });
  const second = await setting.ours.stream(1);
  await second.started();
  await eventually(() => expect(stream.closed).not.toBeNull());
  expect(stream.of('stop')).toHaveLength(1);
  expect(second.sid).not.toBe(stream.sid);
  second.say(sound(2, 40));
  second.mark('end');
  await eventually(() => expect(second.marks()).toEqual(['end']));
  expect(setting.network.handset.hungUp).toBe(0);
  expect(setting.network.handset.sounds().slice(-320)).toEqual([...sound(2, 40)]);
});

test('a document with nothing after the stream ends the call when our server closes it', async () => {
  const setting = await setUp();
  const { sid, stream } = await talking(setting);
  stream.socket.close();
  await eventually(async () => expect((await setting.client.calls(sid).fetch()).status).toBe('completed'));
});

test('the line delays each way: sound reaches the earpiece and our socket later by the frames asked for', async () => {
  const setting = await setUp({ lineDelayMs: { toUs: 60, fromUs: 100 } });
  setting.network.plans.set(TO, (handset) => {
    handset.toSay.push(...Array.from({ length: 400 }, (_, index) => new Uint8Array(FRAME).fill(index % 200)));
    return answers(handset);
  });
  const { stream } = await talking(setting);
  stream.say(sound(250, 20));
  stream.mark('played');
  await eventually(() => expect(stream.marks()).toEqual(['played']));
  const { heard } = setting.network.handset;
  const ticksAtMark = heard.length;
  await eventually(() => expect(setting.network.handset.sounds()).toHaveLength(160));
  const earpieceTick = heard.findIndex((frame) => frame.includes(250));
  expect(earpieceTick - ticksAtMark).toBeGreaterThanOrEqual(3);
  const spoken = stream.of('media').map(({ media }) => Buffer.from(media?.payload ?? '', 'base64')[0] ?? 0);
  const ticks = heard.length;
  const newest = spoken.at(-1) ?? 0;
  // The newest frame was said three ticks before the last one that the handset was asked for.
  expect(ticks - 1 - newest).toBeGreaterThanOrEqual(3);
});
