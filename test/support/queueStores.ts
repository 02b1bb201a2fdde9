import type { QueueBackend } from '../../src/adapters/bullmq/backend.ts';
import { freshDatabase } from './database.ts';
import { redisIsInstalled, startRedis } from './redisServer.ts';

/** A store that queues can live in, made for one suite. */
export interface QueueStore {
  readonly name: 'PostgreSQL' | 'Redis';
  open(): Promise<{ readonly backend: QueueBackend; close(): Promise<void> }>;
}

const postgres: QueueStore = {
  name: 'PostgreSQL',
  async open() {
    const database = await freshDatabase();
    return { backend: { kind: 'postgres', url: database.url }, close: () => database.drop() };
  },
};

const redis: QueueStore = {
  name: 'Redis',
  async open() {
    const server = await startRedis();
    return { backend: { kind: 'redis', url: server.url, prefix: 'suite' }, close: () => server.stop() };
  },
};

/** PostgreSQL always; Redis where one is installed. */
export const QUEUE_STORES: readonly QueueStore[] = redisIsInstalled ? [postgres, redis] : [postgres];
