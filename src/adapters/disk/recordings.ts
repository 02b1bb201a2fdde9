/** The Recordings port on a directory: one file for each attempt, named by its id. */
import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptId } from '../../domain/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Recordings } from '../../ports/recordings.ts';
import { dataBytesOf, HEADER_BYTES, wavHeader } from './stereoWav.ts';
import { DiskRecordingWriter, errorCode } from './writer.ts';

export interface DiskConfig {
  /** `recordings/` is made below it. */
  readonly dataDir: string;
  readonly log: Log;
}

const FILE_SAFE = /^[A-Za-z0-9_-]{1,128}$/;

export function createDiskRecordings(config: DiskConfig): Recordings {
  const directory = join(config.dataDir, 'recordings');
  const fileOf = (attempt: AttemptId): string => {
    if (!FILE_SAFE.test(attempt)) throw new RangeError('an attempt id that is no file name');
    return join(directory, `${attempt}.wav`);
  };

  return {
    create(attempt) {
      const file = fileOf(attempt);
      const opening = async (): Promise<Awaited<ReturnType<typeof open>>> => {
        // What is said on the phone concerns nobody else on this machine.
        await mkdir(directory, { recursive: true, mode: 0o700 });
        return open(file, constants.O_RDWR | constants.O_CREAT, 0o600);
      };
      return new DiskRecordingWriter(opening, config.log.with({ attempt }));
    },
    async read(attempt) {
      try {
        const file = await readFile(fileOf(attempt));
        if (file.length < HEADER_BYTES) return null;
        // Still being written, or never finished: the header is older than the audio.
        const dataBytes = dataBytesOf(file.length);
        wavHeader(dataBytes).copy(file);
        return new Uint8Array(file.subarray(0, HEADER_BYTES + dataBytes));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return null;
        throw error;
      }
    },
  };
}
