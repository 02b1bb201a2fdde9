import { type Deepgram, DeepgramClient } from '@deepgram/sdk';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import {
  type DeepgramEmulator,
  type DeepgramEmulatorOptions,
  startDeepgramEmulator,
} from '../../../src/emulators/deepgram/emulator.ts';
import { createSpeechRegistry } from '../../../src/emulators/hearing/speechRegistry.ts';
import { PROFILES } from '../../../src/emulators/profiles.ts';
import type { SpeechRegistry } from '../../../src/emulators/speech.ts';
import { installedVersion, vendorSchema } from '../../oracles/vendorSchema.ts';
import { chance, joined, silence, syntheticSpeech } from '../../unit/emulators/syntheticSpeech.ts';
import { until } from './until.ts';

const oracle = vendorSchema('deepgram');
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function started(
  more: Partial<DeepgramEmulatorOptions> = {},
): Promise<{ emulator: DeepgramEmulator; registry: SpeechRegistry }> {
  const registry = createSpeechRegistry();
  const emulator = await startDeepgramEmulator({
    apiKey: 'dg-key',
    registry,
    profile: PROFILES.zero,
    random: chance(1),
    ...more,
  });
  closing.push(() => emulator.close());
  return { emulator, registry };
}

type Message = Deepgram.listen.ListenV2TurnInfo | { readonly type: string };

async function flux(emulator: DeepgramEmulator, more: object = {}, apiKey = 'dg-key') {
  const client = new DeepgramClient({ apiKey, baseUrl: emulator.url });
  const socket = await client.listen.v2.connect({
    model: 'flux-general-en',
    encoding: 'mulaw',
    sample_rate: 8000,
    reconnectAttempts: 0,
    connectionTimeoutInSeconds: 2,
    ...more,
  });
  const messages: Message[] = [];
  const closes: { code: number; reason: string }[] = [];
  const errors: Error[] = [];
  socket.on('message', (message) => messages.push(message));
  socket.on('close', ({ code, reason }) => closes.push({ code, reason }));
  socket.on('error', (error) => errors.push(error));
  socket.connect();
  closing.push(() => socket.close());
  const turns = () =>
    messages.filter((message): message is Deepgram.listen.ListenV2TurnInfo => message.type === 'TurnInfo');
  return {
    socket,
    messages,
    closes,
    errors,
    turns,
    turning: () => turns().filter(({ event }) => event !== 'Update'),
    /** Sends audio in the vendor's recommended 80 ms. */
    async say(mulaw: Uint8Array) {
      await socket.waitForOpen();
      for (let at = 0; at < mulaw.length; at += 640) socket.sendMedia(mulaw.slice(at, at + 640));
    },
  };
}

test('the schemas were made from the SDK that is installed', () => {
  expect(installedVersion(oracle.sdk)).toBe(oracle.recorded);
});

test('a turn is heard word by word, ends once, and every message is of a type the SDK knows', async () => {
  const { emulator, registry } = await started();
  const speech = syntheticSpeech('Yes, I can make it.');
  registry.register(speech);
  const call = await flux(emulator, {
    eager_eot_threshold: 0.5,
    keyterm: ['Rollcall', 'Dr. Okafor'],
    tag: 'test',
  });
  await call.say(joined(silence(500), speech.mulaw, silence(1000)));
  await until(() => expect(call.turning().map(({ event }) => event)).toContain('EndOfTurn'));

  expect(call.messages[0]).toMatchObject({ type: 'Connected', sequence_id: 0 });
  expect(call.messages.flatMap((message) => oracle.problems('FluxServerMessage', message))).toEqual([]);
  expect(call.messages.map((message) => 'sequence_id' in message && message.sequence_id)).toEqual(
    call.messages.map((_, index) => index),
  );
  expect(call.turning().map(({ event }) => event)).toEqual(['StartOfTurn', 'EagerEndOfTurn', 'EndOfTurn']);
  const [, eager, end] = call.turning();
  expect(end).toMatchObject({ turn_index: 0, transcript: 'Yes, I can make it.', trigger: 'model' });
  expect(eager?.transcript).toBe(end?.transcript);
  expect(end?.words[1]).toMatchObject({ word: 'I', start: 0.98, end: 1.28 });
  // 240 ms of silence after the last word, in the zero profile.
  expect(end?.audio_window_end).toBeCloseTo(0.5 + 0.04 + 5 * 0.3 + 0.14 + 0.24, 1);
});

test('nothing happens without audio: a turn that is not followed by silence never ends', async () => {
  const { emulator, registry } = await started();
  const speech = syntheticSpeech('Hold on');
  registry.register(speech);
  const call = await flux(emulator);
  await call.say(speech.mulaw);
  await until(() => expect(call.turns().at(-1)?.transcript).toBe('Hold on'));
  call.socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 0.8 } });
  await until(() => expect(call.messages.at(-1)?.type).toBe('ConfigureSuccess'));
  expect(call.turning().map(({ event }) => event)).toEqual(['StartOfTurn']);
});

test('words whose audio was lost on the way are not in the transcript', async () => {
  const { emulator, registry } = await started();
  const speech = syntheticSpeech('please cancel my appointment tomorrow morning');
  registry.register(speech);
  const holed = speech.mulaw.slice();
  holed.set(syntheticSpeech('crackle', 99).mulaw.slice(40 * 8), (40 + 300) * 8);
  const call = await flux(emulator);
  await call.say(joined(holed, silence(1000)));
  await until(() => expect(call.turning().at(-1)?.event).toBe('EndOfTurn'));
  expect(call.turning().at(-1)?.transcript).toBe('please my appointment tomorrow morning');
});

test('a configuration that is out of range fails and leaves the old one in force', async () => {
  const { emulator, registry } = await started();
  const speech = syntheticSpeech('Hello there.');
  registry.register(speech);
  const call = await flux(emulator);
  await call.socket.waitForOpen();
  call.socket.sendConfigure({ type: 'Configure', thresholds: { eot_threshold: 1 }, keyterms: ['Okafor'] });
  call.socket.sendConfigure({ type: 'Configure', thresholds: { eager_eot_threshold: 0.1 } });
  await until(() => expect(call.messages).toHaveLength(3));
  expect(call.messages.flatMap((message) => oracle.problems('FluxServerMessage', message))).toEqual([]);
  expect(call.messages[1]).toMatchObject({
    type: 'ConfigureSuccess',
    thresholds: { eot_threshold: 1, eot_timeout_ms: 5000 },
    keyterms: ['Okafor'],
  });
  expect(call.messages[2]).toMatchObject({ type: 'ConfigureFailure' });
  await call.say(joined(speech.mulaw, silence(6000)));
  await until(() => expect(call.turning().at(-1)).toMatchObject({ event: 'EndOfTurn', trigger: 'timeout' }));
});

test('ForceEndTurn ends a turn where it is enabled, and is a fatal error where it is not', async () => {
  const enabled = await started({ forceEndTurn: true });
  const speech = syntheticSpeech('four one two');
  enabled.registry.register(speech);
  const call = await flux(enabled.emulator);
  await call.say(speech.mulaw);
  call.socket.sendForceEndTurn({ type: 'ForceEndTurn' });
  await until(() =>
    expect(call.turning().at(-1)).toMatchObject({
      event: 'EndOfTurn',
      trigger: 'manual',
      transcript: 'four one two',
    }),
  );

  const disabled = await started();
  const other = await flux(disabled.emulator);
  await other.socket.waitForOpen();
  other.socket.sendForceEndTurn({ type: 'ForceEndTurn' });
  await until(() => expect(other.closes).toHaveLength(1));
  expect(other.messages[1]).toMatchObject({ type: 'Error', code: 'UNPARSABLE_CLIENT_MESSAGE' });
  expect(oracle.problems('FluxServerMessage', other.messages[1])).toEqual([]);
});

test('CloseStream closes with 1000', async () => {
  const { emulator } = await started();
  const call = await flux(emulator);
  await call.socket.waitForOpen();
  call.socket.sendCloseStream({ type: 'CloseStream' });
  await until(() => expect(call.closes).toEqual([{ code: 1000, reason: '' }]));
});

test.each([
  ['a wrong key', 'wrong', {}, '401'],
  ['a threshold out of range', 'dg-key', { eot_threshold: 0.3 }, '400'],
  [
    'an eager threshold above the final one',
    'dg-key',
    { eot_threshold: 0.6, eager_eot_threshold: 0.8 },
    '400',
  ],
  ['a timeout out of range', 'dg-key', { eot_timeout_ms: 100 }, '400'],
  ['an unknown model', 'dg-key', { model: 'flux-general-xx' }, '400'],
  ['a parameter of the other endpoint', 'dg-key', { queryParams: { endpointing: 300 } }, '400'],
  ['a language hint on the English model', 'dg-key', { language_hint: 'es' }, '400'],
])('the handshake is refused for %s', async (_, key, more, status) => {
  const { emulator } = await started();
  const call = await flux(emulator, more, key);
  await until(() => expect(call.errors.map(String).join(' ')).toContain(status));
});

test('a refused handshake carries the vendor error headers', async () => {
  const { emulator } = await started();
  const headers = await new Promise<Record<string, unknown>>((resolve) => {
    const socket = new WebSocket(`${emulator.url.replace('http', 'ws')}/v2/listen`);
    socket.on('unexpected-response', (_, response) => resolve(response.headers));
    socket.on('error', () => undefined);
  });
  expect(headers).toMatchObject({ 'dg-error': 'Invalid credentials.' });
  expect(headers['dg-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('a socket without audio is closed, and pings keep one open', async () => {
  const { emulator } = await started({ idleMs: { flux: 150, nova: 150 } });
  const headers = { authorization: 'Token dg-key' };
  const address = `${emulator.url.replace('http', 'ws')}/v2/listen?model=flux-general-en&encoding=mulaw&sample_rate=8000`;
  const pinging = new WebSocket(address, { headers });
  closing.push(() => pinging.terminate());
  pinging.on('open', () => pinging.ping());
  pinging.on('pong', () => setImmediate(() => pinging.ping()));
  await new Promise((resolve) => pinging.once('pong', resolve));
  const quiet = new WebSocket(address, { headers });
  const [code, reason] = await new Promise<[number, Buffer]>((resolve) =>
    quiet.on('close', (...closed) => resolve(closed)),
  );
  expect([code, reason.toString()]).toEqual([1011, expect.stringContaining('NET-0001')]);
  expect(pinging.readyState).toBe(WebSocket.OPEN);
});

test('faults come when they are asked for, over HTTP too', async () => {
  const { emulator, registry } = await started();
  const speech = syntheticSpeech('I would like to move it.');
  registry.register(speech);
  const turn = joined(speech.mulaw, silence(1500));

  const asked = await fetch(`${emulator.url}/_emulator/faults`, {
    method: 'POST',
    body: JSON.stringify([{ kind: 'refuse', status: 429 }, { kind: 'resume_after_eager' }]),
  });
  expect(asked.status).toBe(200);
  const refused = await flux(emulator);
  await until(() => expect(refused.errors.map(String).join(' ')).toContain('429'));

  const call = await flux(emulator, { eager_eot_threshold: 0.4 });
  await call.say(turn);
  await until(() => expect(call.turning().at(-1)?.event).toBe('EndOfTurn'));
  expect(call.turning().map(({ event }) => event)).toEqual([
    'StartOfTurn',
    'EagerEndOfTurn',
    'TurnResumed',
    'EagerEndOfTurn',
    'EndOfTurn',
  ]);

  emulator.control.add({ kind: 'slow_end', lagMs: 1200 });
  await call.say(turn);
  await until(() => expect(call.turning().filter(({ event }) => event === 'EndOfTurn')).toHaveLength(2));
  const slow = call.turning().at(-1);
  expect((slow?.audio_window_end ?? 0) - (slow?.words.at(-1)?.end ?? 0)).toBeCloseTo(1.2, 1);
  expect(slow?.turn_index).toBe(1);

  emulator.control.add({ kind: 'close_mid_turn', code: 1011 });
  await call.say(turn);
  await until(() => expect(call.closes[0]?.code).toBe(1011));

  emulator.control.add({ kind: 'error_frame' });
  const broken = await flux(emulator);
  await broken.say(turn);
  await until(() =>
    expect(broken.messages.at(-1)).toMatchObject({ type: 'Error', code: 'INTERNAL_SERVER_ERROR' }),
  );

  const unknown = await fetch(`${emulator.url}/_emulator/faults`, {
    method: 'POST',
    body: '{"kind":"fire"}',
  });
  expect(unknown.status).toBe(400);
  const stats = await (await fetch(`${emulator.url}/_emulator/stats`)).json();
  expect(stats).toMatchObject({ 'refused.429': 1, 'flux.EndOfTurn': 2, 'flux.connections': 2 });
});

test('a profile makes the end of turn late by its silence in audio and its delivery in time', async () => {
  const { emulator, registry } = await started({ profile: PROFILES.brief });
  const speech = syntheticSpeech('No.');
  registry.register(speech);
  const call = await flux(emulator);
  const sentAt = performance.now();
  await call.say(joined(speech.mulaw.slice(0, 340 * 8), silence(600)));
  await until(() => expect(call.turning().at(-1)?.event).toBe('EndOfTurn'));
  expect(performance.now() - sentAt).toBeGreaterThan(99);
  const end = call.turning().at(-1);
  expect((end?.audio_window_end ?? 0) - (end?.words.at(-1)?.end ?? 0)).toBeCloseTo(0.16, 2);
});

test('a word error rate makes mistakes, the same ones with the same seed', async () => {
  const speech = syntheticSpeech(
    'can you move my appointment to Tuesday morning at ten please and thank you',
  );
  const transcripts: string[] = [];
  for (let run = 0; run < 2; run += 1) {
    const { emulator, registry } = await started({ wordErrorRate: 0.4, random: chance(5) });
    registry.register(speech);
    const call = await flux(emulator);
    await call.say(joined(speech.mulaw, silence(1500)));
    await until(() => expect(call.turning().at(-1)?.event).toBe('EndOfTurn'));
    transcripts.push(call.turning().at(-1)?.transcript ?? '');
  }
  expect(transcripts[0]).toBe(transcripts[1]);
  expect(transcripts[0]).not.toBe(speech.words.map(({ word }) => word).join(' '));
});
