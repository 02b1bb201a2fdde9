import { describe, expect, test } from 'vitest';
import type { EnqueueOptions } from '../../../src/ports/queues.ts';
import type { Nudge, PlanStore } from '../../../src/ports/store/planStore.ts';
import { SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { type RelayDeps, relay, relayOnce } from '../../../src/writeback/relay.ts';
import { EVENING } from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { recordingLog } from '../../support/recordingLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const row = (n: number, queue: Nudge['queue'], dueInMs = 0): Nudge => ({
  id: `row-${n}`,
  jobId: `${queue}-${n}`,
  queue,
  subject: `subject-${n}`,
  dueAt: plusMs(EVENING, dueInMs),
});

function relaying(rows: Nudge[]) {
  const clock = virtualClock(EVENING);
  const jobs = new Map<string, readonly [string, unknown, number | undefined]>();
  const log = recordingLog();
  const fails = { enqueue: false, mark: false };
  const deps: RelayDeps = {
    store: {
      plan: onlyThese<PlanStore>({
        dueNudges: async (_now, limit) => rows.slice(0, limit),
        async nudged(ids) {
          if (fails.mark) throw new Error('down');
          rows.splice(0, rows.length, ...rows.filter((r) => !ids.includes(r.id)));
        },
      }),
    },
    queues: {
      async enqueue(queue: string, payload: unknown, options?: EnqueueOptions) {
        if (fails.enqueue) throw new Error('down');
        const { jobId = '', delayMs } = options ?? {};
        if (!jobs.has(jobId)) jobs.set(jobId, [queue, payload, delayMs]);
      },
    },
    clock,
    log: log.log,
  };
  return { deps, clock, jobs, log, fails };
}

describe('the relay', () => {
  test('hands each row to its queue, with ids and nothing else, and forgets it', async () => {
    const rows = [row(1, 'call'), row(2, 'outcome'), row(3, 'fill', 5 * SECOND_MS), row(4, 'writeback')];
    const { deps, jobs } = relaying(rows);
    expect(await relayOnce(deps)).toBe(4);
    expect([...jobs]).toEqual([
      ['call-1', ['call', { contact: 'subject-1' }, 0]],
      ['outcome-2', ['outcome', { attempt: 'subject-2' }, 0]],
      ['fill-3', ['fill', { slot: 'subject-3' }, 5 * SECOND_MS]],
      ['writeback-4', ['writeback', { writeBack: 'subject-4' }, 0]],
    ]);
    expect(rows).toEqual([]);
    expect(await relayOnce(deps)).toBe(0);
  });

  test('that dies between the job and the mark adds the same job again, which is one job', async () => {
    const rows = [row(1, 'call')];
    const { deps, jobs, fails } = relaying(rows);
    fails.mark = true;
    await expect(relayOnce(deps)).rejects.toThrow('down');
    fails.mark = false;
    await relayOnce(deps);
    expect(jobs.size).toBe(1);
    expect(rows).toEqual([]);
  });

  test('waits an outage out and loses nothing', async () => {
    const rows = [row(1, 'call')];
    const { deps, clock, jobs, log, fails } = relaying(rows);
    const stop = new AbortController();
    fails.enqueue = true;
    const running = relay(deps, stop.signal);
    await clock.advance(SECOND_MS);
    expect(rows).toHaveLength(1);
    expect(log.lines.map(([, event]) => event)).toContain('queue.error');
    fails.enqueue = false;
    await clock.advance(SECOND_MS);
    expect(jobs.size).toBe(1);
    stop.abort();
    await running;
    expect(clock.pending).toBe(0);
  });

  test('moves more than a batch without a pause', async () => {
    const rows = Array.from({ length: 250 }, (_, n) => row(n, 'fill'));
    const { deps, clock, jobs } = relaying(rows);
    const stop = new AbortController();
    const running = relay(deps, stop.signal);
    while (jobs.size < 250) await clock.advance(0);
    stop.abort();
    await running;
    expect(clock.monotonicMs()).toBe(0);
  });
});
