import { FRAME_MS, silence } from './mulaw.ts';
import type { LineDelay } from './options.ts';

/** A line's delay in whole frames each way; the rounding is done so that there and back together is right to a frame. */
export function framesOf(delay: LineDelay): { readonly toUs: number; readonly fromUs: number } {
  const toUs = Math.floor(delay.toUs / FRAME_MS);
  return { toUs, fromUs: Math.max(0, Math.round((delay.toUs + delay.fromUs) / FRAME_MS) - toUs) };
}

/** Holds each frame back for a fixed number of frames, silence first. */
export class DelayLine {
  readonly #held: Uint8Array[];

  constructor(frames: number) {
    this.#held = Array.from({ length: frames }, silence);
  }

  /** Takes this tick's frame and returns the one that is due. */
  shift(frame: Uint8Array): Uint8Array {
    const due = this.#held.shift();
    if (due === undefined) return frame;
    this.#held.push(frame.slice());
    return due;
  }
}
