import { DeepgramClient, DeepgramError } from '@deepgram/sdk';
import { afterEach, expect, test } from 'vitest';

import { type DeepgramEmulator, startDeepgramEmulator } from '../../../src/emulators/deepgram/emulator.ts';
import { createSpeechRegistry } from '../../../src/emulators/hearing/speechRegistry.ts';
import { PROFILES } from '../../../src/emulators/profiles.ts';
import type { SpeechRegistry } from '../../../src/emulators/speech.ts';
import { vendorSchema } from '../../oracles/vendorSchema.ts';
import { chance, joined, silence, syntheticSpeech } from '../../unit/emulators/syntheticSpeech.ts';
import { until } from './until.ts';

const oracle = vendorSchema('deepgram');
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function started(): Promise<{
  emulator: DeepgramEmulator;
  registry: SpeechRegistry;
  client: DeepgramClient;
}> {
  const registry = createSpeechRegistry();
  const emulator = await startDeepgramEmulator({
    apiKey: 'dg-key',
    registry,
    profile: PROFILES.zero,
    random: chance(1),
    idleMs: { flux: 60_000, nova: 400 },
  });
  closing.push(() => emulator.close());
  return { emulator, registry, client: new DeepgramClient({ apiKey: 'dg-key', baseUrl: emulator.url }) };
}

type Message = { readonly type: string } & Record<string, unknown>;

async function nova(client: DeepgramClient, more: object = {}) {
  const socket = await client.listen.v1.connect({
    model: 'nova-3',
    encoding: 'mulaw',
    sample_rate: 8000,
    reconnectAttempts: 0,
    ...more,
  });
  const messages: Message[] = [];
  const closes: { code: number; reason: string }[] = [];
  socket.on('message', (message) => messages.push({ ...message, type: message.type }));
  socket.on('close', ({ code, reason }) => closes.push({ code, reason }));
  socket.connect();
  closing.push(() => socket.close());
  const of = (type: string) => messages.filter((message) => message.type === type);
  return {
    socket,
    messages,
    closes,
    of,
    transcripts: (wanted: Record<string, unknown>) =>
      of('Results')
        .filter((message) => Object.entries(wanted).every(([name, value]) => message[name] === value))
        .map((message) => JSON.stringify(message['channel']))
        .map((channel) => /"transcript":"([^"]*)"/.exec(channel)?.[1] ?? ''),
    async say(mulaw: Uint8Array) {
      await socket.waitForOpen();
      for (let at = 0; at < mulaw.length; at += 640) socket.sendMedia(mulaw.slice(at, at + 640));
    },
  };
}

test('interim results grow, a pause makes them final, and a longer one ends the utterance', async () => {
  const { registry, client } = await started();
  const speech = syntheticSpeech('Yes, I can make it.');
  registry.register(speech);
  const call = await nova(client, {
    interim_results: true,
    endpointing: 200,
    utterance_end_ms: 1000,
    vad_events: true,
    smart_format: true,
  });
  await call.say(joined(silence(300), speech.mulaw, silence(1500)));
  await until(() => expect(call.of('UtteranceEnd')).toHaveLength(1));
  expect(call.of('SpeechStarted')).not.toHaveLength(0);
  expect(call.transcripts({ speech_final: true })).toEqual(['Yes, I can make it.']);
  expect(call.transcripts({ is_final: false }).length).toBeGreaterThan(1);
  expect(call.of('UtteranceEnd')[0]?.['last_word_end']).toBeCloseTo(0.3 + 0.04 + 5 * 0.3 + 0.14, 2);

  call.socket.sendCloseStream({ type: 'CloseStream' });
  await until(() => expect(call.closes).toEqual([{ code: 1000, reason: '' }]));
  expect(call.messages.at(-1)).toMatchObject({ type: 'Metadata', channels: 1 });
  expect(call.messages.flatMap((message) => oracle.problems('NovaServerMessage', message))).toEqual([]);
});

test('Finalize makes what was heard final before the pause is over', async () => {
  const { registry, client } = await started();
  const speech = syntheticSpeech('four one two');
  registry.register(speech);
  const call = await nova(client, { endpointing: 2000 });
  await call.say(joined(speech.mulaw, silence(40)));
  call.socket.sendFinalize({ type: 'Finalize' });
  await until(() => expect(call.transcripts({ from_finalize: true })).toEqual(['four one two']));
});

test('KeepAlive keeps a quiet socket open; without it NET-0001 closes it', async () => {
  const { emulator, client } = await started();
  const kept = await nova(client);
  const left = await nova(client);
  await kept.socket.waitForOpen();
  await left.socket.waitForOpen();
  const beat = setInterval(() => kept.socket.sendKeepAlive({ type: 'KeepAlive' }), 50);
  closing.push(() => clearInterval(beat));
  await until(() => expect(left.closes[0]).toMatchObject({ code: 1011 }));
  expect(left.closes[0]?.reason).toContain('NET-0001');
  expect(kept.closes).toEqual([]);
  expect(emulator.control.stats()['keepAlives']).toBeGreaterThan(3);
});

test('utterance_end_ms needs interim results, and live audio is the telephone kind', async () => {
  const { emulator } = await started();
  const refused = async (query: string): Promise<unknown> => {
    const { WebSocket } = await import('ws');
    return new Promise((resolve) => {
      const socket = new WebSocket(`${emulator.url.replace('http', 'ws')}/v1/listen?${query}`, {
        headers: { authorization: 'Token dg-key' },
      });
      socket.on('unexpected-response', (_, response) =>
        resolve([response.statusCode, response.headers['dg-error']]),
      );
      socket.on('error', () => undefined);
    });
  };
  expect(await refused('model=nova-3&encoding=mulaw&sample_rate=8000&utterance_end_ms=1000')).toEqual([
    400,
    expect.stringContaining('interim_results'),
  ]);
  expect(await refused('model=nova-3&encoding=linear16&sample_rate=8000')).toEqual([400, expect.anything()]);
  expect(await refused('encoding=mulaw&sample_rate=8000')).toEqual([400, expect.stringContaining('model')]);
});

/** A stereo mu-law WAV, 8 kHz. */
function stereoWav(left: Uint8Array, right: Uint8Array): Buffer {
  const frames = Math.max(left.length, right.length);
  const data = Buffer.alloc(frames * 2);
  for (let index = 0; index < frames; index += 1) {
    data[index * 2] = left[index] ?? 0xff;
    data[index * 2 + 1] = right[index] ?? 0xff;
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

test('a stereo recording is transcribed channel by channel', async () => {
  const { registry, client } = await started();
  const callee = syntheticSpeech('Yes, Tuesday works.', 3);
  const agent = syntheticSpeech('Shall I move you to Tuesday?', 4);
  registry.register(callee);
  registry.register(agent);
  const wav = stereoWav(joined(silence(2500), callee.mulaw), joined(agent.mulaw, silence(1000)));
  const reply = await client.listen.v1.media.transcribeFile(wav, {
    model: 'nova-3',
    multichannel: true,
    smart_format: true,
    utterances: true,
  });
  if (!('results' in reply)) throw new Error('no results');
  // The SDK's type leaves out `punctuated_word`, which the vendor sends with smart_format.
  const problems = oracle.problems('PrerecordedResponse', JSON.parse(JSON.stringify(reply)));
  expect(problems.filter((problem) => !problem.endsWith('additional properties: punctuated_word'))).toEqual(
    [],
  );
  expect(reply.results.channels.map(({ alternatives }) => alternatives?.[0]?.transcript)).toEqual([
    'Yes, Tuesday works.',
    'Shall I move you to Tuesday?',
  ]);
  expect(reply.results.utterances?.map(({ channel, start }) => [channel, start])).toEqual([
    [0, 2.54],
    [1, 0.04],
  ]);
  expect(reply.metadata.channels).toBe(2);
});

/** The status that an unreadable recording is answered with. */
const ask = (using: DeepgramClient): Promise<unknown> =>
  using.listen.v1.media.transcribeFile(Buffer.from('not audio'), { model: 'nova-3' }, { maxRetries: 0 }).then(
    () => 'answered',
    (error: unknown) => (error instanceof DeepgramError ? error.statusCode : error),
  );

test('audio that cannot be read, a wrong key and rate limits are the errors the SDK knows', async () => {
  const { emulator, client } = await started();
  expect(await ask(client)).toBe(400);
  expect(await ask(new DeepgramClient({ apiKey: 'other', baseUrl: emulator.url }))).toBe(401);
  emulator.control.add({ kind: 'refuse', status: 429 });
  expect(await ask(client)).toBe(429);
});
