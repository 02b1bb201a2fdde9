/**
 * PocketSphinx as a listener that has nothing in common with what spoke: Debian's `pocketsphinx` and `pocketsphinx-en-us`. Its model expects
 * 16 kHz; the upper half that a telephone cuts off is filled with the mirror image of the lower, which halves the errors.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arpa } from './arpa.ts';
import { cutDictionary } from './pronounce.ts';
import { linear } from './stereo.ts';

const MODEL = '/usr/share/pocketsphinx/model/en-us';
const RATE = 16_000;
const QUIET_MS = 300;
const QUIET_PEAK = 8;
const IMAGE = 0.5;

/** What somebody said, cut out of a recording, and in words as `spokenWords` gives them. */
export interface Utterance {
  /** Mu-law at 8 kHz. */
  readonly audio: Uint8Array;
  readonly words: readonly string[];
}

export interface Recognised {
  /** What was heard, for each utterance in order. */
  readonly heard: readonly (readonly string[])[];
  /** Words whose sound was guessed from their letters. */
  readonly guessed: readonly string[];
}

export const hasRecogniser = (): boolean =>
  spawnSync('pocketsphinx_batch', ['-help'], { stdio: 'ignore' }).error === undefined;

/** Half of a 31-tap half-band low-pass (Blackman), without the centre: the odd taps. */
const HALF_BAND = Float64Array.from({ length: 8 }, (_, index) => {
  const tap = 2 * index + 1;
  const window = 0.42 + 0.5 * Math.cos((Math.PI * tap) / 16) + 0.08 * Math.cos((2 * Math.PI * tap) / 16);
  return (Math.sin((Math.PI * tap) / 2) / ((Math.PI * tap) / 2)) * window;
});

/** Mu-law at 8 kHz as 16-bit samples at 16 kHz, with the spectrum's image above 4 kHz and faint noise before and after. */
export function wideband(audio: Uint8Array): Int16Array {
  const quiet = (RATE / 1_000) * QUIET_MS;
  const wide = new Int16Array(2 * audio.length + 2 * quiet);
  // The same noise each time: a verdict must not depend on chance.
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return ((seed >>> 16) / 65_536 - 0.5) * 2 * QUIET_PEAK;
  };
  const sample = (index: number): number =>
    index < 0 || index >= audio.length ? 0 : linear(audio[index] ?? 0);
  for (let n = 0; n < wide.length; n++) {
    const at = n - quiet;
    const centre = Math.floor(at / 2);
    let value = 0;
    if (at >= 0 && at < 2 * audio.length) {
      if (at % 2 === 0) value = sample(centre);
      else
        for (let k = 0; k < HALF_BAND.length; k++)
          value += (HALF_BAND[k] ?? 0) * (sample(centre - k) + sample(centre + 1 + k));
      value *= at % 2 === 0 ? 1 + IMAGE : 1 - IMAGE;
    }
    wide[n] = Math.max(-32_768, Math.min(32_767, Math.round(value / (1 + IMAGE) + noise())));
  }
  return wide;
}

/** `hello there (line-3 -1234)`; further pronunciations come as `the(2)`. */
export function readHypotheses(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const match = /^(.*)\((\S+) \S+\)$/.exec(line.trim());
    if (match === null) continue;
    const words = (match[1] ?? '')
      .split(/\s+/)
      .map((word) => word.replace(/\(\d+\)$/, ''))
      .filter((word) => word !== '' && !word.startsWith('<') && !word.startsWith('['));
    found.set(match[2] ?? '', words);
  }
  return found;
}

/**
 * Recognises all utterances with one language model, made of their own words. Audio that occurs again is recognised once.
 * @param folder for what is made on the way.
 * @throws Error when the recogniser fails.
 */
export function recognise(utterances: readonly Utterance[], folder: string): Recognised {
  mkdirSync(folder, { recursive: true });
  const names = utterances.map(({ audio }) => createHash('sha256').update(audio).digest('hex').slice(0, 24));
  const file = (name: string): string => join(folder, name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index) continue;
    const wide = wideband(utterances[index]?.audio ?? new Uint8Array());
    writeFileSync(file(`${name}.raw`), new Uint8Array(wide.buffer));
  }
  const { entries, guessed } = cutDictionary(
    readFileSync(join(MODEL, 'cmudict-en-us.dict'), 'utf8'),
    new Set(utterances.flatMap(({ words }) => words)),
  );
  writeFileSync(file('words.dict'), entries);
  writeFileSync(file('lines.arpa'), arpa(utterances.map(({ words }) => words)));
  writeFileSync(file('ctl'), `${[...new Set(names)].join('\n')}\n`);
  // When it fails it leaves what an earlier run wrote.
  rmSync(file('hyp'), { force: true });
  run(file);
  const heard = readHypotheses(readFileSync(file('hyp'), 'utf8'));
  return { heard: names.map((name) => heard.get(name) ?? []), guessed };
}

function run(file: (name: string) => string): void {
  const flags = {
    adcin: 'yes',
    cepdir: file('.'),
    cepext: '.raw',
    ctl: file('ctl'),
    hyp: file('hyp'),
    hmm: join(MODEL, 'en-us'),
    dict: file('words.dict'),
    lm: file('lines.arpa'),
    lw: '9',
    topn: '8',
    logfn: file('log'),
  };
  const done = spawnSync(
    'pocketsphinx_batch',
    Object.entries(flags).flatMap(([flag, value]) => [`-${flag}`, value]),
    { encoding: 'utf8' },
  );
  if (done.status !== 0)
    throw new Error(`pocketsphinx_batch ended with ${done.status}: ${done.stderr.slice(-500)}`);
}
