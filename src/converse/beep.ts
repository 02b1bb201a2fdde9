/**
 * The tone of an answering machine: one steady sinusoid, which the voice detector rightly ignores. Goertzel's filter over the usual
 * frequencies, one window of 32 ms at a time; only run while a machine's greeting is being waited out.
 */
import { MULAW_SILENCE, levelDbfs, sampleOf } from './audio.ts';

const WINDOW = 256;
const RATE_HZ = 8_000;
/** Machines beep between 400 Hz and 2 kHz; 31.25 Hz is the window's resolution. */
const LOWEST_BIN = Math.round((400 * WINDOW) / RATE_HZ);
const HIGHEST_BIN = Math.round((2_000 * WINDOW) / RATE_HZ);
/** Share of a window's energy around one bin that makes it a tone. */
const TONE_SHARE = 0.7;
const LOUD_DBFS = -38;
/** A beep lasts at least 160 ms. */
const WINDOWS_MIN = 5;

export class BeepDetector {
  readonly #window = new Float32Array(WINDOW);
  #filled = 0;
  #run = 0;

  /** Takes the next mu-law bytes; true when a beep has just ended. */
  hear(mulaw: Uint8Array): boolean {
    let ended = false;
    for (let i = 0; i < mulaw.length; i++) {
      this.#window[this.#filled++] = sampleOf(mulaw[i] ?? MULAW_SILENCE);
      if (this.#filled < WINDOW) continue;
      this.#filled = 0;
      if (isTone(this.#window)) {
        this.#run += 1;
      } else {
        ended ||= this.#run >= WINDOWS_MIN;
        this.#run = 0;
      }
    }
    return ended;
  }
}

function isTone(window: Float32Array): boolean {
  if (levelDbfs(window) < LOUD_DBFS) return false;
  let total = 0;
  for (const sample of window) total += sample * sample;
  let best = 0;
  let previous = 0;
  // A tone between two bins spreads over both.
  for (let bin = LOWEST_BIN; bin <= HIGHEST_BIN; bin++) {
    const power = goertzel(window, bin);
    best = Math.max(best, power + previous);
    previous = power;
  }
  return (2 * best) / (WINDOW * total) >= TONE_SHARE;
}

/** Squared magnitude of one Fourier bin. */
function goertzel(window: Float32Array, bin: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * bin) / WINDOW);
  let s1 = 0;
  let s2 = 0;
  for (const sample of window) {
    const s0 = sample + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return s1 * s1 + s2 * s2 - coefficient * s1 * s2;
}
