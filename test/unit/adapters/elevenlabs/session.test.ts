import { afterEach, describe, expect, test, vi } from 'vitest';
import { b64, final, kinds, say, voiceHouse } from './voiceHouse.ts';
import type { VoiceHouse } from './voiceHouse.ts';

const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion);
const houses: VoiceHouse[] = [];
afterEach(async () => {
  for (const one of houses.splice(0)) await one.close();
});
async function house(...args: Parameters<typeof voiceHouse>): Promise<VoiceHouse> {
  const made = await voiceHouse(...args);
  houses.push(made);
  return made;
}

test('opens one socket with its key and format, and says an utterance in a context of its own', async () => {
  const { server, session } = await house();
  const hello = say(session, 'Hello there.');
  await until(() => expect(server.frames).toHaveLength(3));
  const [request] = server.requests;
  expect(request?.headers['xi-api-key']).toBe('xi-key');
  const url = new URL(request?.url ?? '', server.url);
  expect(url.pathname).toBe('/v1/text-to-speech/voice%201/multi-stream-input');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    model_id: 'eleven_flash_v2_5',
    output_format: 'ulaw_8000',
    auto_mode: 'true',
  });
  expect(server.frames).toEqual([
    { text: ' ', voice_settings: { stability: 0.5, similarity_boost: 0.75, speed: 1 }, context_id: 'u1' },
    { text: 'Hello there. ', context_id: 'u1', flush: true },
    { context_id: 'u1', close_context: true },
  ]);
  const audio = b64(800);
  server.send({ audio, contextId: 'u1', alignment: null });
  server.send(final('u1'));
  await until(() => expect(kinds(hello)).toEqual(['audio', 'end']));
  // The very text that came goes on to the phone line.
  expect(hello.chunks[0]).toEqual({ kind: 'audio', base64Mulaw: audio, bytes: 800, words: [] });
  const next = say(session, 'And again.');
  await until(() => expect(server.contexts()).toEqual(['u1', 'u2']));
  server.send(final('u2'));
  await until(() => expect(kinds(next)).toEqual(['end']));
  expect(server.requests).toHaveLength(1);
});

test('what is sent is accepted by the vendor’s own serializers', async () => {
  const { server, session } = await house();
  say(session, 'One moment.');
  await until(() => expect(server.frames).toHaveLength(3));
  session.close();
  await until(() => expect(server.frames).toHaveLength(4));
  const types = '@elevenlabs/elevenlabs-js/serialization/types';
  const [{ InitializeConnectionMulti }, { SendTextMulti }, { CloseContext }, { CloseSocket }] =
    await Promise.all([
      import(`${types}/InitializeConnectionMulti.js`),
      import(`${types}/SendTextMulti.js`),
      import(`${types}/CloseContext.js`),
      import(`${types}/CloseSocket.js`),
    ]);
  const serializers = [InitializeConnectionMulti, SendTextMulti, CloseContext, CloseSocket];
  expect(serializers.map((serializer, i) => serializer.parse(server.frames[i]))).toEqual(
    serializers.map(() => expect.objectContaining({ ok: true })),
  );
  expect(SendTextMulti.parse({ ...server.frames[1], contextId: 'x' }).ok).toBe(false);
});

test('words come with the audio they end in, whichever way they are spelled', async () => {
  const { server, session } = await house();
  const saying = say(session, 'Yes, it is.');
  await until(() => expect(server.frames).toHaveLength(3));
  const alignment = {
    chars: ['N', 'o', ' ', 'i'],
    charStartTimesMs: [0, 10, 20, 30],
    charDurationsMs: [10, 10, 10, 10],
  };
  server.send({ audio: b64(320), contextId: 'u1', alignment });
  const normalizedAlignment = { chars: ['t'], charsStartTimesMs: [0], charsDurationsMs: [10] };
  server.send({ audio: b64(320), context_id: 'u1', alignment: null, normalizedAlignment });
  server.send({ is_final: true, contextId: 'u1' });
  await until(() => expect(kinds(saying)).toEqual(['audio', 'audio', 'audio', 'end']));
  expect(saying.chunks.map((chunk) => (chunk.kind === 'audio' ? [chunk.bytes, chunk.words] : null))).toEqual([
    [320, [{ word: 'No', startMs: 0, endMs: 20 }]],
    [320, []],
    [0, [{ word: 'it', startMs: 30, endMs: 50 }]],
    null,
  ]);
});

describe('several at once', () => {
  test('a cancelled one is heard no more, its late audio not even after the next began', async () => {
    const { server, session } = await house();
    const first = say(session, 'As I was saying');
    await until(() => expect(server.contexts()).toEqual(['u1']));
    server.send({ audio: b64(160), contextId: 'u1' });
    await until(() => expect(kinds(first)).toEqual(['audio']));
    first.cancel();
    first.cancel();
    const second = say(session, 'Go ahead.');
    await until(() => expect(server.contexts()).toEqual(['u1', 'u2']));
    server.send({ audio: b64(160), contextId: 'u1' });
    server.send(final('u1'));
    server.send({ audio: b64(320), contextId: 'u2' });
    server.send(final('u2'));
    await until(() => expect(kinds(second)).toEqual(['audio', 'end']));
    expect(kinds(first)).toEqual(['audio']);
  });

  test('no more than four contexts live at once; the fifth goes out when one is final, a cancelled one never', async () => {
    const { server, session } = await house();
    const sayings = ['one', 'two', 'three', 'four', 'five', 'six'].map((text) => say(session, text));
    await until(() => expect(server.contexts()).toEqual(['u1', 'u2', 'u3', 'u4']));
    sayings[0]?.cancel();
    sayings[4]?.cancel();
    server.send({ audio: b64(8), contextId: 'u2' });
    await until(() => expect(sayings[1]?.chunks).toHaveLength(1));
    expect(server.contexts()).toEqual(['u1', 'u2', 'u3', 'u4']);
    server.send(final('u1'));
    await until(() => expect(server.contexts()).toEqual(['u1', 'u2', 'u3', 'u4', 'u6']));
  });
});

describe('a socket that breaks', () => {
  test('says again what had not sounded, once, and gives up what had', async () => {
    const { server, session, lines } = await house();
    const sounded = say(session, 'This one had begun');
    const silent = say(session, 'This one had not');
    await until(() => expect(server.contexts()).toEqual(['u1', 'u2']));
    server.send({ audio: b64(160), contextId: 'u1' });
    await until(() => expect(kinds(sounded)).toEqual(['audio']));
    server.last.close(1011);
    await until(() => expect(kinds(sounded)).toEqual(['audio', 'failed']));
    await until(() => expect(server.contexts()).toEqual(['u1', 'u2', 'u2']));
    expect(server.sockets).toHaveLength(2);
    server.last.close(1011);
    await until(() => expect(silent.chunks).toEqual([{ kind: 'failed', reason: 'lost' }]));
    expect(lines.map(([, event, fields]) => [event, fields.vendor, fields.code])).toEqual([
      ['vendor.failed', 'elevenlabs', 'close_1011'],
      ['vendor.failed', 'elevenlabs', 'close_1011'],
    ]);
  });

  test('is made again by the next utterance when it closed for idleness, and nobody is told', async () => {
    const { server, session, lines } = await house();
    await until(() => expect(server.sockets).toHaveLength(1));
    const gone = new Promise((resolve) => server.last.once('close', resolve));
    server.send({ message: 'no new text input', error: 'input_timeout_exceeded', code: 1008 });
    server.last.close(1008);
    await gone;
    const saying = say(session, 'Still there.');
    await until(() => expect(server.contexts()).toEqual(['u1']));
    server.send(final('u1'));
    await until(() => expect(kinds(saying)).toEqual(['end']));
    expect(lines).toEqual([]);
  });

  test('for the number of contexts is told by its name, and what had not sounded is said again', async () => {
    const { server, session, lines } = await house();
    const saying = say(session, 'Hello.');
    await until(() => expect(server.contexts()).toEqual(['u1']));
    server.send({
      message: 'Maximum simultaneous contexts exceeded',
      error: 'max_active_conversations',
      code: 1008,
    });
    server.last.close(1008);
    await until(() => expect(server.contexts()).toEqual(['u1', 'u1']));
    server.send(final('u1'));
    await until(() => expect(kinds(saying)).toEqual(['end']));
    expect(lines[0]?.[2].code).toBe('max_active_conversations');
  });
});

describe('a handshake that fails', () => {
  test.each([
    [401, 'refused'],
    [429, 'rate_limited'],
    [500, 'lost'],
  ] as const)('with %i is %s', async (status, reason) => {
    const { session, lines } = await house({}, (server) => (server.refuseWith = status));
    const saying = say(session, 'Hello.');
    await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason }]));
    expect(lines.map(([, , fields]) => fields.code)).toEqual([`http_${status}`]);
  });

  test('with a refusal is not tried again; otherwise the next utterance tries, three times in all', async () => {
    const refused = await house({}, (server) => (server.refuseWith = 401));
    const first = say(refused.session, 'Hello.');
    await until(() => expect(kinds(first)).toEqual(['failed']));
    const second = say(refused.session, 'Hello?');
    await until(() => expect(second.chunks).toEqual([{ kind: 'failed', reason: 'refused' }]));
    expect(refused.server.requests).toHaveLength(1);

    const { server, session } = await house({}, (s) => (s.refuseWith = 500));
    for (const tries of [1, 2, 3, 3]) {
      const saying = say(session, 'Hello.');
      await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: 'lost' }]));
      expect(server.requests).toHaveLength(tries);
      server.refuseWith = 500;
    }
  });
});

test('a closed session says nothing more, refuses what comes after, and empty text is over at once', async () => {
  const { server, session } = await house();
  const empty = say(session, '  ');
  await until(() => expect(kinds(empty)).toEqual(['end']));
  const saying = say(session, 'Goodbye.');
  await until(() => expect(server.contexts()).toEqual(['u2']));
  const gone = new Promise((resolve) => server.last.once('close', resolve));
  session.close();
  session.close();
  expect(await gone).toBe(1000);
  expect(server.frames.at(-1)).toEqual({ close_socket: true });
  expect(saying.chunks).toEqual([]);
  const after = say(session, 'One more thing.');
  await until(() => expect(after.chunks).toEqual([{ kind: 'failed', reason: 'lost' }]));
  expect(server.sockets).toHaveLength(1);
});
