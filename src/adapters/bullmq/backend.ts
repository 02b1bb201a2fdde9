import {
  type BackendFactory,
  type IQueueBackend,
  type Processor,
  type Queue,
  type Worker,
  type WorkerOptions,
  createPostgresBackend,
  createRedisBackend,
  withBackend,
} from 'bullmq';
import type { QueueName } from '../../ports/queues.ts';

/** Where the queues live. */
export type QueueBackend =
  /** Tables in the schema `bullmq`, which must have been migrated. */
  | { readonly kind: 'postgres'; readonly url: string }
  /** `prefix` begins every key (`rollcall` when not given); processes that share work share it. */
  | { readonly kind: 'redis'; readonly url: string; readonly prefix?: string };

type WorkerSettings = Omit<WorkerOptions<unknown>, 'connection' | 'prefix'>;

/** BullMQ bound to one store. The store's own types stop here: to the rest of the adapter both look the same. */
export interface Bull {
  queue(name: QueueName): Queue;
  worker(name: QueueName, processor: Processor, settings: WorkerSettings): Worker;
}

const SCHEMA = 'bullmq';

/** Each queue and each worker has a pool of its own; five of each stay far below the server's 200 connections. */
const QUEUE_CONNECTIONS = 2;
const WORKER_CONNECTIONS = 4;

/** Pause between two attempts to reach Redis; also about how long an enqueue may take to fail. */
const RECONNECT_MAX_MS = 2_000;

function bind<B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  forQueues: C,
  forWorkers: C,
  prefix: string | undefined,
): Bull {
  const bull = withBackend(factory);
  const named = prefix === undefined ? {} : { prefix };
  // Both stores' classes are the same classes; the type parameter that tells them apart has no use beyond this file.
  return {
    queue(name) {
      const queue: unknown = new bull.Queue(name, {
        connection: forQueues,
        skipWaitingForReady: true,
        ...named,
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return queue as Queue;
    },
    worker(name, processor, settings) {
      const worker: unknown = new bull.Worker(name, processor, {
        ...settings,
        connection: forWorkers,
        ...named,
      });
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return worker as Worker;
    },
  };
}

const retryStrategy = (times: number): number => Math.min(times * 100, RECONNECT_MAX_MS);

export function openBull(backend: QueueBackend): Bull {
  if (backend.kind === 'postgres') {
    const connection = (max: number) => ({
      connectionString: backend.url,
      max,
      schema: SCHEMA,
      application_name: 'rollcall queues',
    });
    return bind(
      createPostgresBackend,
      connection(QUEUE_CONNECTIONS),
      connection(WORKER_CONNECTIONS),
      undefined,
    );
  }
  const { url, prefix = 'rollcall' } = backend;
  // A producer must soon hear that the store is away: its row stays, and is enqueued later. A worker waits for as long as it takes.
  const forQueues = { url, retryStrategy, maxRetriesPerRequest: 1 };
  return bind(createRedisBackend, forQueues, { url, retryStrategy, maxRetriesPerRequest: null }, prefix);
}
