import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSpeechRegistry } from '../../../../src/emulators/hearing/speechRegistry.ts';
import { FRAME, frames, hearAll, joined, made, silence, text } from './made.ts';

const LINE = 'you have a cleaning on tuesday the third at two thirty';
const WORDS = LINE.split(' ').length;

function registryWith(...speeches: readonly ReturnType<typeof made>[]) {
  const registry = createSpeechRegistry();
  for (const speech of speeches) registry.register(speech);
  return registry;
}

test('every word is heard whole and on time, whatever the chunks and the offset', () => {
  const speech = made(1, LINE);
  const registry = registryWith(made(2, 'something else was said'), speech);
  const sizes = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), sizes, (lead, chunks) => {
      const heard = hearAll(registry.listen(), joined(silence(lead), speech.mulaw), chunks);
      expect(text(heard)).toBe(LINE);
      for (const [index, word] of heard.entries()) {
        expect(word.intact).toBe(1);
        expect(Math.abs(word.startMs - (speech.words[index]?.startMs ?? 0) - lead / 8)).toBeLessThanOrEqual(
          1,
        );
        expect(Math.abs(word.endMs - (speech.words[index]?.endMs ?? 0) - lead / 8)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('a stream that begins in the middle has the words from there on, at any byte', () => {
  const speech = made(1, LINE);
  const registry = registryWith(speech);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: speech.mulaw.length - 2 * FRAME }), (from) => {
      const heard = hearAll(registry.listen(), speech.mulaw.subarray(from), [80 * 8]);
      const whole = speech.words.filter(({ startMs }) => startMs * 8 >= from);
      const begun = speech.words.filter(({ endMs }) => endMs * 8 > from);
      expect(heard.length).toBeGreaterThanOrEqual(whole.length);
      expect(heard.length).toBeLessThanOrEqual(begun.length);
      expect(LINE.endsWith(text(heard))).toBe(true);
      for (const word of heard.slice(-whole.length || heard.length)) expect(word.intact).toBe(1);
    }),
  );
});

test('a word is told as soon as its last byte is there, and is partial before', () => {
  const speech = made(1, 'yes please');
  const listener = registryWith(speech).listen();
  const end = (speech.words[0]?.endMs ?? 0) * 8;
  expect(listener.hear(speech.mulaw.subarray(0, end - 80))).toEqual([]);
  expect(text(listener.partial)).toBe('yes');
  expect(listener.partial[0]?.intact).toBeGreaterThan(0.9);
  expect(text(listener.hear(speech.mulaw.subarray(end - 80, end)))).toBe('yes');
  expect(listener.partial).toEqual([]);
});

/** Loud for 240 ms, quiet for 60 ms, and so on: the rhythm of syllables. */
const syllables = (seed: number): Uint8Array =>
  joined(...frames(made(seed, LINE).mulaw).map((frame, index) => (index % 15 < 12 ? frame : silence(FRAME))));

test('audio that nobody registered has no words but is speech', () => {
  const listener = registryWith(made(1, LINE)).listen();
  expect(listener.hear(syllables(7))).toEqual([]);
  expect(listener.now.speaking).toBe(true);
  expect(listener.now.speechMs).toBeGreaterThan(3000);
  expect(listener.now.quietMs).toBeLessThan(120);
  listener.hear(silence(8 * 700));
  expect(listener.now.speaking).toBe(false);
  expect(listener.now.quietMs).toBeGreaterThanOrEqual(700);
  expect(listener.now.quietMs).toBeLessThan(800);
});

test('a steady noise is taken for the line, not for somebody speaking; speech over it is heard', () => {
  const listener = registryWith().listen();
  const faint = made(3, LINE).mulaw.map((code) => code | 0x60);
  listener.hear(joined(faint, faint));
  expect(listener.now.speaking).toBe(false);
  listener.hear(syllables(7).subarray(0, 8 * 200));
  expect(listener.now.speaking).toBe(true);
});

test('a soft word of a known utterance is speech, the pause after it is not', () => {
  const speech = made(5, 'soft words', 400, 400);
  const soft = { ...speech, mulaw: speech.mulaw.map((code) => code | 0x70) };
  const listener = registryWith(soft).listen();
  listener.hear(soft.mulaw.subarray(0, 8 * 700));
  expect(listener.now.speaking).toBe(true);
  listener.hear(soft.mulaw.subarray(8 * 700, 8 * 1100));
  expect(listener.now).toEqual({ speaking: false, speechMs: 0, quietMs: 300 });
});

test('frames that are lost take their words with them, and lower those that are left in part', () => {
  const speech = made(1, LINE, 300, 60);
  const registry = registryWith(speech);
  const all = frames(speech.mulaw);
  // "cleaning" lies in 1140..1440 ms: frames 57 to 71.
  const without = (from: number, to: number) =>
    hearAll(registry.listen(), joined(...all.filter((_, index) => index < from || index >= to)));
  expect(text(without(57, 72))).toBe(LINE.replace('cleaning ', ''));
  expect(text(without(57, 66))).toBe(LINE.replace('cleaning ', ''));
  const nearly = without(57, 60);
  expect(text(nearly)).toBe(LINE);
  expect(nearly[3]?.intact).toBeCloseTo(0.8, 1);
  expect(nearly[2]?.intact).toBe(1);
});

test('frames replaced by silence are lost, the rest is not', () => {
  const speech = made(1, LINE);
  const registry = registryWith(speech);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(frames(speech.mulaw).length - 1), { minLength: 1 }), (gone) => {
      const all = frames(speech.mulaw).map((frame, index) => (gone.includes(index) ? silence(FRAME) : frame));
      const heard = hearAll(registry.listen(), joined(...all), [777]);
      const arrived = speech.words.map(({ startMs, endMs }) => {
        let intact = 0;
        for (let ms = startMs; ms < endMs; ms += 1) intact += Number(!gone.includes(Math.floor(ms / 20)));
        return intact / (endMs - startMs);
      });
      const expected = speech.words.filter((_, index) => (arrived[index] ?? 0) >= 0.62);
      const possible = speech.words.filter((_, index) => (arrived[index] ?? 0) >= 0.58);
      expect(heard.length).toBeGreaterThanOrEqual(expected.length);
      expect(heard.length).toBeLessThanOrEqual(possible.length);
    }),
  );
});

test('of a word that half arrived the listener learns the half', () => {
  const speech = made(1, 'hello there');
  const heard = registryWith(speech)
    .listen()
    .hear(joined(speech.mulaw.subarray(0, 8 * 200), silence(8 * 600)));
  expect(heard).toEqual([{ word: 'hello', startMs: 60, endMs: 200, intact: 140 / 300 }]);
});

test('frames in the wrong order are lost: every pair swapped leaves nothing', () => {
  const speech = made(1, LINE);
  const registry = registryWith(speech);
  const swapped = frames(speech.mulaw).map((frame, index, all) => all[index ^ 1] ?? frame);
  expect(hearAll(registry.listen(), joined(...swapped))).toEqual([]);
  const once = [...frames(speech.mulaw)];
  [once[60], once[61]] = [once[61] ?? silence(FRAME), once[60] ?? silence(FRAME)];
  const heard = hearAll(registry.listen(), joined(...once));
  expect(text(heard)).toBe(LINE);
  expect(heard[3]?.intact).toBeCloseTo(0.93, 1);
});

test('backwards audio is not understood', () => {
  const speech = made(1, LINE);
  const reversed = frames(speech.mulaw).toReversed();
  expect(hearAll(registryWith(speech).listen(), joined(...reversed))).toEqual([]);
});

test('silence pushed in between loses nothing, up to half a second', () => {
  const speech = made(1, LINE);
  const registry = registryWith(speech);
  fc.assert(
    fc.property(fc.nat(speech.mulaw.length), fc.integer({ min: 1, max: 3500 }), (at, gap) => {
      const bytes = joined(speech.mulaw.subarray(0, at), silence(gap), speech.mulaw.subarray(at));
      const heard = hearAll(registry.listen(), bytes, [640]);
      expect(text(heard)).toBe(LINE);
      for (const word of heard) expect(word.intact).toBeGreaterThan(0.99);
    }),
  );
});

test('an utterance that is cut short gives the words that were said, and one that starts over starts over', () => {
  const speech = made(1, LINE);
  const registry = registryWith(speech);
  const half = speech.mulaw.subarray(0, 8 * 1450);
  expect(text(hearAll(registry.listen(), half))).toBe('you have a cleaning');
  expect(text(hearAll(registry.listen(), joined(half, speech.mulaw)))).toBe(`you have a cleaning ${LINE}`);
});

test('the same audio played again is heard again', () => {
  const speech = made(1, 'shall i cancel it');
  const registry = registryWith(speech, speech);
  const heard = hearAll(registry.listen(), joined(speech.mulaw, silence(4000), speech.mulaw, speech.mulaw));
  expect(text(heard)).toBe('shall i cancel it shall i cancel it shall i cancel it');
});

test('two utterances that begin alike, end alike or share their middle are told apart by what else they say', () => {
  const parts = ['good evening', 'on tuesday', 'on thursday', 'is that right'].map((words, index) =>
    made(index, words),
  );
  const [hello, tuesday, thursday, right] = parts.map(({ mulaw }) => mulaw);
  if (!hello || !tuesday || !thursday || !right) throw new Error('four parts');
  const sentence = (...chosen: readonly number[]) => {
    let offset = 0;
    const words = chosen.flatMap((index) => {
      const part = parts[index] ?? made(0, 'x');
      const moved = part.words.map(({ word, startMs, endMs }) => ({
        word,
        startMs: startMs + offset,
        endMs: endMs + offset,
      }));
      offset += part.mulaw.length / 8;
      return moved;
    });
    return { mulaw: joined(...chosen.map((index) => parts[index]?.mulaw ?? silence(0))), words };
  };
  const said = [sentence(0, 1, 3), sentence(0, 2, 3), sentence(0), sentence(3), sentence(1, 2)];
  const registry = registryWith(...said);
  for (const one of said) expect(text(hearAll(registry.listen(), one.mulaw, [800]))).toBe(text(one.words));
});

test('an utterance that parts from another in the middle of a word has that word whole', () => {
  const one = made(1, 'on tuesday at ten');
  const parting = 8 * 500 + 37;
  const other = made(2, 'on tulips at noon');
  other.mulaw.set(one.mulaw.subarray(0, parting));
  const registry = registryWith(other, one);
  for (const speech of [one, other]) {
    const heard = hearAll(registry.listen(), speech.mulaw, [333]);
    expect(text(heard)).toBe(text(speech.words));
    for (const word of heard) expect(word.intact).toBe(1);
  }
});

test('what was heard least recently is forgotten first', () => {
  const one = made(1, LINE);
  const registry = createSpeechRegistry({ mostBytes: one.mulaw.length * 3 });
  for (let seed = 1; seed <= 3; seed += 1) registry.register(made(seed, LINE));
  hearAll(registry.listen(), one.mulaw);
  registry.register(made(4, LINE));
  const heard = [1, 2, 3, 4].map((seed) => hearAll(registry.listen(), made(seed, LINE).mulaw).length);
  expect(heard).toEqual([WORDS, 0, WORDS, WORDS]);
});

test('many listeners hear different things at once', () => {
  const speeches = Array.from({ length: 40 }, (_, seed) => made(seed, `caller ${seed} says yes`));
  const registry = registryWith(...speeches);
  const streams = speeches.map((speech) => ({ speech, listener: registry.listen(), heard: [] as string[] }));
  for (let at = 0; at < 40_000; at += FRAME) {
    for (const { speech, listener, heard } of streams) {
      for (const { word } of listener.hear(speech.mulaw.subarray(at, at + FRAME))) heard.push(word);
    }
  }
  for (const [seed, { heard }] of streams.entries()) expect(heard.join(' ')).toBe(`caller ${seed} says yes`);
});
