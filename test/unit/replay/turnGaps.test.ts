import { expect, test } from 'vitest';
import { channelsOf, percentile, speechIn, turnGaps } from '../../../src/replay/turnGaps.ts';

const LOUD = 0x10;
const QUIET = 0xff;

/** A channel at 8 samples a millisecond, loud in the given stretches. */
function channel(lengthMs: number, ...loud: readonly (readonly [number, number])[]): Uint8Array {
  const bytes = new Uint8Array(lengthMs * 8).fill(QUIET);
  for (const [from, to] of loud) bytes.fill(LOUD, from * 8, to * 8);
  return bytes;
}

test('speech is found where the waveform is loud, and short pauses stay inside it', () => {
  expect(speechIn(channel(3_000, [100, 600], [800, 1_200], [2_000, 2_400]))).toEqual([
    { fromMs: 100, toMs: 1_200 },
    { fromMs: 2_000, toMs: 2_400 },
  ]);
});

test('a click is not speech', () => {
  expect(speechIn(channel(1_000, [500, 540]))).toEqual([]);
});

test('latency runs from the end of the callee to the first audio of the agent', () => {
  const callee = speechIn(channel(6_000, [0, 500], [3_000, 3_400]));
  const agent = speechIn(channel(6_000, [900, 2_500], [4_000, 5_000]));
  expect(turnGaps(callee, agent)).toEqual([
    { atMs: 500, gapMs: 400 },
    { atMs: 3_400, gapMs: 600 },
  ]);
});

test('who is talked over, goes on, or waits too long has no latency', () => {
  expect(turnGaps([{ fromMs: 0, toMs: 500 }], [{ fromMs: 200, toMs: 900 }])).toEqual([]);
  expect(
    turnGaps(
      [
        { fromMs: 0, toMs: 500 },
        { fromMs: 1_000, toMs: 1_500 },
      ],
      [{ fromMs: 2_000, toMs: 3_000 }],
    ),
  ).toEqual([{ atMs: 1_500, gapMs: 500 }]);
  expect(turnGaps([{ fromMs: 0, toMs: 500 }], [{ fromMs: 9_000, toMs: 9_500 }])).toEqual([]);
});

test('the channels of a stereo mu-law file come apart', () => {
  const header = new Uint8Array(44);
  const view = new DataView(header.buffer);
  for (const [at, text] of [
    [0, 'RIFF'],
    [8, 'WAVE'],
    [12, 'fmt '],
    [36, 'data'],
  ] as const)
    header.set(new TextEncoder().encode(text), at);
  view.setUint32(16, 16, true);
  view.setUint16(20, 7, true);
  view.setUint16(22, 2, true);
  view.setUint32(40, 4, true);
  const { left, right } = channelsOf(new Uint8Array([...header, 1, 2, 3, 4]));
  expect([[...left], [...right]]).toEqual([
    [1, 3],
    [2, 4],
  ]);
  expect(() => channelsOf(new Uint8Array([1, 2, 3]))).toThrow('not a WAV file');
});

test('percentiles take the nearest rank', () => {
  expect(percentile([3, 1, 2, 4], 0.5)).toBe(2);
  expect(percentile([3, 1, 2, 4], 0.95)).toBe(4);
  expect(percentile([], 0.5)).toBeNull();
});
