import { FRAME_MS, silence } from './mulaw.ts';

/** Holds each frame back for a fixed time, silence first. The delay is kept to the nearest whole frame. */
export class DelayLine {
  readonly #held: Uint8Array[];

  constructor(delayMs: number) {
    this.#held = Array.from({ length: Math.round(delayMs / FRAME_MS) }, silence);
  }

  /** Takes this tick's frame and returns the one that is due. */
  shift(frame: Uint8Array): Uint8Array {
    const due = this.#held.shift();
    if (due === undefined) return frame;
    this.#held.push(frame.slice());
    return due;
  }
}
