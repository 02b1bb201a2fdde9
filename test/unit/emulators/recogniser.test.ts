import { expect, test } from 'vitest';

import { Recogniser } from '../../../src/emulators/deepgram/recognition.ts';
import type { Listener } from '../../../src/emulators/speech.ts';
import { chance } from './syntheticSpeech.ts';

/** A listener to which one word ends with every 20 ms of audio, more or less intact. */
function listening(words: readonly (readonly [word: string, intact: number])[]): Listener {
  let step = 0;
  return {
    hear: () => {
      const next = words[step];
      step += 1;
      return next === undefined
        ? []
        : [{ word: next[0], intact: next[1], startMs: step * 20 - 20, endMs: step * 20 }];
    },
    now: { speaking: true, speechMs: 20, quietMs: 0 },
    partial: [],
  };
}

function recognised(
  words: readonly (readonly [string, number])[],
  wordErrorRate = 0,
  seed = 1,
): readonly string[] {
  const recogniser = new Recogniser(listening(words), wordErrorRate, chance(seed));
  return [...recogniser.take(new Uint8Array(words.length * 160))].flatMap((heard) =>
    heard.words.map(({ word }) => word),
  );
}

test('a word is heard, misheard or lost by how much of it arrived', () => {
  expect(
    recognised([
      ['Tuesday,', 1],
      ['Tuesday,', 0.7],
      ['Tuesday,', 0.5],
      ['Tuesday,', 0.2],
    ]),
  ).toEqual(['Tuesday,', 'Tuesday,', 'Thursday,']);
});

test('less of a word makes it less certain', () => {
  const recogniser = new Recogniser(
    listening([
      ['yes', 1],
      ['yes', 0.7],
    ]),
    0,
    chance(1),
  );
  const sure = [...recogniser.take(new Uint8Array(320))].map(({ words }) => words[0]?.confidence ?? 0);
  expect(sure[0]).toBeGreaterThan(sure[1] ?? 1);
});

test('the word error rate is the share of words that come out wrong', () => {
  const words = Array.from({ length: 4000 }, () => ['appointment', 1] as const);
  const heard = recognised(words, 0.1, 7);
  const lost = words.length - heard.length;
  const wrong = heard.filter((word) => word !== 'appointment').length;
  expect((lost + wrong) / words.length).toBeGreaterThan(0.08);
  expect((lost + wrong) / words.length).toBeLessThan(0.12);
  expect(wrong).toBeGreaterThan(2 * lost);
  expect(recognised(words, 0.1, 7)).toEqual(heard);
});

test('audio in odd pieces is taken in steps of 20 ms all the same', () => {
  const recogniser = new Recogniser(
    listening([
      ['one', 1],
      ['two', 1],
      ['three', 1],
    ]),
    0,
    chance(1),
  );
  const heard = [7, 200, 113, 160].flatMap((bytes) => [...recogniser.take(new Uint8Array(bytes))]);
  expect(heard.map(({ audioMs, words }) => [audioMs, words[0]?.word])).toEqual([
    [20, 'one'],
    [40, 'two'],
    [60, 'three'],
  ]);
});
