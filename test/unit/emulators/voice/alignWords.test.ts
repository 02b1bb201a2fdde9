import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignWords } from '../../../../src/emulators/voice/alignWords.ts';
import type { Phone } from '../../../../src/emulators/voice/flite.ts';

/** 100 ms a phone. */
const spoken = (names: string): readonly Phone[] =>
  names.split(' ').map((name, index) => ({ name, startMs: index * 100, endMs: (index + 1) * 100 }));
const said = (...words: readonly string[]): readonly (readonly string[])[] =>
  words.map((word) => word.split(' ').filter((phone) => phone !== ''));

test('words that are said as they are alone fall on their own phones', () => {
  expect(alignWords(spoken('pau hh ax l ow pau dh ih s'), said('hh ax l ow', 'dh ih s'))).toEqual([
    { startMs: 100, endMs: 500 },
    { startMs: 600, endMs: 900 },
  ]);
});

test('a vowel that changes in the sentence, and a word that becomes another, disturb no neighbour', () => {
  const phones = spoken('dh ax d aa k t er s ey z');
  expect(alignWords(phones, said('dh iy', 'd r ay v', 's ey z'))).toEqual([
    { startMs: 0, endMs: 200 },
    { startMs: 200, endMs: 700 },
    { startMs: 700, endMs: 1000 },
  ]);
});

test('a word without phones lies between its neighbours', () => {
  const spans = alignWords(spoken('dh ax pau s ey'), said('dh ax', '', 's ey'));
  expect(spans[1]).toEqual({ startMs: 200, endMs: 300 });
});

test('spans stand in order, do not overlap, and stay inside the audio, whatever was said', () => {
  const phone = fc.constantFrom('pau', 'dh', 'ax', 's', 't', 'ey', 'k');
  const word = fc.array(fc.constantFrom('dh', 'ax', 's', 't', 'ey', 'k'), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(phone, { minLength: 1, maxLength: 30 }),
      fc.array(word, { maxLength: 8 }),
      (heard, words) => {
        const spans = alignWords(spoken(heard.join(' ')), words);
        expect(spans.length).toBe(words.length);
        let endMs = 0;
        for (const span of spans) {
          expect(span.startMs).toBeGreaterThanOrEqual(endMs);
          expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
          endMs = span.endMs;
        }
        expect(endMs).toBeLessThanOrEqual(heard.length * 100);
      },
    ),
  );
});
