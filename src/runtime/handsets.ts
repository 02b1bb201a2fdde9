/** Turn latency over all handsets of a night. Each recording is read once, after its call has ended. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { channelsOf, percentile, speechIn, turnGaps } from '../replay/turnGaps.ts';

export interface HandsetLatency {
  /** Turns read off the recordings. */
  readonly turns: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface Handsets {
  latency(): HandsetLatency;
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith('.wav'));
  } catch {
    return [];
  }
}

/** @param dir the emulated network's recordings of one night. */
export function watchHandsets(dir: string): Handsets {
  const read = new Map<string, { readonly stamp: string; readonly gaps: readonly number[] }>();
  const gapsOf = (name: string): readonly number[] => {
    const file = join(dir, name);
    const { size, mtimeMs } = statSync(file);
    const stamp = `${size} ${mtimeMs}`;
    const known = read.get(name);
    if (known?.stamp === stamp) return known.gaps;
    const { left, right } = channelsOf(readFileSync(file));
    const gaps = turnGaps(speechIn(left), speechIn(right)).map((gap) => gap.gapMs);
    read.set(name, { stamp, gaps });
    return gaps;
  };
  return {
    latency() {
      // A handset that still talks has a header that says nothing yet; its turns count once it has hung up.
      const gaps = namesIn(dir).flatMap((name) => {
        try {
          return gapsOf(name);
        } catch {
          return [];
        }
      });
      return { turns: gaps.length, p50Ms: percentile(gaps, 0.5), p95Ms: percentile(gaps, 0.95) };
    },
  };
}
