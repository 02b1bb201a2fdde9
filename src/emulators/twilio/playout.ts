/**
 * The outbound side of a media stream: one queue of mu-law bytes, played at 8 bytes a millisecond, and marks that are
 * positions in it. A mark is passed when every byte put before it was played (at once when nothing is queued); `clear`
 * empties the queue and passes every mark that was still waiting.
 */
export class Playout {
  readonly #chunks: Uint8Array[] = [];
  #headOffset = 0;
  #putBytes = 0;
  #playedBytes = 0;
  #marks: { readonly at: number; readonly name: string }[] = [];

  /** Bytes waiting to be played. */
  get queuedBytes(): number {
    return this.#putBytes - this.#playedBytes;
  }

  put(mulaw: Uint8Array): void {
    if (mulaw.byteLength === 0) return;
    this.#chunks.push(mulaw);
    this.#putBytes += mulaw.byteLength;
  }

  /** Sets a mark after everything queued so far. True = it is passed already. */
  mark(name: string): boolean {
    if (this.queuedBytes === 0) return true;
    this.#marks.push({ at: this.#putBytes, name });
    return false;
  }

  /** Empties the queue; returns the names of the marks that were waiting, in order. */
  clear(): readonly string[] {
    this.#chunks.length = 0;
    this.#headOffset = 0;
    this.#playedBytes = this.#putBytes;
    const waiting = this.#marks.map((mark) => mark.name);
    this.#marks = [];
    return waiting;
  }

  /** Plays into `frame` from its beginning, leaving what it cannot fill untouched; returns the bytes played. */
  play(frame: Uint8Array): number {
    let filled = 0;
    while (filled < frame.byteLength) {
      const head = this.#chunks[0];
      if (head === undefined) break;
      const take = Math.min(frame.byteLength - filled, head.byteLength - this.#headOffset);
      frame.set(head.subarray(this.#headOffset, this.#headOffset + take), filled);
      filled += take;
      this.#headOffset += take;
      if (this.#headOffset === head.byteLength) {
        this.#chunks.shift();
        this.#headOffset = 0;
      }
    }
    this.#playedBytes += filled;
    return filled;
  }

  /** The marks that the last `play` went past, in order; each is told once. */
  passedMarks(): readonly string[] {
    const waitingFrom = this.#marks.findIndex((mark) => mark.at > this.#playedBytes);
    const passed = waitingFrom === -1 ? this.#marks : this.#marks.slice(0, waitingFrom);
    this.#marks = waitingFrom === -1 ? [] : this.#marks.slice(waitingFrom);
    return passed.map((mark) => mark.name);
  }
}
