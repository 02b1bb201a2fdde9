import { describe, expect, test } from 'vitest';
import { decodeInto, silence } from '../../../src/converse/audio.ts';
import { SileroStream, WINDOW_SAMPLES, readSileroWeights } from '../../../src/converse/sileroNetwork.ts';
import { sileroWeights } from '../../../src/converse/sileroWeights.ts';
import { Vad } from '../../../src/converse/vad.ts';
import reference from './sileroReference.json' with { type: 'json' };

const audio = new Uint8Array(Buffer.from(reference.mulaw, 'base64'));

describe('the network', () => {
  test('gives the probabilities that ONNX Runtime gave for the same audio', () => {
    const stream = new SileroStream(sileroWeights());
    const window = new Float32Array(WINDOW_SAMPLES);
    const worst = Math.max(
      ...reference.probabilities.map((expected, i) => {
        decodeInto(audio.subarray(i * WINDOW_SAMPLES, (i + 1) * WINDOW_SAMPLES), window, 0);
        return Math.abs(stream.step(window) - expected);
      }),
    );
    expect(reference.probabilities.length).toBeGreaterThan(190);
    expect(worst).toBeLessThan(1e-5);
  });

  test('refuses weights of another network', () => {
    expect(() => readSileroWeights(new Uint8Array(4_000))).toThrow(RangeError);
  });

  test('forgets everything on reset', () => {
    const fresh = new SileroStream(sileroWeights());
    const used = new SileroStream(sileroWeights());
    const window = new Float32Array(WINDOW_SAMPLES);
    decodeInto(audio.subarray(8_000, 8_000 + WINDOW_SAMPLES), window, 0);
    used.step(window);
    used.reset();
    expect(used.step(window)).toBe(fresh.step(window));
  });
});

const spans = (chunk: number): [number, number][] => {
  const vad = new Vad(sileroWeights());
  const events = [];
  for (let at = 0; at < audio.length; at += chunk) events.push(...vad.hear(audio.subarray(at, at + chunk)));
  const starts = events.filter((e) => e.kind === 'speech_started').map((e) => e.atMs);
  const ends = events.filter((e) => e.kind === 'speech_ended').map((e) => e.atMs);
  return starts.map((from, i) => [from, ends[i] ?? Infinity]);
};
const within = (ms: number, part: { fromMs: number; toMs: number }): boolean =>
  ms >= part.fromMs - 64 && ms <= part.toMs + 250;

describe('speech on the line', () => {
  test('is found where somebody speaks and nowhere else: not in noise, not in a tone', () => {
    const voices = reference.parts.filter((part) => part.what === 'speech');
    const found = spans(160);
    expect(found.length).toBeGreaterThanOrEqual(2);
    for (const [from, to] of found) {
      expect(voices.some((part) => within(from, part) && within(to, part))).toBe(true);
    }
    for (const part of voices) expect(found.some(([from]) => within(from, part))).toBe(true);
  });

  test('is the same whatever the size of the frames', () => {
    expect(spans(640)).toEqual(spans(160));
    expect(spans(7)).toEqual(spans(160));
  });

  test('is not heard in a silent line, and is heard again after a long one', () => {
    const vad = new Vad(sileroWeights());
    expect(vad.hear(silence(8 * 60_000))).toEqual([]);
    expect(vad.probability).toBe(0);
    const [first] = vad.hear(audio);
    expect(first?.kind).toBe('speech_started');
    expect(first?.atMs).toBeGreaterThan(60_000);
  });
});
