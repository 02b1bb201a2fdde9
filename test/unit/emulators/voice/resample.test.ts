import { expect, test } from 'vitest';
import { halveRate } from '../../../../src/emulators/voice/resample.ts';

/** A second of a tone at 16 kHz, and its level after halving, in dB of what went in. */
function gainDb(hz: number): number {
  const samples = Int16Array.from({ length: 16_000 }, (_, index) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * index) / 16_000)),
  );
  const halved = halveRate(samples).subarray(100, 7900);
  const rms = Math.sqrt(halved.reduce((sum, sample) => sum + sample * sample, 0) / halved.length);
  return 20 * Math.log10(rms / (10_000 / Math.SQRT2));
}

test.each([200, 1000, 2000, 3000])('%i Hz passes as it is', (hz) => {
  expect(Math.abs(gainDb(hz))).toBeLessThan(0.5);
});

test.each([4500, 5000, 6000, 7500])('%i Hz does not fold over', (hz) => {
  expect(gainDb(hz)).toBeLessThan(-55);
});

test('a click stays where it was', () => {
  const samples = new Int16Array(1600);
  samples[800] = 20_000;
  const halved = halveRate(samples);
  expect(halved.length).toBe(800);
  expect(halved.indexOf(Math.max(...halved))).toBe(400);
});
