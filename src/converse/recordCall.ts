/**
 * Puts both sides of a call on one timeline and writes them as they happen. The callee's side follows the stream's own count of time, with
 * silence where frames were lost; the agent's side is a queue that is played at the same pace and cut when the line's queue is cleared.
 * The recording is as long as the call, whatever arrived.
 */
import type { RecordingWriter } from '../ports/recordings.ts';
import { BYTES_PER_MS, bytesOfMs, silence } from './audio.ts';

/** Longer stretches are written in pieces, so that no buffer grows with the length of a pause. */
const PIECE_BYTES = 8_000;

export class CallRecorder {
  readonly #writer: RecordingWriter;
  #agent: Uint8Array[] = [];
  #writtenBytes = 0;

  constructor(writer: RecordingWriter) {
    this.#writer = writer;
  }

  /** Audio handed to the line; it plays after what is already queued. */
  agent(mulaw: Uint8Array): void {
    if (mulaw.length > 0) this.#agent.push(mulaw);
  }

  /** The line's queue was dropped: what has not been played will not be. */
  cleared(): void {
    this.#agent = [];
  }

  /** A frame of the callee at its place in the stream. What overlaps with frames already written is dropped. */
  callee(mulaw: Uint8Array, atMs: number): void {
    const at = Math.round(atMs * BYTES_PER_MS);
    this.#pad(at - this.#writtenBytes);
    const late = Math.max(0, this.#writtenBytes - at);
    if (late < mulaw.length) this.#write(late === 0 ? mulaw : mulaw.subarray(late));
  }

  /** Fills up to the length of the call and closes the file. */
  async finish(callMs: number): Promise<{ readonly durationMs: number }> {
    this.#pad(bytesOfMs(callMs) - this.#writtenBytes);
    return this.#writer.close();
  }

  #pad(bytes: number): void {
    for (let left = bytes; left > 0; left -= PIECE_BYTES) this.#write(silence(Math.min(left, PIECE_BYTES)));
  }

  #write(callee: Uint8Array): void {
    this.#writtenBytes += callee.length;
    this.#writer.write(callee, this.#pull(callee.length));
  }

  #pull(bytes: number): Uint8Array {
    const out = silence(bytes);
    let filled = 0;
    while (filled < bytes) {
      const head = this.#agent[0];
      if (head === undefined) break;
      const part = head.subarray(0, bytes - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === head.length) this.#agent.shift();
      else this.#agent[0] = head.subarray(part.length);
    }
    return out;
  }
}
