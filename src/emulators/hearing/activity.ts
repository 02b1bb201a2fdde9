import { FRAME_BYTES, toLinear } from '../voice/mulaw.ts';
import type { Listener } from '../speech.ts';

const FRAME_MS = 20;

/** Under this level (about -49 dB of full scale) a telephone line is quiet. */
const QUIET_RMS = 120;

/** Speech stands this far above the noise around it. */
const OVER_NOISE = 3;

/** The noise is the quietest frame of the last second and a half: speech never goes on so long without a dip. */
const NOISE_FRAMES = 75;

/** A stop consonant is quiet for up to this long without a pause in speech. */
const BRIDGED_MS = 120;

const SQUARES = Float64Array.from({ length: 256 }, (_, code) => toLinear(code) ** 2);

/** Tells speech from quiet by loudness, frame by frame of the listener's own clock; for any audio, known or not. */
export class Activity {
  private readonly levels: number[] = [];
  private energy = 0;
  private filled = 0;
  private speechMs = 0;
  private quietMs = 0;

  get now(): Listener['now'] {
    const speaking = this.speechMs > 0;
    return { speaking, speechMs: this.speechMs, quietMs: this.quietMs };
  }

  /** Takes the next bytes; `inWord` tells that they are known to be part of a word, however soft. */
  hear(bytes: Uint8Array, inWord: boolean): void {
    let { energy, filled } = this;
    for (let index = 0; index < bytes.length; index += 1) {
      energy += SQUARES[bytes[index] ?? 0] ?? 0;
      filled += 1;
      if (filled < FRAME_BYTES) continue;
      this.endFrame(Math.sqrt(energy / FRAME_BYTES), inWord);
      energy = 0;
      filled = 0;
    }
    this.energy = energy;
    this.filled = filled;
  }

  private endFrame(level: number, inWord: boolean): void {
    this.levels.push(level);
    if (this.levels.length > NOISE_FRAMES) this.levels.shift();
    const noise = this.levels.length < NOISE_FRAMES ? 0 : Math.min(...this.levels);
    const loud = inWord || level > Math.max(QUIET_RMS, OVER_NOISE * noise);
    this.quietMs = loud ? 0 : this.quietMs + FRAME_MS;
    if (loud || (this.speechMs > 0 && this.quietMs < BRIDGED_MS)) this.speechMs += FRAME_MS;
    else this.speechMs = 0;
  }
}
