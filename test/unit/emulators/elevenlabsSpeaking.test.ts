import fc from 'fast-check';
import { expect, test } from 'vitest';

import { timeChars } from '../../../src/emulators/elevenlabs/alignment.ts';
import { dithered, padded } from '../../../src/emulators/elevenlabs/audio.ts';
import { TextBuffer } from '../../../src/emulators/elevenlabs/context.ts';
import { sentencesOf } from '../../../src/emulators/elevenlabs/speaking.ts';
import { syntheticSpeech } from './syntheticSpeech.ts';

test.each([
  ['Hello there, how are you? I am fine.', ['Hello there, how are you? ', 'I am fine.']],
  [
    'You will see Dr. Okafor on Tuesday. Bring your card.',
    ['You will see Dr. Okafor on Tuesday. ', 'Bring your card.'],
  ],
  ['Hi. This is Lakeside Dental calling.', ['Hi. This is Lakeside Dental calling.']],
  ['It is at 2 p.m. Tuesday works too, of course.', ['It is at 2 p.m. Tuesday works too, of course.']],
  ['   ', []],
])('"%s" is spoken in %j', (text, sentences) => {
  expect(sentencesOf(text)).toEqual(sentences);
});

test('sentences put together are the text, whatever it is', () => {
  const piece = fc.constantFrom(
    'Yes.',
    'No!',
    'Dr.',
    'hello',
    'Is it?',
    '  ',
    '"Fine."',
    '2',
    'p.m.',
    '...',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join(' ');
      const together = sentencesOf(text).join('');
      expect(together.trim()).toBe(text.trim());
    }),
  );
});

test('every character has a time, in order, whether or not the words are those that were spoken', () => {
  const word = fc.constantFrom('Hello', 'Dr.', 'at', '2', '-', 'Tuesday,', 'ok?');
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.boolean(), (given, other) => {
      const text = `${given.join(' ')} `;
      const { words } = syntheticSpeech(other ? 'two thirty' : given.filter((one) => one !== '-').join(' '));
      const timed = timeChars(text, words);
      if (words.length === 0) {
        expect(timed).toEqual([]);
        return;
      }
      expect(timed.map(({ char }) => char).join('')).toBe(text);
      for (const [index, { startMs, endMs }] of timed.entries()) {
        expect(endMs).toBeGreaterThanOrEqual(startMs);
        expect(startMs).toBeGreaterThanOrEqual(timed[index - 1]?.startMs ?? 0);
      }
    }),
  );
});

test('no text is lost or said twice on its way through the buffer', () => {
  const message = fc.record({
    text: fc.constantFrom(
      'Hello ',
      'wor',
      'ld. ',
      ' ',
      'a long stretch of words that goes on and on and on for a while ',
    ),
    flush: fc.boolean(),
    tryTrigger: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.boolean(), (messages, auto) => {
      const buffer = new TextBuffer(auto);
      buffer.schedule = [50, 80];
      const said = messages.map(
        ({ text, flush, tryTrigger }) => buffer.add(text, { flush, tryTrigger }) ?? '',
      );
      const all = [...said, buffer.flush() ?? ''].join('');
      expect(all.replaceAll(' ', '')).toBe(
        messages
          .map(({ text }) => text)
          .join('')
          .replaceAll(' ', ''),
      );
    }),
  );
});

test('a dither moves every code by one step at most, and each rendering has its own frames', () => {
  const { mulaw } = syntheticSpeech('one two three');
  const first = dithered(mulaw, 1);
  expect(dithered(mulaw, 1)).toEqual(first);
  expect(Math.max(...first.map((code, index) => code ^ (mulaw[index] ?? 0)))).toBe(1);
  const second = dithered(mulaw, 2);
  for (let at = 0; at + 160 <= mulaw.length; at += 160) {
    expect(first.subarray(at, at + 160)).not.toEqual(second.subarray(at, at + 160));
  }
});

test('padding keeps the audio and ends on a whole frame', () => {
  const audio = Uint8Array.from({ length: 333 }, (_, index) => index % 200);
  const whole = padded(audio, 25);
  expect(whole.length % 160).toBe(0);
  expect(whole.subarray(200, 533)).toEqual(audio);
});
