/** The one document of `--once --json`: the night's numbers, the latency at the handsets, and what the scheduler itself says. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { NightNumbers } from '../domain/report.ts';
import { channelsOf, percentile, speechIn, turnGaps } from '../replay/turnGaps.ts';

export interface HandsetLatency {
  /** Turns read off the handsets' recordings. */
  readonly turns: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** @param dir where the handsets keep their recordings; @param since epoch ms of the oldest file that counts, by its own time of change. */
export function handsetLatency(dir: string, files: ReadonlySet<string> | null): HandsetLatency {
  const gaps: number[] = [];
  for (const name of namesIn(dir)) {
    if (!name.endsWith('.wav') || (files !== null && !files.has(name))) continue;
    const { left, right } = channelsOf(readFileSync(join(dir, name)));
    gaps.push(...turnGaps(speechIn(left), speechIn(right)).map((gap) => gap.gapMs));
  }
  return { turns: gaps.length, p50Ms: percentile(gaps, 0.5), p95Ms: percentile(gaps, 0.95) };
}

export function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

const SchedulerStats = z.looseObject({});

/** What the emulated scheduling system counts in its own state; null when it is somebody's real one. */
export async function schedulerCounts(controlUrl: string | null): Promise<unknown> {
  if (controlUrl === null) return null;
  const answer = await fetch(`${controlUrl}/stats`);
  return SchedulerStats.parse(await answer.json());
}

export interface NightSummary extends NightNumbers {
  readonly date: string;
  readonly url: string;
  /** Vendors that are emulated; empty when all are real. */
  readonly emulated: readonly string[];
  readonly writtenBack: number;
  readonly turnLatency: HandsetLatency & { readonly measuredOn: 'handset recordings' };
  readonly scheduler: unknown;
}
