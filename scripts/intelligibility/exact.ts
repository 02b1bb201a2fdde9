/**
 * What a recogniser does not hear: a frame that is missing, out of place or overdriven. The handset's own recording is the measure: what
 * sounded there must be in ours, byte for byte, at a lag that only the line's delay may change.
 */
import { PER_MS, isZero, linear } from './stereo.ts';
import { type Span, trimmed } from './segments.ts';

const FRAME = 20 * PER_MS;

/** A frame with fewer different samples is a pause or a tone and could be found anywhere. */
const FEWEST_SAMPLES = 12;

/** The line's delay both ways, and what a busy machine adds. */
const FARTHEST = 3_000 * PER_MS;

/** What clips stays at the last step of the scale; a loud sample alone may touch it. */
const CLIPPED_RUN = 3;
const LAST_STEP = 0x7f;

/** Runs of three or more samples at the end of the scale. */
export function clippedRuns(channel: Uint8Array): number {
  let runs = 0;
  let run = 0;
  for (const code of channel) {
    run = (~code & LAST_STEP) === LAST_STEP ? run + 1 : 0;
    if (run === CLIPPED_RUN) runs += 1;
  }
  return runs;
}

/** The longest digital silence between sounds of a stretch, in milliseconds. Where it begins or ends nobody may have spoken yet. */
export function longestHole(channel: Uint8Array, span: Span): number {
  const sound = trimmed(channel.subarray(Math.round(span.fromMs * PER_MS), Math.round(span.toMs * PER_MS)));
  let longest = 0;
  let run = 0;
  for (const code of sound) {
    run = isZero(code) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest / PER_MS;
}

/** Milliseconds of 20 ms frames above -40 dB of full scale. */
export function loudMs(audio: Uint8Array): number {
  const least = (32_768 * 10 ** (-40 / 20)) ** 2 * FRAME;
  let loud = 0;
  for (let at = 0; at + FRAME <= audio.length; at += FRAME) {
    let energy = 0;
    for (let i = at; i < at + FRAME; i++) energy += linear(audio[i] ?? 0xff) ** 2;
    if (energy >= least) loud += FRAME / PER_MS;
  }
  return loud;
}

export interface Sameness {
  /** Frames of 20 ms at the handset that tell something and fall into the time of our recording. */
  readonly frames: number;
  /** Those of them that are in our recording, unchanged and in order. */
  readonly same: number;
  /** How far our recording is behind the handset's at a moment of the handset, in milliseconds; null where nothing was the same. */
  readonly lagMs: (handsetMs: number) => number | null;
}

interface Found {
  readonly at: number;
  readonly lag: number;
}

/**
 * Finds the handset's frames in our recording.
 * @param spans where somebody speaks, in milliseconds of the handset's recording.
 */
export function sameness(ours: Uint8Array, handset: Uint8Array, spans: readonly Span[]): Sameness {
  const found: Found[] = [];
  const missing: number[] = [];
  let lag = 0;
  for (const at of tellingFrames(handset, spans)) {
    const frame = handset.subarray(at, at + FRAME);
    const now = isAt(ours, at + lag, frame) ? lag : nearest(ours, at, frame, lag);
    if (now === null) missing.push(at);
    else {
      lag = now;
      found.push({ at, lag });
    }
  }
  const lagAt = (at: number): number | null =>
    (found.findLast((one) => one.at <= at) ?? found[0])?.lag ?? null;
  const within = (at: number): boolean => {
    const place = at + (lagAt(at) ?? 0);
    return place >= 0 && place + FRAME <= ours.length;
  };
  return {
    frames: found.length + missing.filter(within).length,
    same: inOrder(found),
    lagMs(handsetMs) {
      const known = lagAt(handsetMs * PER_MS);
      return known === null ? null : known / PER_MS;
    },
  };
}

function* tellingFrames(handset: Uint8Array, spans: readonly Span[]): Generator<number, undefined> {
  for (const { fromMs, toMs } of spans) {
    const to = Math.min(toMs * PER_MS, handset.length);
    for (let at = Math.round(fromMs) * PER_MS; at + FRAME <= to; at += FRAME)
      if (new Set(handset.subarray(at, at + FRAME)).size >= FEWEST_SAMPLES) yield at;
  }
}

/** A frame that is found before the one before it was swapped with it. */
function inOrder(lags: readonly Found[]): number {
  let last = -Infinity;
  let kept = 0;
  for (const { at, lag } of lags) {
    if (at + lag >= last + FRAME) kept += 1;
    last = Math.max(last, at + lag);
  }
  return kept;
}

function nearest(ours: Uint8Array, at: number, frame: Uint8Array, around: number): number | null {
  for (let off = 1; off <= FARTHEST; off++) {
    if (isAt(ours, at + around + off, frame)) return around + off;
    if (isAt(ours, at + around - off, frame)) return around - off;
  }
  return null;
}

function isAt(ours: Uint8Array, at: number, frame: Uint8Array): boolean {
  if (at < 0 || at + frame.length > ours.length) return false;
  for (let i = 0; i < frame.length; i++) if (ours[at + i] !== frame[i]) return false;
  return true;
}
