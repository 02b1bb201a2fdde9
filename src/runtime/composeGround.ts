/** The ground that every role stands on: the database, the store, the queues. */
import { createQueues } from '../adapters/bullmq/queues.ts';
import type { BullQueues } from '../adapters/bullmq/queues.ts';
import { openStore } from '../adapters/prisma/store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store/store.ts';
import type { Config } from './config.ts';
import { startPostgres } from './embeddedPostgres.ts';
import { migrateDatabase } from './migrator.ts';
import type { Shutdown } from './shutdown.ts';
import { StartupError } from './startupError.ts';
import { systemClock } from './systemClock.ts';

/** The queues, and what Bull Board shows of them. */
export type HouseQueues = BullQueues;

export interface Database {
  readonly url: string;
  readonly embedded: boolean;
}

const DATABASE_STOP_MS = 15_000;

/** Starts or reaches the database and brings it up to date; the embedded one is stopped last of all. */
export async function openDatabase(config: Config, log: Log, shutdown: Shutdown): Promise<Database> {
  const queues = config.queues.kind;
  if (config.database.kind === 'external') {
    const { url } = config.database;
    await migrateDatabase(url, queues, log);
    return { url, embedded: false };
  }
  const starting = startPostgres({ dataDir: config.dataDir, host: '127.0.0.1', log });
  // Known before it is there: who is told to end while it starts must not leave it behind.
  shutdown.closeLater('database', DATABASE_STOP_MS, () =>
    starting.then(
      (started) => started.stop(),
      () => undefined,
    ),
  );
  const postgres = await starting;
  if (shutdown.signal.aborted) throw new StartupError('Told to end before it had started.');
  shutdown.cutOffLater(() => postgres.stopNow());
  await migrateDatabase(postgres.url, queues, log);
  return { url: postgres.url, embedded: true };
}

export function openStoreOn(database: Database, clock: Clock, shutdown: Shutdown): Store {
  const store = openStore(database.url, clock);
  shutdown.closeLater('store', 5_000, () => store.close());
  return store;
}

/** @param withinMs how long jobs in hand may take to end when the queues close. */
export async function openQueues(
  config: Config,
  database: Database,
  log: Log,
  shutdown: Shutdown,
  withinMs: number,
): Promise<HouseQueues> {
  const queues = await createQueues({
    backend:
      config.queues.kind === 'redis'
        ? { kind: 'redis', url: config.queues.url, prefix: 'rollcall' }
        : { kind: 'postgres', url: database.url },
    wall: systemClock(),
    log,
  }).catch((cause: unknown) => {
    const where =
      config.queues.kind === 'redis'
        ? 'Redis cannot be reached. Check REDIS_URL'
        : 'The queues cannot be opened. Check DATABASE_URL';
    throw new StartupError(`${where}, and that the server is up.`, { cause });
  });
  shutdown.closeLater('queues', withinMs + 5_000, () => queues.close(withinMs));
  return queues;
}
