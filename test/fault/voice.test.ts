import { afterEach, expect, test, vi } from 'vitest';
import { say, SETTINGS, voiceWorld } from '../conformance/voiceWorld.ts';
import type { VoiceWorld } from '../conformance/voiceWorld.ts';

const TEXT = 'Let me look for another time. I have Friday at ten and Monday at two.';
const worlds: VoiceWorld[] = [];
afterEach(async () => {
  for (const one of worlds.splice(0)) await one.close();
});
async function world(...args: Parameters<typeof voiceWorld>): Promise<VoiceWorld> {
  const made = await voiceWorld(...args);
  worlds.push(made);
  return made;
}
const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000 });
const never = (): AbortSignal => new AbortController().signal;

test.each([
  [429, 'rate_limited', 'rate_limited'],
  [500, 'unavailable', 'lost'],
  [403, 'refused', 'refused'],
] as const)('an answer of %i: a rendering is %s, speech is %s', async (status, rendering, speech) => {
  const { emulator, voice } = await world();
  emulator.control.add({ kind: 'refuse', status });
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: rendering } });
  expect(emulator.control.stats()['requests']).toBe(1);
  emulator.control.add({ kind: 'refuse', status });
  const session = voice.open(SETTINGS);
  const saying = say(session, TEXT);
  await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: speech }]));
  session.close();
});

test('a rendering that stalls or comes too late is a timeout, one that is cut is unavailable', async () => {
  const { emulator, voice } = await world({ renderTimeoutMs: 300 });
  await voice.warm();
  emulator.control.add({ kind: 'stall' });
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: 'timeout' } });
  emulator.control.add({ kind: 'slow', lateMs: 5_000 });
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: 'timeout' } });
  emulator.control.add({ kind: 'cut' });
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: 'unavailable' } });
  expect((await voice.render(TEXT, SETTINGS, never())).ok).toBe(true);
});

test('nobody there is unavailable, and lost', async () => {
  const { emulator, voice } = await world();
  await emulator.close();
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: 'unavailable' } });
  const session = voice.open(SETTINGS);
  const saying = say(session, TEXT);
  await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: 'lost' }]));
  session.close();
});

test('a socket that was closed for idleness is made again without anybody noticing', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'idle_close' });
  const saying = say(session, TEXT);
  await until(() => expect(saying.kinds().at(-1)).toBe('end'));
  expect(saying.words().map((w) => w.word)).toEqual(TEXT.split(' '));
  expect(emulator.control.stats()).toMatchObject({ sockets: 2, idleCloses: 1 });
  session.close();
});

test.each([['context_limit'], ['close_1009']] as const)(
  '%s: what had not sounded is said on a new socket',
  async (kind) => {
    const { emulator, voice } = await world();
    const session = voice.open(SETTINGS);
    emulator.control.add({ kind });
    const saying = say(session, TEXT);
    await until(() => expect(saying.kinds().at(-1)).toBe('end'));
    expect(emulator.control.stats()['sockets']).toBe(2);
    session.close();
  },
);

test('audio that comes after the end of its context is nobody’s', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'audio_after_close' });
  const first = say(session, 'One moment.');
  await until(() => expect(first.kinds().at(-1)).toBe('end'));
  const heard = first.chunks.length;
  const second = say(session, 'Here it is.');
  await until(() => expect(second.kinds().at(-1)).toBe('end'));
  expect(first.chunks).toHaveLength(heard);
  expect(second.words().map((w) => w.word)).toEqual(['Here', 'it', 'is.']);
  session.close();
});

test('an end that is spelled the other way is an end', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'snake_final' });
  const saying = say(session, 'All right.');
  await until(() => expect(saying.kinds().at(-1)).toBe('end'));
  session.close();
});

test('speech that stalls is a timeout; the next utterance sounds on a new socket', async () => {
  const { emulator, voice } = await world({ nextAudioMs: 150 });
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'stall' });
  const stalled = say(session, TEXT);
  await until(() => expect(stalled.chunks.at(-1)).toEqual({ kind: 'failed', reason: 'timeout' }));
  expect(stalled.kinds()).toContain('audio');
  const next = say(session, 'Sorry about that.');
  await until(() => expect(next.kinds().at(-1)).toBe('end'));
  expect(emulator.control.stats()['sockets']).toBe(2);
  session.close();
});

test('speech that begins too late is a timeout', async () => {
  const { emulator, voice } = await world({ firstAudioMs: 150 });
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'slow', lateMs: 10_000 });
  const saying = say(session, TEXT);
  await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: 'timeout' }]));
  session.close();
});

test('a connection that is cut in the middle of a sentence has lost it', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  emulator.control.add({ kind: 'cut' });
  const saying = say(session, TEXT);
  await until(() => expect(saying.chunks.at(-1)).toEqual({ kind: 'failed', reason: 'lost' }));
  expect(saying.kinds()).toContain('audio');
  session.close();
});
