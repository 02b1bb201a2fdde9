/** Audio in any sizes to audio in one size. Deepgram wants 80 ms: smaller costs accuracy of its turn model, larger costs time. */
const CHUNK_BYTES = 640;

export class Chunks {
  #rest: Uint8Array = new Uint8Array(0);

  /** @returns the whole chunks that are now there, in order; what is left waits for more. */
  push(mulaw: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#rest.length + mulaw.length);
    all.set(this.#rest);
    all.set(mulaw, this.#rest.length);
    const whole = all.length - (all.length % CHUNK_BYTES);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < whole; at += CHUNK_BYTES) chunks.push(all.subarray(at, at + CHUNK_BYTES));
    this.#rest = all.subarray(whole);
    return chunks;
  }
}
