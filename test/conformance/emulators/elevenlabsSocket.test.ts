import { AudioOutput } from '@elevenlabs/elevenlabs-js/serialization/types/AudioOutput.js';
import { AudioOutputMulti } from '@elevenlabs/elevenlabs-js/serialization/types/AudioOutputMulti.js';
import { CloseContext } from '@elevenlabs/elevenlabs-js/serialization/types/CloseContext.js';
import { CloseSocket } from '@elevenlabs/elevenlabs-js/serialization/types/CloseSocket.js';
import { FinalOutput } from '@elevenlabs/elevenlabs-js/serialization/types/FinalOutput.js';
import { FinalOutputMulti } from '@elevenlabs/elevenlabs-js/serialization/types/FinalOutputMulti.js';
import { FlushContext } from '@elevenlabs/elevenlabs-js/serialization/types/FlushContext.js';
import { InitialiseContext } from '@elevenlabs/elevenlabs-js/serialization/types/InitialiseContext.js';
import { InitializeConnection } from '@elevenlabs/elevenlabs-js/serialization/types/InitializeConnection.js';
import { InitializeConnectionMulti } from '@elevenlabs/elevenlabs-js/serialization/types/InitializeConnectionMulti.js';
import { KeepContextAlive } from '@elevenlabs/elevenlabs-js/serialization/types/KeepContextAlive.js';
import { SendText } from '@elevenlabs/elevenlabs-js/serialization/types/SendText.js';
import { SendTextMulti } from '@elevenlabs/elevenlabs-js/serialization/types/SendTextMulti.js';
import { afterEach, expect, test } from 'vitest';

import { readMessage } from '../../../src/emulators/elevenlabs/clientMessage.ts';
import { PROFILES } from '../../../src/emulators/profiles.ts';
import { closeAll, FULL, heard, opened, started, whenOver } from './elevenlabsCall.ts';
import { until } from './until.ts';

afterEach(closeAll);

const TEXT = 'Good evening. This is Lakeside Dental calling about your visit.';

test('contexts speak side by side, each ends when it is closed and spoken out', async () => {
  const { emulator, registry } = await started();
  const call = await opened(emulator, 'multi-stream-input');
  call.send({
    text: ' ',
    context_id: 'one',
    voice_settings: { stability: 0.5, similarity_boost: 0.8, speed: 1 },
  });
  call.send({ text: `${TEXT} `, context_id: 'one', flush: true });
  call.send({ text: ' ', context_id: 'two' });
  call.send({ text: 'Are you still there? ', context_id: 'two' });
  call.send({ context_id: 'one', close_context: true });
  call.send({ context_id: 'two', close_context: true });
  await until(() => expect(new Set(call.finals())).toEqual(new Set(['one', 'two'])));

  expect(heard(registry, call.mulaw('one'))).toBe(TEXT);
  expect(heard(registry, call.mulaw('two'))).toBe('Are you still there?');
  for (const { audio } of call.messages) expect(Buffer.from(audio ?? '', 'base64').length % 160).toBe(0);
  for (const message of call.messages) {
    const read = message.isFinal === true ? FinalOutputMulti.parse(message) : AudioOutputMulti.parse(message);
    expect(read).toMatchObject({ ok: true, value: { contextId: message.contextId } });
  }
  call.send({ close_socket: true });
  await until(() => expect(call.closes).toEqual([{ code: 1000, reason: '' }]));
});

test("every message that the SDK's serializers write is understood", () => {
  const written = [
    InitializeConnectionMulti.json({
      text: ' ',
      contextId: 'one',
      voiceSettings: { stability: 0.5, similarityBoost: 0.8, style: 0, useSpeakerBoost: true, speed: 1 },
      generationConfig: { chunkLengthSchedule: [120, 160] },
      xiApiKey: 'el-key',
    }),
    InitialiseContext.json({ text: 'Hello ', contextId: 'one', voiceSettings: { speed: 1.1 } }),
    SendTextMulti.json({ text: 'Hello ', contextId: 'one', flush: true }),
    FlushContext.json({ contextId: 'one', flush: true }),
    KeepContextAlive.json({ text: '', contextId: 'one' }),
    CloseContext.json({ contextId: 'one', closeContext: true }),
    CloseSocket.json({ closeSocket: true }),
  ].map((one) => (one.ok ? readMessage(JSON.stringify(one.value), true) : one.errors));
  expect(written).toMatchObject([
    { text: ' ', contextId: 'one', voice: { speed: 1 }, schedule: [120, 160], apiKey: 'el-key' },
    { text: 'Hello ', voice: { speed: 1.1 } },
    { text: 'Hello ', flush: true },
    { text: undefined, flush: true },
    { text: '', contextId: 'one' },
    { contextId: 'one', closeContext: true },
    { closeSocket: true },
  ]);
  const single = [
    InitializeConnection.json({ text: ' ', xiApiKey: 'el-key', voiceSettings: { speed: 1 } }),
    SendText.json({ text: 'Hello ', tryTriggerGeneration: true }),
  ].map((one) => (one.ok ? readMessage(JSON.stringify(one.value), false) : one.errors));
  expect(single).toMatchObject([
    { text: ' ', apiKey: 'el-key' },
    { text: 'Hello ', tryTrigger: true },
  ]);
});

test('the alignment puts every character into the piece of audio in which it is spoken', async () => {
  const { emulator } = await started();
  const call = await opened(emulator, 'multi-stream-input');
  call.send({ text: ' ', context_id: 'one' });
  call.send({ text: `${TEXT} `, context_id: 'one', flush: true });
  call.send({ context_id: 'one', close_context: true });
  await until(() => expect(call.finals()).toEqual(['one']));
  let beforeMs = 0;
  let text = '';
  const starts: number[] = [];
  for (const { audio, alignment } of call.of('one')) {
    const pieceMs = Buffer.from(audio ?? '', 'base64').length / 8;
    for (const [index, char] of (alignment?.chars ?? []).entries()) {
      const startMs = alignment?.charStartTimesMs[index] ?? -1;
      expect(startMs).toBeGreaterThanOrEqual(0);
      expect(startMs).toBeLessThanOrEqual(pieceMs);
      starts.push(beforeMs + startMs);
      text += char;
    }
    beforeMs += pieceMs;
  }
  expect(text.trim()).toBe(TEXT);
  expect(starts).toEqual(starts.toSorted((one, other) => one - other));
});

test('without auto mode text waits for its schedule, and flush does not', async () => {
  const { emulator, voice } = await started();
  const call = await opened(
    emulator,
    'multi-stream-input',
    FULL.replace('auto_mode=true', 'auto_mode=false'),
  );
  call.send({ text: ' ', context_id: 'one', generation_config: { chunk_length_schedule: [50, 100] } });
  call.send({ text: 'Too short to be spoken yet. ', context_id: 'one' });
  call.send({ text: ' ', context_id: 'two' });
  call.send({ text: 'Now. ', context_id: 'two', flush: true });
  await until(() => expect(call.mulaw('two').length).toBeGreaterThan(0));
  expect(voice.asked.map(({ text }) => text)).toEqual(['Now.']);
  call.send({ text: 'With this it is long enough to begin. ', context_id: 'one' });
  await until(() => expect(call.mulaw('one').length).toBeGreaterThan(0));
  expect(voice.asked.map(({ text }) => text)).toContain('Too short to be spoken yet.');
});

test('in auto mode a word that is not finished is held back', async () => {
  const { emulator, voice } = await started();
  const call = await opened(emulator, 'multi-stream-input');
  call.send({ text: ' ', context_id: 'one' });
  call.send({ text: 'See you tomor', context_id: 'one' });
  call.send({ text: 'row.', context_id: 'one' });
  call.send({ context_id: 'one', close_context: true });
  await until(() => expect(call.finals()).toEqual(['one']));
  expect(voice.asked.map(({ text }) => text)).toEqual(['See you', 'tomorrow.']);
});

test('the sixth context ends the socket', async () => {
  const { emulator } = await started({ ...PROFILES.zero, synthesisFirstByte: { p50Ms: 60_000 } });
  const call = await opened(emulator, 'multi-stream-input');
  for (const id of ['1', '2', '3', '4', '5']) {
    call.send({ text: ' ', context_id: id });
    call.send({ text: 'Hello there. ', context_id: id, flush: true });
    call.send({ context_id: id, close_context: true });
  }
  call.send({ text: ' ', context_id: '6' });
  await until(() => expect(call.closes[0]?.code).toBe(1008));
  expect(call.messages).toEqual([
    { error: 'max_active_conversations', code: 1008, message: expect.stringContaining('(5)') },
  ]);
});

test('five contexts may be open again as soon as one has ended', async () => {
  const { emulator } = await started();
  const call = await opened(emulator, 'multi-stream-input');
  for (const id of ['1', '2', '3', '4', '5']) call.send({ text: ' ', context_id: id });
  call.send({ context_id: '3', close_context: true });
  await until(() => expect(call.finals()).toEqual(['3']));
  call.send({ text: ' ', context_id: '6' });
  call.send({ text: 'Hello. ', context_id: '6', flush: true });
  await until(() => expect(call.mulaw('6').length).toBeGreaterThan(0));
  expect(call.closes).toEqual([]);
});

test.each([
  ['what is no JSON', 'nonsense', 'invalid_input_message'],
  ['a camelCase key', '{"text":"Hi ","contextId":"one"}', 'invalid_input_message'],
  [
    'a voice in a later message',
    '{"text":"Hi ","context_id":"one","voice_settings":{"speed":1}}',
    'invalid_input_message',
  ],
  [
    'a pace out of range',
    '{"text":" ","context_id":"new","voice_settings":{"speed":3}}',
    'invalid_input_message',
  ],
  [
    'a schedule out of range',
    '{"text":" ","context_id":"new","generation_config":{"chunk_length_schedule":[10]}}',
    'invalid_input_message',
  ],
])('%s ends the socket with 1008', async (_, raw, error) => {
  const { emulator } = await started();
  const call = await opened(emulator, 'multi-stream-input');
  call.send({ text: ' ', context_id: 'one' });
  call.socket.send(raw);
  await until(() => expect(call.closes[0]?.code).toBe(1008));
  expect(call.messages.at(-1)).toMatchObject({ error, code: 1008 });
});

test('a socket that no text comes to is closed, and an empty text keeps one alive', async () => {
  const { emulator } = await started();
  const kept = await opened(emulator, 'multi-stream-input', `${FULL}&inactivity_timeout=1`);
  const left = await opened(emulator, 'multi-stream-input', `${FULL}&inactivity_timeout=1`);
  kept.send({ text: ' ', context_id: 'one' });
  const beat = setInterval(() => kept.send({ text: '', context_id: 'one' }), 100);
  whenOver(() => clearInterval(beat));
  await until(() => expect(left.closes[0]?.code).toBe(1008));
  expect(left.closes[0]?.reason).toContain(
    'Have not received a new text input within the timeout of 1 seconds',
  );
  expect(kept.closes).toEqual([]);
});

test('the single-context socket speaks what it is given and closes when the text ends', async () => {
  const { emulator, registry } = await started();
  const call = await opened(emulator, 'stream-input');
  call.send({
    text: ' ',
    voice_settings: { stability: 0.5 },
    generation_config: { chunk_length_schedule: [120] },
  });
  call.send({ text: 'Good evening. ' });
  call.send({ text: 'Hello ', try_trigger_generation: true });
  call.send({ text: '' });
  await until(() => expect(call.closes).toEqual([{ code: 1000, reason: '' }]));
  expect(heard(registry, call.mulaw())).toBe('Good evening. Hello');
  const last = call.messages.pop();
  expect(FinalOutput.parse(last)).toEqual({ ok: true, value: { isFinal: true } });
  for (const { isFinal, ...message } of call.messages) {
    expect(isFinal).toBeNull();
    expect(AudioOutput.parse(message)).toMatchObject({ ok: true });
  }
});

test('a key is needed, in the handshake or in the first message', async () => {
  const { emulator } = await started();
  await expect(opened(emulator, 'multi-stream-input', FULL, 'other')).rejects.toThrow('401');
  const keyed = await opened(emulator, 'multi-stream-input', FULL, null);
  keyed.send({ text: ' ', context_id: 'one', xi_api_key: 'el-key' });
  keyed.send({ context_id: 'one', close_context: true });
  await until(() => expect(keyed.finals()).toEqual(['one']));
  const keyless = await opened(emulator, 'multi-stream-input', FULL, null);
  keyless.send({ text: ' ', context_id: 'one' });
  await until(() => expect(keyless.messages[0]).toMatchObject({ error: 'authorization_error' }));
});

test.each([
  'model_id=eleven_nope',
  'output_format=mp3_44100_128',
  `${FULL}&inactivity_timeout=999`,
  `${FULL}&speed=2`,
])('the handshake is refused for %s', async (query) => {
  const { emulator } = await started();
  await expect(opened(emulator, 'multi-stream-input', query)).rejects.toThrow('400');
});

test('faults come when they are asked for', async () => {
  const { emulator } = await started();
  const { control } = emulator;
  const speakIn = (call: Awaited<ReturnType<typeof opened>>, id: string, text = TEXT): void => {
    call.send({ text: ' ', context_id: id });
    call.send({ text: `${text} `, context_id: id, flush: true });
    call.send({ context_id: id, close_context: true });
  };

  control.add({ kind: 'refuse', status: 429 });
  await expect(opened(emulator, 'multi-stream-input')).rejects.toThrow('429');

  const call = await opened(emulator, 'multi-stream-input');
  control.add({ kind: 'snake_final' });
  speakIn(call, 'snake');
  await until(() => expect(call.of('snake').at(-1)).toEqual({ is_final: true, contextId: 'snake' }));

  control.add({ kind: 'audio_after_close' });
  speakIn(call, 'late');
  await until(() => expect(call.of('late').at(-1)?.audio).toBeTruthy());
  expect(call.of('late').at(-2)).toEqual({ isFinal: true, contextId: 'late' });

  control.add({ kind: 'stall' });
  speakIn(call, 'stalled', `${TEXT} ${TEXT}`);
  speakIn(call, 'next');
  await until(() => expect(call.finals()).toContain('next'));
  expect(call.of('stalled')).toHaveLength(1);

  control.add({ kind: 'context_limit' });
  speakIn(call, 'refused');
  await until(() => expect(call.closes[0]?.code).toBe(1008));

  control.add({ kind: 'close_1009' });
  const odd = await opened(emulator, 'multi-stream-input');
  speakIn(odd, 'one');
  await until(() => expect(odd.closes[0]?.code).toBe(1009));

  control.add({ kind: 'idle_close' });
  const idle = await opened(emulator, 'multi-stream-input');
  speakIn(idle, 'one');
  await until(() => expect(idle.closes[0]).toMatchObject({ code: 1008 }));

  control.add({ kind: 'cut' });
  const cut = await opened(emulator, 'multi-stream-input');
  speakIn(cut, 'one');
  await until(() => expect(cut.closes[0]?.code).toBe(1006));
});
