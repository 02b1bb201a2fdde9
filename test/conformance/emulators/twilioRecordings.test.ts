/** Recordings: REST resources, callbacks after the call's end, and media that holds both sides. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { expect, onTestFinished, test } from 'vitest';
import { twilioOracle } from '../../oracles/twilioOracle.ts';
import {
  ACCOUNT,
  answers,
  eventually,
  FRAME,
  FROM,
  setUp,
  type Setting,
  STAY,
  TO,
  TOKEN,
} from './twilioFixtures.ts';

const oracle = twilioOracle();
const basic = `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64')}`;

async function media(url: string): Promise<{ readonly status: number; readonly wav: Buffer }> {
  const response = await fetch(url, { headers: { authorization: basic } });
  return { status: response.status, wav: Buffer.from(await response.arrayBuffer()) };
}

/** Channels, sample rate and the 16-bit samples of each channel. */
function parse(wav: Buffer): { readonly rate: number; readonly channels: readonly Int16Array[] } {
  expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
  expect([wav.readUInt16LE(20), wav.readUInt16LE(34)]).toEqual([1, 16]);
  const count = wav.readUInt16LE(22);
  const samples = (wav.byteLength - 44) / 2 / count;
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: samples }, (_unused, at) => wav.readInt16LE(44 + (at * count + channel) * 2)),
  );
  return { rate: wav.readUInt32LE(24), channels };
}

const loud = (channel: Int16Array): number => channel.filter((sample) => Math.abs(sample) > 1000).length;

/** A call in which the callee says 0x10 for ten frames and our side plays 0x20 for twelve. */
async function conversation(setting: Setting, params: object): Promise<string> {
  setting.network.plans.set(TO, (handset) => {
    handset.toSay.push(...Array.from({ length: 10 }, () => new Uint8Array(FRAME).fill(0x10)));
    return answers(handset);
  });
  const { sid } = await setting.client.calls.create({
    to: TO,
    from: FROM,
    twiml: setting.streamTwiml,
    ...params,
  });
  const stream = await setting.ours.stream();
  await stream.started();
  stream.say(new Uint8Array(12 * FRAME).fill(0x20));
  stream.mark('end');
  await eventually(() => expect(stream.marks()).toEqual(['end']));
  const { heard } = setting.network.handset;
  const atTheEnd = heard.length;
  await eventually(() => expect(heard.length).toBeGreaterThan(atTheEnd + 5));
  setting.network.handset.line?.hangUp();
  return sid;
}

test('a dual recording holds the callee in the first channel and us in the second, as long as the call', async () => {
  const setting = await setUp();
  const { client, ours, exchanges } = setting;
  const sid = await conversation(setting, {
    record: true,
    recordingChannels: 'dual',
    trim: 'do-not-trim',
    recordingStatusCallback: `${ours.url}/recording`,
    recordingStatusCallbackEvent: ['in-progress', 'completed'],
    statusCallback: `${ours.url}/status`,
  });
  await eventually(() => expect(ours.hooksTo('/recording')).toHaveLength(2));
  const [started, completed] = ours.hooksTo('/recording');
  const [ended] = ours.hooksTo('/status');
  expect(started?.params).toMatchObject({ RecordingStatus: 'in-progress', CallSid: sid });
  expect(completed?.params).toMatchObject({
    RecordingStatus: 'completed',
    RecordingChannels: '2',
    RecordingDuration: '1',
    RecordingSource: 'OutboundAPI',
    RecordingTrack: 'both',
    ErrorCode: '0',
  });
  expect(ended?.params['RecordingSid']).toBe(completed?.params['RecordingSid']);
  expect(completed?.atMs).toBeGreaterThan(ended?.atMs ?? Infinity);
  const hook = completed ?? started;
  expect(
    twilio.validateRequest(
      TOKEN,
      String(hook?.headers['x-twilio-signature']),
      hook?.url ?? '',
      hook?.params ?? {},
    ),
  ).toBe(true);
  const [recording] = await client.recordings.list({ callSid: sid });
  expect(recording).toMatchObject({ status: 'completed', channels: 2, duration: '1', source: 'OutboundAPI' });
  expect(oracle.listProblems('recordings', exchanges.at(-1)?.body)).toEqual([]);
  const { rate, channels } = parse((await media(`${recording?.mediaUrl}.wav`)).wav);
  expect(rate).toBe(8000);
  expect(channels).toHaveLength(2);
  expect(channels[0]).toHaveLength(setting.network.handset.heard.length * FRAME);
  expect(channels.map(loud)).toEqual([1600, 1920]);
  expect(parse((await media(`${recording?.mediaUrl}.wav?RequestedChannels=1`)).wav).channels).toHaveLength(1);
  expect((await media(`${recording?.mediaUrl}.mp3`)).status).toBe(404);
  expect((await fetch(`${recording?.mediaUrl}.wav`)).status).toBe(401);
});

test('a create trims silence unless told not to, and is mono unless told otherwise', async () => {
  const setting = await setUp();
  const sid = await conversation(setting, { record: true });
  const [recording] = await eventually(async () => {
    const found = await setting.client.calls(sid).recordings.list();
    expect(found[0]?.status).toBe('completed');
    return found;
  });
  expect(recording?.channels).toBe(1);
  const url = `${setting.emulator.url}/2010-04-01/Accounts/${ACCOUNT}/Recordings/${recording?.sid}`;
  const { channels } = parse((await media(url)).wav);
  expect(channels).toHaveLength(1);
  expect(channels[0]?.length).toBeLessThan(setting.network.handset.heard.length * FRAME);
  expect(Math.abs(channels[0]?.[0] ?? 0)).toBeGreaterThan(1000);
});

test('a recording started, listed, fetched, stopped and deleted over REST is what Twilio documents', async () => {
  const setting = await setUp();
  const { client, exchanges } = setting;
  const { sid } = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  await eventually(async () => expect((await client.calls(sid).fetch()).status).toBe('in-progress'));
  const started = await client
    .calls(sid)
    .recordings.create({ recordingChannels: 'dual', trim: 'do-not-trim' });
  expect(oracle.problems('callRecording', exchanges.at(-1)?.body)).toEqual([]);
  expect(started).toMatchObject({
    status: 'in-progress',
    source: 'StartCallRecordingAPI',
    channels: 2,
    track: 'both',
  });
  await client.calls(sid).recordings(started.sid).fetch();
  expect(oracle.problems('callRecording', exchanges.at(-1)?.body)).toEqual([]);
  const heard = setting.network.handset.heard.length;
  await eventually(() => expect(setting.network.handset.heard.length).toBeGreaterThan(heard + 2));
  await client.calls(sid).recordings(started.sid).update({ status: 'stopped' });
  await eventually(async () =>
    expect((await client.recordings(started.sid).fetch()).status).toBe('completed'),
  );
  expect(oracle.problems('recording', exchanges.at(-1)?.body)).toEqual([]);
  await client.calls(sid).recordings.list();
  expect(oracle.listProblems('callRecordings', exchanges.at(-1)?.body)).toEqual([]);
  expect(await client.recordings(started.sid).remove()).toBe(true);
  expect(await client.recordings.list()).toEqual([]);
});

test('a call that is not in conversation cannot be recorded', async () => {
  const { client, network } = await setUp();
  network.plans.set(TO, () => ({ kind: 'rings_out' }));
  const { sid } = await client.calls.create({ to: TO, from: FROM, twiml: STAY });
  await expect(client.calls(sid).recordings.create()).rejects.toMatchObject({ status: 400, code: 21220 });
});

test('recordings stay in the folder they were asked into, and a temporary one goes with the emulator', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'recordings-test-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const setting = await setUp({ recordingsDir: dir });
  const sid = await conversation(setting, { record: true });
  await eventually(async () =>
    expect((await setting.client.calls(sid).recordings.list())[0]?.status).toBe('completed'),
  );
  await setting.emulator.close();
  expect(await readdir(dir)).toHaveLength(1);
});
