import { afterEach, expect, test, vi } from 'vitest';
import { say, SETTINGS, voiceWorld } from './voiceWorld.ts';
import type { VoiceWorld } from './voiceWorld.ts';

const TEXT = 'Hello, this is the clinic. You have an appointment tomorrow at two thirty.';
const SPOKEN = TEXT.split(' ');
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

test('a rendering is the whole audio with every word’s place in it', async () => {
  const { voice } = await world();
  await voice.warm();
  const result = await voice.render(TEXT, SETTINGS, never());
  if (!result.ok) throw new Error(result.error.kind);
  const { mulaw, words } = result.value;
  // Thirteen words of 300 ms and the pauses behind their marks.
  const lengthMs = mulaw.length / 8;
  expect(lengthMs).toBeGreaterThan(SPOKEN.length * 300);
  expect(words.map((w) => w.word)).toEqual(SPOKEN);
  for (const [i, word] of words.entries()) {
    expect(word.endMs).toBeGreaterThan(word.startMs);
    expect(word.startMs).toBeGreaterThanOrEqual(words[i - 1]?.endMs ?? 0);
    expect(Math.abs(word.endMs - word.startMs - 300)).toBeLessThan(30);
  }
  expect(words.at(-1)?.endMs).toBeLessThanOrEqual(lengthMs);
});

test('speech on the socket is the same audio in pieces, with the same words at the same places, then its end', async () => {
  const { voice } = await world();
  const rendered = await voice.render(TEXT, SETTINGS, never());
  if (!rendered.ok) throw new Error(rendered.error.kind);
  const session = voice.open(SETTINGS);
  const saying = say(session, TEXT);
  await until(() => expect(saying.kinds().at(-1)).toBe('end'));
  expect(saying.kinds().slice(0, -1)).toEqual(
    saying
      .kinds()
      .slice(0, -1)
      .map(() => 'audio'),
  );
  expect(saying.kinds().length).toBeGreaterThan(5);
  expect(saying.bytes()).toBe(rendered.value.mulaw.length);
  expect(saying.words().map((w) => w.word)).toEqual(SPOKEN);
  for (const [i, word] of saying.words().entries()) {
    expect(Math.abs(word.startMs - (rendered.value.words[i]?.startMs ?? 0))).toBeLessThanOrEqual(2);
  }
  for (const chunk of saying.chunks) {
    if (chunk.kind === 'audio') expect(Buffer.from(chunk.base64Mulaw, 'base64')).toHaveLength(chunk.bytes);
  }
  session.close();
});

test('a call’s utterances follow each other on one socket, each in a context of its own', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  for (const text of ['One moment.', 'I found a time.', 'Does Friday work?']) {
    const saying = say(session, text);
    await until(() => expect(saying.kinds().at(-1)).toBe('end'));
    expect(saying.words().map((w) => w.word)).toEqual(text.split(' '));
  }
  expect(emulator.control.stats()).toMatchObject({ sockets: 1, contexts: 3 });
  session.close();
});

test('many barge-ins in a row neither exceed the provider’s contexts nor let an old word through', async () => {
  const { emulator, voice } = await world();
  const session = voice.open(SETTINGS);
  const cancelled = [];
  for (let i = 0; i < 12; i++) {
    const saying = say(session, `${TEXT} ${i}`);
    await until(() => expect(saying.kinds()).toContain('audio'));
    saying.cancel();
    cancelled.push({ saying, heard: saying.chunks.length });
  }
  const last = say(session, 'Go ahead.');
  await until(() => expect(last.kinds().at(-1)).toBe('end'));
  for (const { saying, heard } of cancelled) expect(saying.chunks).toHaveLength(heard);
  expect(emulator.control.stats()['contextLimit']).toBeUndefined();
  session.close();
});

test('a wrong key is refused, on the socket and over HTTP', async () => {
  const { voice } = await world({ apiKey: 'wrong' });
  expect(await voice.render(TEXT, SETTINGS, never())).toEqual({ ok: false, error: { kind: 'refused' } });
  const session = voice.open(SETTINGS);
  const saying = say(session, TEXT);
  await until(() => expect(saying.chunks).toEqual([{ kind: 'failed', reason: 'refused' }]));
  session.close();
});

test('a rendering nobody wants any more is given up at once, and what is aborted before is never asked for', async () => {
  const { emulator, voice, logged } = await world();
  emulator.control.add({ kind: 'stall' });
  const abort = new AbortController();
  const rendering = voice.render(TEXT, SETTINGS, abort.signal);
  await until(() => expect(emulator.control.stats()['chunks']).toBe(1));
  abort.abort();
  expect((await rendering).ok).toBe(false);
  await until(() => expect(emulator.control.stats()['cancelled']).toBe(1));
  expect((await voice.render(TEXT, SETTINGS, abort.signal)).ok).toBe(false);
  expect(emulator.control.stats()['requests']).toBe(1);
  expect(logged).toEqual([]);
});
