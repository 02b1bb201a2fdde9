/**
 * Writes one recording while the call goes on. Audio is put away once a second, and the header with it, so that a process which
 * dies leaves a file that plays up to its last second. A call that goes on in another process goes on in the same file.
 *
 * A disk that fails costs the recording and nothing else: it is said in the log, and the call is not disturbed.
 */
import type { FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import type { Log } from '../../ports/log.ts';
import type { RecordingWriter } from '../../ports/recordings.ts';
import { BYTES_PER_MS, dataBytesOf, HEADER_BYTES, interleave, wavHeader } from './stereoWav.ts';

const FLUSH_BYTES = 1_000 * BYTES_PER_MS;
/** Audio that waits for a disk which does not answer. */
const BACKLOG_MAX_BYTES = 60 * FLUSH_BYTES;

export class DiskRecordingWriter implements RecordingWriter {
  readonly #log: Log;
  #file: FileHandle | null = null;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #writtenBytes = 0;
  #failed = false;
  #closing: Promise<{ readonly durationMs: number }> | null = null;
  /** Each step starts when the one before has ended; none of them rejects. */
  #work: Promise<void>;
  #flushAsked = false;

  constructor(opening: () => Promise<FileHandle>, log: Log) {
    this.#log = log;
    this.#work = this.#guarded(async () => {
      this.#file = await opening();
      this.#writtenBytes = dataBytesOf((await this.#file.stat()).size);
      await this.#writeAll(this.#file, wavHeader(this.#writtenBytes), 0);
    });
  }

  write(callee: Uint8Array, agent: Uint8Array): void {
    const stereo = interleave(callee, agent);
    if (this.#failed || this.#closing !== null) return;
    this.#pending.push(stereo);
    this.#pendingBytes += stereo.length;
    if (this.#pendingBytes > BACKLOG_MAX_BYTES) this.#fail('backlog');
    else if (this.#pendingBytes >= FLUSH_BYTES && !this.#flushAsked) {
      this.#flushAsked = true;
      this.#then(() => this.#flush());
    }
  }

  close(): Promise<{ readonly durationMs: number }> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async #finish(): Promise<{ readonly durationMs: number }> {
    this.#then(() => this.#flush());
    await this.#work;
    await this.#file?.close().catch((error: unknown) => this.#fail(errorCode(error)));
    const durationMs = Math.round(this.#writtenBytes / BYTES_PER_MS);
    if (!this.#failed) this.#log.info('recording.saved', { ms: durationMs });
    return { durationMs };
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#guarded(step));
  }

  async #guarded(step: () => Promise<void>): Promise<void> {
    if (this.#failed) return;
    try {
      await step();
    } catch (error) {
      this.#fail(errorCode(error));
    }
  }

  async #flush(): Promise<void> {
    this.#flushAsked = false;
    const audio = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (this.#file === null || audio.length === 0) return;
    await this.#writeAll(this.#file, audio, HEADER_BYTES + this.#writtenBytes);
    await this.#writeAll(this.#file, wavHeader(this.#writtenBytes + audio.length), 0);
    this.#writtenBytes += audio.length;
  }

  async #writeAll(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  #fail(code: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#log.error('recording.failed', { code });
  }
}

const Coded = z.looseObject({ code: z.string() });

/** The system's word for what went wrong, e.g. `ENOSPC`. */
export function errorCode(error: unknown): string {
  const coded = Coded.safeParse(error);
  return coded.success ? coded.data.code : 'unknown';
}
