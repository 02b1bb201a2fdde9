import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Words } from '../../../../src/adapters/elevenlabs/alignment.ts';
import type { CharacterTimes } from '../../../../src/adapters/elevenlabs/alignment.ts';
import { base64Bytes } from '../../../../src/adapters/elevenlabs/frames.ts';

/** Characters of ten milliseconds each. */
function times(text: string, fromMs: number): CharacterTimes {
  const chars = text.split('');
  return {
    chars,
    startsMs: chars.map((_, i) => fromMs + i * 10),
    endsMs: chars.map((_, i) => fromMs + i * 10 + 10),
  };
}

test('a word is what stands between spaces, with its punctuation', () => {
  const words = new Words();
  expect(words.push(times('Yes, it  is.', 0), 0)).toEqual([
    { word: 'Yes,', startMs: 0, endMs: 40 },
    { word: 'it', startMs: 50, endMs: 70 },
  ]);
  expect(words.rest()).toEqual([{ word: 'is.', startMs: 90, endMs: 120 }]);
  expect(words.rest()).toEqual([]);
});

test('a list of times that is too short ends the piece, not the call', () => {
  expect(new Words().push({ chars: ['a', ' ', 'b', ' '], startsMs: [0, 10], endsMs: [10, 20] }, 0)).toEqual([
    { word: 'a', startMs: 0, endMs: 10 },
  ]);
});

test('however the audio is cut, and whichever way its times count, the words and their places are the same', () => {
  const seen = { cutInWord: 0, relative: 0, absolute: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('yes', 'no', 'Tuesday', 'at', 'two'), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      (spoken, cuts, relative) => {
        const text = `${spoken.join(' ')} `;
        const whole = new Words();
        const expected = [...whole.push(times(text, 0), 0), ...whole.rest()];
        expect(expected.map((w) => w.word)).toEqual(spoken);
        const pieces = new Words();
        const found = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const piece = text.slice(at, at + (cuts[i % cuts.length] ?? 1));
          found.push(...pieces.push(times(piece, relative ? 0 : at * 10), at * 10));
          at += piece.length;
          if (at < text.length && text[at - 1] !== ' ' && text[at] !== ' ') seen.cutInWord += 1;
        }
        seen[relative ? 'relative' : 'absolute'] += 1;
        expect([...found, ...pieces.rest()]).toEqual(expected);
      },
    ),
  );
  expect(Math.min(seen.cutInWord, seen.relative, seen.absolute)).toBeGreaterThan(10);
});

test('a base64 text is measured without being decoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(base64Bytes(Buffer.from(bytes).toString('base64'))).toBe(bytes.length);
    }),
  );
});
