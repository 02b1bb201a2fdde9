import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Synthesiser } from '../../../../src/emulators/speech.ts';
import { FRAME_BYTES, SILENCE, toLinear } from '../../../../src/emulators/voice/mulaw.ts';
import { startSynthesiser } from '../../../../src/emulators/voice/synthesiser.ts';

let voice: Synthesiser;
beforeAll(async () => {
  voice = await startSynthesiser();
});
afterAll(() => voice.close());

const rms = (bytes: Uint8Array): number =>
  Math.sqrt(bytes.reduce((sum, code) => sum + toLinear(code) ** 2, 0) / Math.max(1, bytes.length));

const LINE = 'Hello, this is the AI scheduling assistant. Am I speaking with Maria López?';

test.each(['rms', 'slt', 'awb', 'kal16', 'kal'])(
  '%s speaks every word, in order, inside the audio',
  async (name) => {
    const { mulaw, words } = await voice.speak(LINE, { voice: name });
    const expected = 'Hello, this is the AI scheduling assistant. Am I speaking with Maria Lopez?';
    expect(words.map(({ word }) => word)).toEqual(expected.split(' '));
    expect(mulaw.length % FRAME_BYTES).toBe(0);
    let endMs = 0;
    for (const word of words) {
      expect(word.startMs).toBeGreaterThanOrEqual(endMs);
      expect(word.endMs - word.startMs).toBeGreaterThanOrEqual(30);
      expect(word.endMs - word.startMs).toBeLessThan(1200);
      endMs = word.endMs;
    }
    expect(mulaw.length / 8 - endMs).toBeLessThan(100);
    expect(words[0]?.startMs).toBeLessThanOrEqual(40);
  },
);

test('a sentence lasts as long as a person takes: 10 to 22 letters a second', async () => {
  const { mulaw } = await voice.speak(LINE, { voice: 'rms' });
  const lettersPerSecond = LINE.length / (mulaw.length / 8000);
  expect(lettersPerSecond).toBeGreaterThan(10);
  expect(lettersPerSecond).toBeLessThan(22);
});

test('words are loud where they are said to be, and the pause between two sentences is not', async () => {
  const { mulaw, words } = await voice.speak('We will see you then. Goodbye.', { voice: 'rms' });
  for (const { startMs, endMs } of words)
    expect(rms(mulaw.subarray(startMs * 8, endMs * 8))).toBeGreaterThan(600);
  const before = words[4]?.endMs ?? 0;
  const after = words[5]?.startMs ?? 0;
  expect(after - before).toBeGreaterThan(60);
  expect(rms(mulaw.subarray(before * 8 + 160, after * 8 - 80))).toBeLessThan(500);
});

test('every voice is set to the same level', async () => {
  const levels = await Promise.all(
    ['rms', 'slt', 'awb', 'kal16'].map(async (name) => rms((await voice.speak(LINE, { voice: name })).mulaw)),
  );
  expect(Math.max(...levels) / Math.min(...levels)).toBeLessThan(1.4);
});

test('"AI" is said as the two letters A and I', async () => {
  const [written, spelled] = await Promise.all([
    voice.speak('the AI here', { voice: 'rms' }),
    voice.speak('the A I here', { voice: 'rms' }),
  ]);
  expect(written.mulaw).toEqual(spelled.mulaw);
  expect(written.words.map(({ word }) => word)).toEqual(['the', 'AI', 'here']);
});

test('stretch makes it slower, pitch leaves the length', async () => {
  const [plain, slow, high] = await Promise.all([
    voice.speak('Does that still work for you?', { voice: 'slt' }),
    voice.speak('Does that still work for you?', { voice: 'slt', stretch: 1.3 }),
    voice.speak('Does that still work for you?', { voice: 'slt', pitchHz: 220 }),
  ]);
  expect(slow.mulaw.length / plain.mulaw.length).toBeGreaterThan(1.15);
  expect(Math.abs(high.mulaw.length / plain.mulaw.length - 1)).toBeLessThan(0.05);
  expect(high.mulaw).not.toEqual(plain.mulaw);
});

test('the same text is made once, even when asked for twice at the same moment', async () => {
  const [first, second] = await Promise.all([
    voice.speak('Shall I cancel it?', { voice: 'rms' }),
    voice.speak('Shall I cancel it?', { voice: 'rms' }),
  ]);
  expect(second).toBe(first);
  expect(await voice.speak('Shall I cancel it?', { voice: 'rms' })).toBe(first);
});

test('a text without a word gives no audio', async () => {
  expect(await voice.speak(' — ', { voice: 'rms' })).toEqual({ mulaw: new Uint8Array(), words: [] });
});

test('an unknown voice is refused with the names of the known ones', async () => {
  await expect(voice.speak('Hello', { voice: 'hal' })).rejects.toThrow('there are rms, slt, awb, kal16, kal');
});

test('audio outside speech is silence, inside it is not', async () => {
  const { mulaw } = await voice.speak('Okay.', { voice: 'awb' });
  expect(mulaw.filter((code) => code === SILENCE).length / mulaw.length).toBeLessThan(0.5);
});

test('what was waiting is refused when the voice closes', async () => {
  const other = await startSynthesiser({ threads: 2 });
  const waiting = ['One.', 'Two.', 'Three.', 'Four.'].map((text) => other.speak(text, { voice: 'rms' }));
  const outcomes = Promise.allSettled(waiting);
  await other.close();
  expect((await outcomes).map(({ status }) => status)).toContain('rejected');
  await expect(other.speak('Five.', { voice: 'rms' })).rejects.toThrow('the voice was closed');
});
