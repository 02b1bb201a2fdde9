/** A finished night as its data directory and `rollcall replay` tell it. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Stereo, readStereo } from './stereo.ts';

const Word = z.object({ word: z.string(), startMs: z.number(), endMs: z.number() });

const Speech = z.object({
  kind: z.enum(['said', 'heard']),
  atMs: z.number(),
  endMs: z.number(),
  text: z.string(),
  words: z.array(Word),
});

/** What an emulated handset wrote down about a call. */
const Truth = z.object({
  persona: z.string(),
  durationMs: z.number(),
  events: z.array(z.union([Speech, z.object({ kind: z.string() })])),
});

const Replay = z.object({
  transcript: z.array(
    z.object({
      party: z.enum(['agent', 'callee']),
      text: z.string(),
      fromMs: z.number(),
      toMs: z.number(),
      cut: z.boolean().optional(),
    }),
  ),
});

const Placed = z.object({ event: z.literal('call.placed'), attempt: z.string(), call: z.string() });

export type Line = z.infer<typeof Replay>['transcript'][number];
export type Said = z.infer<typeof Speech>;

export interface Call {
  readonly attempt: string;
  readonly persona: string;
  /** From answer to hang-up at the handset. */
  readonly durationMs: number;
  /** Our recording; a string says what is wrong with it. */
  readonly ours: Stereo | string;
  readonly handset: Stereo;
  /** What the callee said and heard, times of the handset. */
  readonly said: readonly Said[];
  readonly heard: readonly Said[];
  /** Both sides as the product has written them down, times of our recording. */
  readonly transcript: readonly Line[];
}

/** The transcript that the product shows for a call. */
export type ReadTranscript = (attempt: string) => readonly Line[];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Asks the product itself, `rollcall replay <call> --json`. */
export function replayed(dataDir: string): ReadTranscript {
  return (attempt) => {
    const done = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'src/main.ts', 'replay', attempt, '--json', '--silent'],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, DATA_DIR: dataDir }, maxBuffer: 1 << 28 },
    );
    if (done.status !== 0) throw new Error(`no replay of ${attempt}: ${done.stderr.trim()}`);
    return Replay.parse(JSON.parse(done.stdout)).transcript;
  };
}

/** Replays that were written down before, `<folder>/<attempt>.json`. */
export function replaysIn(folder: string): ReadTranscript {
  return (attempt) =>
    Replay.parse(JSON.parse(readFileSync(join(folder, `${attempt}.json`), 'utf8'))).transcript;
}

function placedCalls(dataDir: string): ReadonlyMap<string, string> {
  const attempts = new Map<string, string>();
  for (const line of readFileSync(join(dataDir, 'rollcall.log'), 'utf8').split('\n')) {
    if (!line.includes('"call.placed"')) continue;
    const { attempt, call } = Placed.parse(JSON.parse(line));
    attempts.set(call, attempt);
  }
  return attempts;
}

function ourRecording(path: string): Stereo | string {
  try {
    return readStereo(readFileSync(path));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Every call of a night that was answered.
 * @throws Error when a handset's record belongs to no call, or there is none at all.
 */
export function readNight(dataDir: string, transcriptOf: ReadTranscript): readonly Call[] {
  const attempts = placedCalls(dataDir);
  const folder = join(dataDir, 'handsets');
  const truths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  if (truths.length === 0) throw new Error(`no handset of ${folder} was answered`);
  return truths.toSorted().map((name) => {
    const path = join(folder, name);
    const truth = Truth.parse(JSON.parse(readFileSync(path, 'utf8')));
    const attempt = attempts.get(name.replace(/^.*\//, '').replace(/\.json$/, ''));
    if (attempt === undefined) throw new Error(`nobody placed the call of ${path}`);
    const spoken = truth.events.filter((event): event is Said => 'words' in event);
    return {
      attempt,
      persona: truth.persona,
      durationMs: truth.durationMs,
      ours: ourRecording(join(dataDir, 'recordings', `${attempt}.wav`)),
      handset: readStereo(readFileSync(path.replace(/\.json$/, '.wav'))),
      said: spoken.filter(({ kind }) => kind === 'said'),
      heard: spoken.filter(({ kind }) => kind === 'heard'),
      transcript: transcriptOf(attempt),
    };
  });
}
