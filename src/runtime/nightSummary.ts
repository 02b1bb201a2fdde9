/** The one document of `--once --json`: the night's numbers, the latency at the handsets, and what the scheduler itself says. */
import { z } from 'zod';
import type { NightNumbers } from '../domain/report.ts';
import type { QueueCounts, QueueName } from '../ports/queues.ts';
import type { HandsetLatency } from './handsets.ts';

export interface NightSummary extends NightNumbers {
  readonly date: string;
  readonly url: string;
  /** Vendors that are emulated; empty when all are real. */
  readonly emulated: readonly string[];
  /** Commands for the scheduling system; `landed` of them were read back as wanted. */
  readonly writtenBack: number;
  readonly turnLatency: HandsetLatency & { readonly measuredOn: 'handset recordings' };
  /** Counts of the emulated scheduling system over its own state; null when it is a real one. */
  readonly scheduler: unknown;
  readonly queues: Readonly<Record<QueueName, QueueCounts>>;
}

const SchedulerStats = z.looseObject({});

/** What the emulated scheduling system counts in its own state; null when it is somebody's real one. */
export async function schedulerCounts(controlUrl: string | null): Promise<unknown> {
  if (controlUrl === null) return null;
  const answer = await fetch(`${controlUrl}/stats`);
  return SchedulerStats.parse(await answer.json());
}
