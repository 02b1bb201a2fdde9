import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Words } from '../../../../src/adapters/elevenlabs/alignment.ts';
import type { CharacterTimes, Origin } from '../../../../src/adapters/elevenlabs/alignment.ts';
import { base64Bytes } from '../../../../src/adapters/elevenlabs/frames.ts';

/** Characters of a tenth of a second each. */
function times(text: string, fromMs: number): CharacterTimes {
  const chars = text.split('');
  return {
    chars,
    startsMs: chars.map((_, i) => fromMs + i * 100),
    endsMs: chars.map((_, i) => fromMs + i * 100 + 100),
  };
}
const START = { beforeMs: 0, lengthMs: 1_000 };

test('a word is what stands between spaces, with its punctuation', () => {
  const words = new Words('piece');
  expect(words.push(times('Yes, it  is.', 0), START)).toEqual([
    { word: 'Yes,', startMs: 0, endMs: 400 },
    { word: 'it', startMs: 500, endMs: 700 },
  ]);
  expect(words.rest()).toEqual([{ word: 'is.', startMs: 900, endMs: 1_200 }]);
  expect(words.rest()).toEqual([]);
});

test('a list of times that is too short ends the piece, not the call', () => {
  const short = { chars: ['a', ' ', 'b', ' '], startsMs: [0, 10], endsMs: [10, 20] };
  expect(new Words('piece').push(short, START)).toEqual([{ word: 'a', startMs: 0, endMs: 10 }]);
});

test('a piece that begins with a long pause still counts from itself', () => {
  const late = { chars: ['s', 'o', ' '], startsMs: [300, 350, 400], endsMs: [350, 400, 450] };
  expect(new Words('piece').push(late, { beforeMs: 500, lengthMs: 500 })).toEqual([
    { word: 'so', startMs: 800, endMs: 900 },
  ]);
});

test('however the audio is cut, and whatever its times count from, the words and their places are the same', () => {
  const seen = { cutInWord: 0, asDocumented: 0, otherwise: 0, piece: 0, utterance: 0 };
  const origins = fc.constantFrom<Origin>('piece', 'utterance');
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('yes', 'no', 'Tuesday', 'at', 'two'), { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 30 }),
      origins,
      origins,
      (spoken, cuts, actual, documented) => {
        const text = `${spoken.join(' ')} `;
        const whole = new Words('utterance').push(times(text, 0), {
          beforeMs: 0,
          lengthMs: text.length * 100,
        });
        expect(whole.map((w) => w.word)).toEqual(spoken);
        const pieces = new Words(documented);
        const found = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const piece = text.slice(at, at + (cuts[i % cuts.length] ?? 2));
          const place = { beforeMs: at * 100, lengthMs: piece.length * 100 };
          found.push(...pieces.push(times(piece, actual === 'piece' ? 0 : at * 100), place));
          at += piece.length;
          if (at < text.length && text[at - 1] !== ' ' && text[at] !== ' ') seen.cutInWord += 1;
        }
        seen[actual] += 1;
        seen[actual === documented ? 'asDocumented' : 'otherwise'] += 1;
        expect([...found, ...pieces.rest()]).toEqual(whole);
      },
    ),
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});

test('a base64 text is measured without being decoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(base64Bytes(Buffer.from(bytes).toString('base64'))).toBe(bytes.length);
    }),
  );
});
