/** The parts of the recordings' judge that need no recogniser. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arpa } from '../../../scripts/intelligibility/arpa.ts';
import { LIMITS, type JudgedLine } from '../../../scripts/intelligibility/judge.ts';
import { bySpelling, cutDictionary } from '../../../scripts/intelligibility/pronounce.ts';
import { readHypotheses, wideband } from '../../../scripts/intelligibility/recogniser.ts';
import { cutLines } from '../../../scripts/intelligibility/segments.ts';
import { spokenWords } from '../../../scripts/intelligibility/spoken.ts';
import { readStereo } from '../../../scripts/intelligibility/stereo.ts';
import { table } from '../../../scripts/intelligibility/table.ts';
import { verdictOf } from '../../../scripts/intelligibility/verdict.ts';
import { wordErrors } from '../../../scripts/intelligibility/wordErrors.ts';
import { interleave, wavHeader } from '../../../src/adapters/disk/stereoWav.ts';

const WORDS = fc.constantFrom('at', 'nine', 'ten', 'please', 'monday');
const LINE = fc.array(WORDS, { minLength: 1, maxLength: 6 });

/** A model as its file says it: log10 probability and back-off weight by n-gram. */
function read(file: string): ReadonlyMap<string, { readonly log: number; readonly weight: number }> {
  const grams = new Map<string, { log: number; weight: number }>();
  for (const line of file.split('\n')) {
    const [log, gram, weight] = line.split('\t');
    if (gram !== undefined) grams.set(gram, { log: Number(log), weight: Number(weight ?? 0) });
  }
  return grams;
}

/** The probability of a word after a history, by the rule of the ARPA format. */
function probability(grams: ReturnType<typeof read>, history: readonly string[], word: string): number {
  const known = grams.get([...history, word].join(' '));
  if (known !== undefined) return 10 ** known.log;
  if (history.length === 0) return 0;
  return 10 ** (grams.get(history.join(' '))?.weight ?? 0) * probability(grams, history.slice(1), word);
}

describe('the language model', () => {
  test('gives every history probabilities that add up to one', () => {
    let backedOff = 0;
    fc.assert(
      fc.property(fc.array(LINE, { minLength: 1, maxLength: 6 }), (lines) => {
        const grams = read(arpa(lines));
        const vocabulary = [...grams.keys()].filter((gram) => !gram.includes(' ') && gram !== '<s>');
        const histories = [...grams.keys()].filter(
          (gram) => gram.split(' ').length < 3 && !gram.endsWith('</s>'),
        );
        for (const history of ['', ...histories]) {
          const before = history.split(' ').filter((word) => word !== '');
          const sum = vocabulary.reduce((total, word) => total + probability(grams, before, word), 0);
          if (vocabulary.some((word) => !grams.has([...before, word].join(' ')))) backedOff += 1;
          expect(sum).toBeCloseTo(1, 2);
        }
      }),
      { numRuns: 60 },
    );
    expect(backedOff).toBeGreaterThan(0);
  });

  test('says how many entries it has, and ends', () => {
    const file = arpa([['yes', 'please'], ['yes']]);
    expect(file).toContain('ngram 1=4\nngram 2=4\nngram 3=3\n');
    expect(file.split('\\2-grams:')[1]?.split('\\3-grams:')[0]?.trim().split('\n')).toHaveLength(4);
    expect(file.trimEnd().endsWith('\\end\\')).toBe(true);
  });
});

describe('words', () => {
  test.each([
    ['Hello, this is the AI assistant.', 'hello this is the a i assistant'],
    ['Am I right? At nine AM, or two PM.', 'am i right at nine a m or two p m'],
    ["You're booked for a check-up.", "you're booked for a check up"],
    ['at 10:30, the 25th, call 555', 'at ten thirty the twenty five th call five five five'],
    ['05', 'zero five'],
    ['José’s', "jose's"],
  ])('of "%s" are as they are spoken', (text, spoken) => {
    expect(spokenWords(text).join(' ')).toBe(spoken);
  });

  test('are counted wrong by the least number of edits', () => {
    expect(wordErrors(['at', 'nine', 'please'], ['at', 'five', 'please'])).toBe(1);
    expect(wordErrors(['at', 'nine'], [])).toBe(2);
    fc.assert(
      fc.property(LINE, LINE, LINE, (a, b, c) => {
        expect(wordErrors(a, a)).toBe(0);
        expect(wordErrors(a, b)).toBe(wordErrors(b, a));
        expect(wordErrors(a, c)).toBeLessThanOrEqual(wordErrors(a, b) + wordErrors(b, c));
        expect(wordErrors(a, [...a, ...b])).toBe(b.length);
      }),
    );
  });

  test('keep all their pronunciations in the small dictionary, and names get one by their letters', () => {
    const { entries, guessed } = cutDictionary(
      'a AH\na(2) EY\nab AE B\nthe DH AH\n',
      new Set(['a', 'tamsin']),
    );
    expect(entries).toBe('a AH\na(2) EY\ntamsin T AE M S IH N\n');
    expect(guessed).toEqual(['tamsin']);
    expect(bySpelling('okafor')).toBe('OW K AE F AO R');
    expect(bySpelling('audra')).toBe('AO D R AH');
    expect(bySpelling('dunmore')).toBe('D AH N M AO R');
  });

  test('come out of the recogniser without marks of their pronunciation', () => {
    const heard = readHypotheses('the(2) nine <sil> [NOISE] (line-1 -4711)\n (line-2 -12)\n');
    expect([...heard]).toEqual([
      ['line-1', ['the', 'nine']],
      ['line-2', []],
    ]);
  });
});

const tone = (fromMs: number, toMs: number, into: Uint8Array): void => {
  for (let at = fromMs * 8; at < toMs * 8; at++) into[at] = at % 2 === 0 ? 0x20 : 0xa0;
};

describe('lines', () => {
  test('that nearly touch are cut in the pause between them, wherever around their border it is', () => {
    const audio = new Uint8Array(8 * 4_000).fill(0xff);
    tone(500, 1_400, audio);
    tone(1_500, 2_500, audio);
    const [first, second] = cutLines(audio, [
      { fromMs: 450, toMs: 1_540 },
      { fromMs: 1_545, toMs: 2_600 },
    ]);
    expect(first?.length).toBe(900 * 8);
    expect(second?.length).toBe(1_000 * 8);
  });

  test('far from one another are whole even if the transcript is late', () => {
    const audio = new Uint8Array(8 * 9_000).fill(0xff);
    tone(500, 1_400, audio);
    tone(5_000, 6_000, audio);
    const cut = cutLines(audio, [
      { fromMs: 900, toMs: 1_800 },
      { fromMs: 5_400, toMs: 6_400 },
    ]);
    expect(cut.map((line) => line.length)).toEqual([900 * 8, 1_000 * 8]);
  });
});

describe('a recording on disk', () => {
  const left = Uint8Array.of(1, 2, 3);
  const right = Uint8Array.of(4, 5, 6);
  const file = Buffer.concat([wavHeader(6), interleave(left, right)]);

  test('is read side by side', () => {
    expect(readStereo(file)).toEqual({ left, right });
  });

  test('is refused when its header says another length or another format', () => {
    expect(() => readStereo(file.subarray(0, file.length - 2))).toThrow('holds 4 bytes');
    const alaw = Buffer.from(file);
    alaw.writeUInt16LE(6, 20);
    expect(() => readStereo(alaw)).toThrow('is format 6, 2 channels, 8000 Hz');
    expect(() => readStereo(Buffer.alloc(80))).toThrow('is no WAV file');
  });

  test('gets half the energy above 4 kHz that it has below, for a recogniser that expects it there', () => {
    const sine = Uint8Array.from({ length: 1_600 }, (_, n) =>
      Math.sin((2 * Math.PI * n) / 8) > 0 ? 0x20 : 0xa0,
    );
    const wide = wideband(sine);
    const inside = wide.subarray(4_800, wide.length - 4_800);
    expect(inside).toHaveLength(3_200);
    const power = (hz: number): number => {
      let [re, im] = [0, 0];
      for (const [n, sample] of inside.entries()) {
        re += sample * Math.cos((2 * Math.PI * hz * n) / 16_000);
        im += sample * Math.sin((2 * Math.PI * hz * n) / 16_000);
      }
      return Math.hypot(re, im);
    };
    expect(power(7_000) / power(1_000)).toBeCloseTo(0.5, 1);
    expect(Math.max(...wide.subarray(0, 4_800))).toBeLessThanOrEqual(8);
  });
});

const line = (side: 'agent' | 'callee', words: readonly string[]): JudgedLine => ({
  attempt: 'a',
  side,
  text: words.join(' '),
  words,
  audio: new Uint8Array(),
});
const twenty = Array.from({ length: 20 }, (_, index) => `w${index}`);
const lines = [line('agent', twenty), line('callee', twenty)];

const faultsOf = (agentErrors: number, calleeErrors: number): readonly string[] =>
  verdictOf([], lines, [twenty.slice(agentErrors), twenty.slice(calleeErrors)]).faults;

describe('the verdict', () => {
  test('passes one word in twenty of the agent and eight of the callee, and no more', () => {
    expect(faultsOf(1, 8)).toEqual([]);
    expect(faultsOf(2, 8)).toHaveLength(1);
    expect(faultsOf(1, 9)).toHaveLength(1);
    expect(LIMITS).toMatchObject({ agentErrors: 0.05, calleeErrors: 0.4 });
  });

  test('does not pretend to have listened without a recogniser', () => {
    const verdict = verdictOf([], lines, null);
    expect(verdict).toMatchObject({ recogniser: false, agent: { rate: null }, misheard: [], faults: [] });
    expect(table(verdict).join('\n')).toContain('was not judged');
  });

  test('fails a night in which a side has no line', () => {
    expect(verdictOf([], lines.slice(0, 1), null).faults).toEqual([
      'the callee has no line in the whole night',
    ]);
  });

  test('shows the worst line first', () => {
    const shown = table(verdictOf([], lines, [twenty.slice(1), ['w0']])).join('\n');
    expect(shown.indexOf('callee "w0 w1')).toBeLessThan(shown.indexOf('agent  "w0 w1'));
    expect(shown).toContain('1 of 20 words not understood, 5.0 %');
  });
});
