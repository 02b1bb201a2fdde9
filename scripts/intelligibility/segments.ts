/** Cuts a channel into the lines that a transcript names. */
import { PER_MS, isZero, linear } from './stereo.ts';

/** Where a line is said to be, in milliseconds of the recording. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far around the border of two lines that nearly touch the true one may be. */
const SLACK_MS = 250;
/** How far a line may reach into the quiet around it: marks come back late, and the line's delay changes within a call. */
const REACH_MS = 1_000;
const WINDOW_MS = 20;

interface Border {
  readonly endMs: number;
  readonly startMs: number;
}

/** The middle of the quietest 20 ms within the slack around a moment; the nearest of equals. */
function quietest(channel: Uint8Array, aroundMs: number): number {
  const last = Math.floor(channel.length / PER_MS) - WINDOW_MS;
  let best = aroundMs;
  let least = Infinity;
  for (let off = 0; off <= SLACK_MS; off += WINDOW_MS / 2) {
    for (const at of [aroundMs - off, aroundMs + off].map((ms) => Math.round(ms - WINDOW_MS / 2))) {
      if (at < 0 || at > last) continue;
      let energy = 0;
      for (let i = at * PER_MS; i < (at + WINDOW_MS) * PER_MS; i++) energy += linear(channel[i] ?? 0xff) ** 2;
      if (energy < least) [least, best] = [energy, at + WINDOW_MS / 2];
    }
  }
  return best;
}

/** Half of a long quiet belongs to each neighbour; a short one is cut at its quietest. */
function border(channel: Uint8Array, before: Span, after: Span): Border {
  const free = after.fromMs - before.toMs;
  if (free >= SLACK_MS) {
    const reach = Math.min(REACH_MS, free / 2);
    return { endMs: before.toMs + reach, startMs: after.fromMs - reach };
  }
  const at = quietest(channel, (before.toMs + after.fromMs) / 2);
  return { endMs: at, startMs: at };
}

/**
 * The audio of each line of one side, in the order of the lines, without the digital silence around it.
 * @param lines of one side in the order in which they were said.
 */
export function cutLines(channel: Uint8Array, lines: readonly Span[]): readonly Uint8Array[] {
  const sample = (ms: number): number => Math.max(0, Math.min(channel.length, Math.round(ms) * PER_MS));
  return lines.map((line, index) => {
    const before = lines[index - 1];
    const after = lines[index + 1];
    const fromMs = before === undefined ? line.fromMs - REACH_MS : border(channel, before, line).startMs;
    const toMs = after === undefined ? line.toMs + REACH_MS : border(channel, line, after).endMs;
    return trimmed(channel.subarray(sample(fromMs), Math.max(sample(fromMs), sample(toMs))));
  });
}

/** Without the digital silence at its ends. */
export function trimmed(audio: Uint8Array): Uint8Array {
  let from = 0;
  let to = audio.length;
  while (from < to && isZero(audio[from])) from += 1;
  while (to > from && isZero(audio[to - 1])) to -= 1;
  return audio.subarray(from, to);
}
