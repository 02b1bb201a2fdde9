import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createDiskRecordings } from '../../src/adapters/disk/recordings.ts';
import { id } from '../../src/domain/ids.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Recordings } from '../../src/ports/recordings.ts';
import { recordingLog } from '../support/recordingLog.ts';
import type { LogLine } from '../support/recordingLog.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const attempt = id<AttemptId>('attempt-1');

function disk(): { recordings: Recordings; dataDir: string; file: string; lines: readonly LogLine[] } {
  const dataDir = mkdtempSync(join(tmpdir(), 'rollcall-recordings-'));
  folders.push(dataDir);
  const { log, lines } = recordingLog();
  const file = join(dataDir, 'recordings', `${attempt}.wav`);
  return { recordings: createDiskRecordings({ dataDir, log }), dataDir, file, lines };
}

/** A WAV file as a player reads it: chunk by chunk. */
function parseWav(file: Uint8Array): {
  format: number;
  channels: number;
  rate: number;
  riff: number;
  samples: number;
  audio: Uint8Array;
} {
  const view = Buffer.from(file);
  expect(view.toString('latin1', 0, 4)).toBe('RIFF');
  expect(view.toString('latin1', 8, 12)).toBe('WAVE');
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at + 8 <= view.length;) {
    const size = view.readUInt32LE(at + 4);
    chunks.set(view.toString('latin1', at, at + 4), view.subarray(at + 8, at + 8 + size));
    at += 8 + size + (size % 2);
  }
  const fmt = chunks.get('fmt ') ?? Buffer.alloc(0);
  return {
    format: fmt.readUInt16LE(0),
    channels: fmt.readUInt16LE(2),
    rate: fmt.readUInt32LE(4),
    riff: view.readUInt32LE(4),
    samples: chunks.get('fact')?.readUInt32LE(0) ?? 0,
    audio: new Uint8Array(chunks.get('data') ?? []),
  };
}

const side = (bytes: number, value: number): Uint8Array => new Uint8Array(bytes).fill(value);

describe('recordings on disk', () => {
  test('a call is a stereo mu-law file, callee left, agent right, as long as the call', async () => {
    const { recordings, file, lines } = disk();
    const writer = recordings.create(attempt);
    for (let i = 0; i < 125; i++) writer.write(side(160, i), side(160, 255 - i));
    expect(await writer.close()).toEqual({ durationMs: 2_500 });
    const read = await recordings.read(attempt);
    expect(read).toEqual(new Uint8Array(readFileSync(file)));
    const wav = parseWav(read ?? new Uint8Array(0));
    expect(wav).toMatchObject({ format: 7, channels: 2, rate: 8_000, samples: 20_000 });
    expect(wav.riff).toBe((read?.length ?? 0) - 8);
    expect(wav.audio).toHaveLength(40_000);
    expect([...wav.audio.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
    expect([...wav.audio.subarray(-2)]).toEqual([124, 131]);
    expect(lines).toEqual([['info', 'recording.saved', { attempt, ms: 2_500 }]]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('closing twice is closing once, and what comes after it is left out', async () => {
    const { recordings } = disk();
    const writer = recordings.create(attempt);
    writer.write(side(80, 1), side(80, 2));
    const [first, second] = await Promise.all([writer.close(), writer.close()]);
    writer.write(side(80, 1), side(80, 2));
    expect([first, second]).toEqual([{ durationMs: 10 }, { durationMs: 10 }]);
    expect(parseWav((await recordings.read(attempt)) ?? side(0, 0)).audio).toHaveLength(160);
  });

  test('a recording nobody made is null, one of no length is a file of no length', async () => {
    const { recordings } = disk();
    expect(await recordings.read(attempt)).toBeNull();
    expect(await recordings.create(attempt).close()).toEqual({ durationMs: 0 });
    expect(parseWav((await recordings.read(attempt)) ?? side(0, 0)).audio).toHaveLength(0);
  });

  test('two sides of different length, and an id that is no file name, are bugs', () => {
    const { recordings } = disk();
    expect(() => recordings.create(attempt).write(side(160, 0), side(80, 0))).toThrow(RangeError);
    expect(() => recordings.create(id<AttemptId>('../../etc/passwd'))).toThrow(RangeError);
  });

  test('a process that dies in mid-call leaves a file that plays up to its last second', async () => {
    const { recordings, file } = disk();
    const writer = recordings.create(attempt);
    for (let i = 0; i < 60; i++) writer.write(side(160, 7), side(160, 9));
    // Nobody closes it: what stands on disk is what a crash leaves.
    await vi.waitFor(() =>
      expect(existsSync(file) ? statSync(file).size : 0).toBeGreaterThanOrEqual(58 + 16_000),
    );
    await vi.waitFor(() => expect(parseWav(readFileSync(file)).audio.length).toBeGreaterThanOrEqual(16_000));
    const wav = parseWav((await recordings.read(attempt)) ?? side(0, 0));
    expect(wav.audio.length).toBeGreaterThanOrEqual(16_000);
    expect(wav.samples).toBe(wav.audio.length / 2);
    await writer.close();
  });

  test('what was written after the header was is read too, but for half a sample', async () => {
    const { recordings, file } = disk();
    const writer = recordings.create(attempt);
    writer.write(side(160, 1), side(160, 2));
    await writer.close();
    appendFileSync(file, Buffer.from([1, 2, 1, 2, 1]));
    const wav = parseWav((await recordings.read(attempt)) ?? side(0, 0));
    expect(wav.audio).toHaveLength(324);
    expect(wav.samples).toBe(162);
  });

  test('a call that goes on in another process goes on in the same file', async () => {
    const { recordings, dataDir } = disk();
    const first = recordings.create(attempt);
    first.write(side(8_000, 1), side(8_000, 2));
    await first.close();
    const second = createDiskRecordings({ dataDir, log: recordingLog().log }).create(attempt);
    second.write(side(8_000, 3), side(8_000, 4));
    expect(await second.close()).toEqual({ durationMs: 2_000 });
    const { audio } = parseWav((await recordings.read(attempt)) ?? side(0, 0));
    expect([...audio.subarray(15_998, 16_002)]).toEqual([1, 2, 3, 4]);
  });
});

describe('a disk that fails', () => {
  test.skipIf(!existsSync('/dev/full'))(
    'costs the recording, is said once in the log, and does not disturb the call',
    async () => {
      const { recordings, dataDir, file, lines } = disk();
      mkdirSync(join(dataDir, 'recordings'));
      symlinkSync('/dev/full', file);
      const writer = recordings.create(attempt);
      for (let i = 0; i < 200; i++) writer.write(side(160, 1), side(160, 2));
      expect(await writer.close()).toEqual({ durationMs: 0 });
      writer.write(side(160, 1), side(160, 2));
      expect(lines).toEqual([['error', 'recording.failed', { attempt, code: 'ENOSPC' }]]);
    },
  );

  test('a directory that cannot be made is the same', async () => {
    const { dataDir } = disk();
    const { log, lines } = recordingLog();
    symlinkSync('/nowhere/at/all', join(dataDir, 'recordings'));
    const writer = createDiskRecordings({ dataDir, log }).create(attempt);
    writer.write(side(160, 1), side(160, 2));
    expect(await writer.close()).toEqual({ durationMs: 0 });
    expect(lines.map(([level, event]) => [level, event])).toEqual([['error', 'recording.failed']]);
  });

  test('a disk that does not answer does not fill the memory', async () => {
    const { recordings, lines } = disk();
    const writer = recordings.create(attempt);
    // Within one turn of the event loop nothing reaches the disk.
    for (let i = 0; i < 62; i++) writer.write(side(8_000, 1), side(8_000, 2));
    expect(lines).toEqual([['error', 'recording.failed', { attempt, code: 'backlog' }]]);
    await writer.close();
  });
});
