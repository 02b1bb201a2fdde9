/** Stereo recordings: left callee, right agent as heard; mu-law WAV, 8 kHz, written as it happens. */
import type { AttemptId } from '../domain/ids.ts';

export interface RecordingWriter {
  /** Both sides of the same stretch of time; equal lengths, any size. */
  write(callee: Uint8Array, agent: Uint8Array): void;
  /** Closes the file; the header then says the true length. Resolves with its length in milliseconds. */
  close(): Promise<{ readonly durationMs: number }>;
}

export interface Recordings {
  create(attempt: AttemptId): RecordingWriter;
  /** The whole file, or null when there is none. */
  read(attempt: AttemptId): Promise<Uint8Array | null>;
}
