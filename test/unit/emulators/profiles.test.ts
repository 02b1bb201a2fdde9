import { expect, test } from 'vitest';

import { delayOf, type DelayProfile, PROFILES } from '../../../src/emulators/profiles.ts';
import { chance } from './syntheticSpeech.ts';

const medians = (profile: DelayProfile): readonly number[] =>
  Object.values(profile).map(({ p50Ms }) => p50Ms);

/** Turn latency of a plain pipeline: end of turn, transcript, model, synthesis and the line both ways. */
function turnMs(profile: DelayProfile): number {
  const { endOfTurn, finalTranscript, modelFirstToken, synthesisFirstByte, lineToUs, lineFromUs } = profile;
  const parts = [endOfTurn, finalTranscript, modelFirstToken, synthesisFirstByte, lineToUs, lineFromUs];
  return parts.reduce((sum, { p50Ms }) => sum + p50Ms, 0);
}

test('every profile has every parameter, and none goes back in time', () => {
  const names = Object.keys(PROFILES.zero).toSorted((one, other) => one.localeCompare(other));
  for (const profile of Object.values(PROFILES)) {
    expect(Object.keys(profile).toSorted((one, other) => one.localeCompare(other))).toEqual(names);
    expect(Math.min(...medians(profile))).toBeGreaterThanOrEqual(0);
  }
});

test('the budgets add up to what they were taken from', () => {
  expect(turnMs(PROFILES.brief)).toBe(150 + 100 + 450 + 150 + 100);
  expect(turnMs(PROFILES.peers)).toBe(300 + 60 + 300 + 100);
  expect(turnMs(PROFILES.measured)).toBe(260 + 637 + 288 + 135);
});

/** Many first tokens of one seed. */
const firstTokens = (seed: number): readonly number[] => {
  const random = chance(seed);
  return Array.from({ length: 20_000 }, () => delayOf(PROFILES.measured.modelFirstToken, random));
};

test('a delay with a tail has its median and its 95th percentile, and repeats with its seed', () => {
  const sorted = [...firstTokens(3)].toSorted((one, other) => one - other);
  expect(sorted[10_000]).toBeGreaterThan(637 * 0.97);
  expect(sorted[10_000]).toBeLessThan(637 * 1.03);
  expect(sorted[19_000]).toBeGreaterThan(1615 * 0.95);
  expect(sorted[19_000]).toBeLessThan(1615 * 1.05);
  expect(sorted.at(-1)).toBe(3152);
  expect(firstTokens(3)).toEqual(firstTokens(3));
  expect(firstTokens(3)).not.toEqual(firstTokens(4));
});

test('a delay without a tail is the same every time and uses up no chance', () => {
  expect(
    delayOf({ p50Ms: 450 }, () => {
      throw new Error('chance was asked');
    }),
  ).toBe(450);
});
