import type { Queue, Worker } from 'bullmq';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import {
  type ConsumeOptions,
  type Consumer,
  type EnqueueOptions,
  type JobHandler,
  type JobPayloads,
  type QueueCounts,
  type QueueName,
  type Queues,
} from '../../ports/queues.ts';
import { type Bull, type QueueBackend, openBull } from './backend.ts';
import { CATALOGUE, KEEP } from './catalogue.ts';
import { processorFor } from './consume.ts';

/** BullMQ reads all-digit ids as its own, and `:` parts its keys. */
const JOB_ID = /^[A-Za-z][A-Za-z0-9_-]*$/;
const READY_WITHIN_MS = 10_000;
/** For handlers that heed their signal to end, once time is up. */
const ABORT_GRACE_MS = 1_000;

export interface QueuesSettings {
  readonly backend: QueueBackend;
  /** The machine's own clock, never the demo's shifted one: BullMQ compares with its own. */
  readonly wall: Clock;
  readonly log: Log;
}

export interface BullQueues extends Queues {
  /** BullMQ's own objects, for the board alone. */
  boardQueues(): readonly Queue[];
}

interface Tools extends QueuesSettings {
  readonly bull: Bull;
}

const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown';
};

function openQueue(name: QueueName, { bull, log }: Tools): Queue {
  const queue = bull.queue(name);
  queue.on('error', (error) => log.error('queue.error', { queue: name, code: codeOf(error) }));
  return queue;
}

function openWorker<Q extends QueueName>(
  name: Q,
  handler: JobHandler<Q>,
  options: ConsumeOptions,
  { bull, wall, log }: Tools,
  inHand: Set<Promise<unknown>>,
): Worker {
  const rules = CATALOGUE[name];
  const worker = bull.worker(name, processorFor(name, handler, { wall, log, inHand }), {
    concurrency: options.concurrency,
    lockDuration: rules.lockMs,
    stalledInterval: rules.lockMs / 2,
    maxStalledCount: rules.takeovers,
    // One start per slice: a window of several would let twice as many through at its edge.
    ...(options.startsPerSecond === undefined
      ? {}
      : { limiter: { max: 1, duration: Math.ceil(1_000 / options.startsPerSecond) } }),
  });
  worker.on('error', (error) => log.error('queue.error', { queue: name, code: codeOf(error) }));
  worker.on('stalled', (job) => log.warn('queue.stalled', { queue: name, job }));
  return worker;
}

function consumerOf(worker: Worker, inHand: ReadonlySet<Promise<unknown>>, wall: Clock): Consumer {
  const settled = async (withinMs: number): Promise<boolean> => {
    const timeUp = new AbortController();
    const all = Promise.allSettled(inHand).then(() => timeUp.abort());
    await Promise.race([all, wall.sleep(withinMs, timeUp.signal)]);
    return timeUp.signal.aborted;
  };
  const shut = async (withinMs: number): Promise<'drained' | 'abandoned'> => {
    await worker.pause(true);
    const drained = await settled(withinMs);
    if (!drained) {
      worker.cancelAllJobs('the process is ending');
      await settled(ABORT_GRACE_MS);
    }
    await worker.close(!drained);
    return drained ? 'drained' : 'abandoned';
  };
  let closing: Promise<'drained' | 'abandoned'> | null = null;
  return { close: (withinMs) => (closing ??= shut(withinMs)) };
}

async function add(queue: Queue, name: QueueName, payload: unknown, options: EnqueueOptions): Promise<void> {
  const { jobId, delayMs, priority } = options;
  if (jobId !== undefined && !JOB_ID.test(jobId)) throw new RangeError(`not a job id: ${jobId}`);
  const rules = CATALOGUE[name];
  await queue.add(name, rules.payload.parse(payload), {
    attempts: rules.attempts,
    backoff: { type: 'exponential', delay: rules.backoffMs },
    removeOnComplete: KEEP.completed,
    removeOnFail: KEEP.failed,
    ...(jobId === undefined ? {} : { jobId }),
    ...(delayMs === undefined ? {} : { delay: Math.max(0, Math.round(delayMs)) }),
    ...(priority === undefined ? {} : { priority }),
  });
}

async function countsOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts(
    'waiting',
    'prioritized',
    'delayed',
    'active',
    'completed',
    'failed',
  );
  const of = (state: string): number => counts[state] ?? 0;
  return {
    waiting: of('waiting') + of('prioritized'),
    delayed: of('delayed'),
    active: of('active'),
    completed: of('completed'),
    failed: of('failed'),
  };
}

async function whenReady(queues: readonly Queue[], wall: Clock): Promise<void> {
  const ready = new AbortController();
  const all = Promise.all(queues.map((queue) => queue.waitUntilReady())).then(() => ready.abort());
  await Promise.race([all, wall.sleep(READY_WITHIN_MS, ready.signal)]);
  if (!ready.signal.aborted) throw new Error('the store of the queues does not answer');
}

/**
 * Opens the five queues.
 * @throws when their store does not answer within ten seconds, or (PostgreSQL) has not been migrated.
 */
export async function createQueues(settings: QueuesSettings): Promise<BullQueues> {
  const tools: Tools = { ...settings, bull: openBull(settings.backend) };
  const open: Readonly<Record<QueueName, Queue>> = {
    schedule: openQueue('schedule', tools),
    call: openQueue('call', tools),
    outcome: openQueue('outcome', tools),
    fill: openQueue('fill', tools),
    writeback: openQueue('writeback', tools),
  };
  const all = Object.values(open);
  const consumers = new Set<Consumer>();
  const closeQueues = async (): Promise<void> =>
    void (await Promise.allSettled(all.map((queue) => queue.close())));
  try {
    await whenReady(all, settings.wall);
  } catch (error) {
    await closeQueues();
    throw error;
  }
  return {
    enqueue: (name, payload, options = {}) => add(open[name], name, payload, options),
    consume(name, handler, options) {
      const inHand = new Set<Promise<unknown>>();
      const consumer = consumerOf(openWorker(name, handler, options, tools, inHand), inHand, settings.wall);
      consumers.add(consumer);
      return consumer;
    },
    async upsertNightly(practice, pattern, zone) {
      const data: JobPayloads['schedule'] = { practice };
      await open.schedule.upsertJobScheduler(
        `nightly-${practice}`,
        { pattern, tz: zone },
        { name: 'schedule', data },
      );
    },
    async counts() {
      const [schedule, call, outcome, fill, writeback] = await Promise.all([
        countsOf(open.schedule),
        countsOf(open.call),
        countsOf(open.outcome),
        countsOf(open.fill),
        countsOf(open.writeback),
      ]);
      return { schedule, call, outcome, fill, writeback };
    },
    async close(withinMs) {
      await Promise.all([...consumers].map((consumer) => consumer.close(withinMs)));
      await closeQueues();
    },
    boardQueues: () => all,
  };
}
