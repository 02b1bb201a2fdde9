import { ElevenLabsClient, ElevenLabsError } from '@elevenlabs/elevenlabs-js';
import * as serialization from '@elevenlabs/elevenlabs-js/serialization/index.js';
import { mulaw as g711 } from 'alawmulaw';
import { afterEach, expect, test } from 'vitest';

import {
  type ElevenLabsEmulator,
  startElevenLabsEmulator,
} from '../../../src/emulators/elevenlabs/emulator.ts';
import { createSpeechRegistry } from '../../../src/emulators/hearing/speechRegistry.ts';
import { type DelayProfile, PROFILES } from '../../../src/emulators/profiles.ts';
import type { SpeechRegistry } from '../../../src/emulators/speech.ts';
import { chance, syntheticVoice } from '../../unit/emulators/syntheticSpeech.ts';
import { heard } from './elevenlabsCall.ts';
import { until } from './until.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function started(profile: DelayProfile = PROFILES.zero): Promise<{
  emulator: ElevenLabsEmulator;
  registry: SpeechRegistry;
  voice: ReturnType<typeof syntheticVoice>;
  client: ElevenLabsClient;
}> {
  const registry = createSpeechRegistry();
  const voice = syntheticVoice();
  const emulator = await startElevenLabsEmulator({
    apiKey: 'el-key',
    synthesiser: voice,
    registry,
    profile,
    random: chance(1),
    voices: { receptionist: { voice: 'slt', stretch: 1.1 } },
  });
  closing.push(() => emulator.close());
  const client = new ElevenLabsClient({ apiKey: 'el-key', baseUrl: emulator.url, maxRetries: 0 });
  return { emulator, registry, voice, client };
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<{ mulaw: Uint8Array; pieces: number[] }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return { mulaw: Uint8Array.from(Buffer.concat(pieces)), pieces: pieces.map(({ length }) => length) };
}

const ORDER = {
  text: 'Good evening. This is Lakeside Dental.',
  modelId: 'eleven_flash_v2_5',
  outputFormat: 'ulaw_8000',
} as const;

test('the stream is telephone audio in whole frames, and listeners understand it', async () => {
  const { client, registry, emulator } = await started();
  const reply = await client.textToSpeech
    .stream('agent', { ...ORDER, optimizeStreamingLatency: 3 })
    .withRawResponse();
  const { mulaw } = await bytesOf(reply.data);
  expect(mulaw.length % 160).toBe(0);
  expect(heard(registry, mulaw)).toBe(ORDER.text);
  expect(reply.rawResponse.headers.get('character-cost')).toBe(String(ORDER.text.length));
  expect(reply.rawResponse.headers.get('request-id')).toBeTruthy();
  expect(emulator.control.stats()).toMatchObject({ characters: ORDER.text.length, audioBytes: mulaw.length });
});

test('two renderings of a sentence differ by no more than a hair, and each stays understandable when it is played again', async () => {
  const { client, registry } = await started();
  const first = await bytesOf(await client.textToSpeech.stream('agent', ORDER));
  const second = await bytesOf(await client.textToSpeech.convert('agent', ORDER));
  expect(first.mulaw).not.toEqual(second.mulaw);
  const apart = Array.from(first.mulaw, (code, index) => code ^ (second.mulaw[index] ?? 0));
  expect(Math.max(...apart)).toBe(1);
  for (const { mulaw } of [first, second]) expect(heard(registry, mulaw)).toBe(ORDER.text);
});

test('the audio is there long before it could have been spoken', async () => {
  const { client } = await started({
    ...PROFILES.zero,
    synthesisFirstByte: { p50Ms: 100 },
    synthesisPerChunk: { p50Ms: 10 },
  });
  const askedAt = performance.now();
  const { mulaw } = await bytesOf(await client.textToSpeech.stream('agent', ORDER));
  const tookMs = performance.now() - askedAt;
  expect(tookMs).toBeGreaterThanOrEqual(99);
  expect(tookMs).toBeLessThan(mulaw.length / 8 / 2);
});

test('silence at the head moves the words with it', async () => {
  const { client, registry } = await started({ ...PROFILES.zero, synthesisLeadingSilence: { p50Ms: 120 } });
  const { mulaw } = await bytesOf(await client.textToSpeech.stream('agent', ORDER));
  expect(mulaw.subarray(0, 960).every((code) => code >= 0xfe)).toBe(true);
  expect(heard(registry, mulaw)).toBe(ORDER.text);
  const { alignment } = await client.textToSpeech.convertWithTimestamps('agent', ORDER);
  expect(alignment?.characterStartTimesSeconds[0]).toBeCloseTo(0.12 + 0.04, 2);
});

test('timestamps say when each character is spoken, streamed or not', async () => {
  const { client } = await started();
  const chars: string[] = [];
  const starts: number[] = [];
  let bytes = 0;
  for await (const part of await client.textToSpeech.streamWithTimestamps('agent', ORDER)) {
    chars.push(...(part.alignment?.characters ?? []));
    starts.push(...(part.alignment?.characterStartTimesSeconds ?? []));
    bytes += Buffer.from(part.audioBase64, 'base64').length;
  }
  expect(chars.join('')).toBe(ORDER.text);
  expect(starts).toEqual(starts.toSorted((one, other) => one - other));
  // 'This' is the third word: two words and a pause after a lead-in of 40 ms.
  expect(starts[chars.join('').indexOf('This')]).toBeCloseTo(0.04 + 0.6 + 0.14, 1);

  const whole = await client.textToSpeech.convertWithTimestamps('agent', ORDER);
  expect(whole.alignment?.characters.join('')).toBe(ORDER.text);
  expect(whole.alignment?.characterStartTimesSeconds).toEqual(starts);
  expect(Buffer.from(whole.audioBase64, 'base64')).toHaveLength(bytes);
});

test('pcm comes at the rate that was asked for', async () => {
  const { client } = await started();
  const ulaw = await bytesOf(await client.textToSpeech.convert('agent', ORDER));
  const pcm8 = await bytesOf(
    await client.textToSpeech.convert('agent', { ...ORDER, outputFormat: 'pcm_8000' }),
  );
  const pcm24 = await bytesOf(
    await client.textToSpeech.convert('agent', { ...ORDER, outputFormat: 'pcm_24000' }),
  );
  expect(pcm8.mulaw.length).toBe(ulaw.mulaw.length * 2);
  expect(pcm24.mulaw.length).toBe(ulaw.mulaw.length * 6);
  const sample = Buffer.from(pcm8.mulaw).readInt16LE(1000);
  expect(
    Math.abs(sample - g711.decodeSample(ulaw.mulaw[500] ?? 0)) / Math.max(64, Math.abs(sample)),
  ).toBeLessThan(0.1);
});

test('declared voices speak for their ids, and an unknown id always gets the same stand-in', async () => {
  const { client, voice } = await started();
  for (const id of ['agent', 'receptionist', '21m00Tcm4TlvDq8ikWAM', '21m00Tcm4TlvDq8ikWAM']) {
    await bytesOf(await client.textToSpeech.convert(id, { ...ORDER, text: 'Hello.' }));
  }
  const [agent, receptionist, unknown, again] = voice.asked.map((asked) => asked.voice);
  expect([agent, receptionist]).toEqual(['rms', 'slt']);
  expect(unknown).toBe(again);
});

test('voices and the account are of the shape that the SDK reads', async () => {
  const { emulator, client } = await started();
  const headers = { 'xi-api-key': 'el-key' };
  const voices: unknown = await (await fetch(`${emulator.url}/v1/voices`, { headers })).json();
  const user: unknown = await (await fetch(`${emulator.url}/v1/user`, { headers })).json();
  expect(serialization.GetVoicesResponse.parse(voices)).toMatchObject({ ok: true });
  expect(serialization.User.parse(user)).toMatchObject({ ok: true });
  expect((await client.voices.getAll()).voices.map(({ voiceId }) => voiceId)).toContain('agent');
  expect((await client.user.get()).subscription.tier).toBe('creator');
});

test.each([
  ['an empty text', { text: ' ' }, 400],
  ['an unknown model', { modelId: 'eleven_nope' }, 400],
  ['a format that is not made here', { outputFormat: 'mp3_44100_128' }, 400],
  ['a pace out of range', { voiceSettings: { speed: 2 } }, 422],
] as const)('%s is refused', async (_, change, status) => {
  const { client } = await started();
  const error: unknown = await client.textToSpeech
    .convert('agent', { ...ORDER, ...change })
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ElevenLabsError);
  expect(error).toMatchObject({ statusCode: status });
});

test('a wrong key, too many requests and a cut are the errors that the SDK knows', async () => {
  const { emulator, client } = await started();
  const stranger = new ElevenLabsClient({ apiKey: 'other', baseUrl: emulator.url, maxRetries: 0 });
  await expect(stranger.textToSpeech.convert('agent', ORDER)).rejects.toMatchObject({ statusCode: 401 });

  emulator.control.add({ kind: 'refuse', status: 429 });
  await expect(client.textToSpeech.convert('agent', ORDER)).rejects.toMatchObject({
    statusCode: 429,
    body: { detail: { status: 'too_many_concurrent_requests' } },
  });

  emulator.control.add({ kind: 'cut' });
  await expect(client.textToSpeech.stream('agent', ORDER).then(bytesOf)).rejects.toThrow(
    /terminated|reset|closed|failed/i,
  );
});

test('a stalled stream stays open until the client gives up, which is counted', async () => {
  const { emulator, client } = await started();
  await fetch(`${emulator.url}/_emulator/faults`, { method: 'POST', body: '{"kind":"stall"}' });
  const reader = (
    await client.textToSpeech.stream('agent', { ...ORDER, text: `${ORDER.text} ${ORDER.text}` })
  ).getReader();
  const { value } = await reader.read();
  expect(value?.length).toBe(4000);
  await reader.cancel();
  await until(() => expect(emulator.control.stats()['cancelled']).toBe(1));
});
