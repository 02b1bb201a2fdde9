/**
 * Brings a database to the schema of prisma/migrations, with Prisma's own ledger and lock: `prisma migrate deploy` and this may be used in turn.
 * Each migration runs in one transaction together with its ledger row, so a failed one leaves nothing behind.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import type { Log } from '../ports/log.ts';
import { StartupError, systemCode } from './startupError.ts';

/** The advisory lock that Prisma's engine takes. */
const PRISMA_LOCK = 72_707_369;

const MIGRATIONS_DIR = join(dirname(fileURLToPath(import.meta.url)), '../../prisma/migrations');

/** The schema that holds the queues when they live in PostgreSQL. */
const QUEUE_SCHEMA = 'bullmq';

const LEDGER = `create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text,
  rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

function readMigrations(dir: string): readonly Migration[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted()
    .map((name) => {
      const sql = readFileSync(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       values (gen_random_uuid()::text, $1, $2, now(), 1)`,
      [migration.checksum, migration.name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    const code = systemCode(error) ?? 'unknown';
    throw new StartupError(
      `The migration ${migration.name} failed (SQLSTATE ${code}: ${String(error)}). Nothing of it was kept; mend it, or the data it met, and start again.`,
      { cause: error },
    );
  }
}

/** Refuses to go on over a ledger that tells another history than our files. */
function checkLedger(
  rows: readonly { migration_name: string; checksum: string; finished: boolean }[],
  ours: readonly Migration[],
): ReadonlySet<string> {
  const known = new Map(ours.map((migration) => [migration.name, migration.checksum]));
  for (const row of rows) {
    const expected = known.get(row.migration_name);
    if (expected === undefined) {
      throw new StartupError(
        `The database has the migration ${row.migration_name}, which this release does not know: it was made by a newer one. Start that release, or another database.`,
      );
    }
    if (!row.finished) {
      throw new StartupError(
        `The migration ${row.migration_name} was begun and never finished. Mend the database, then mark it with "prisma migrate resolve".`,
      );
    }
    if (row.checksum !== expected) {
      throw new StartupError(
        `prisma/migrations/${row.migration_name}/migration.sql was changed after it had been applied. Put the file back as it was and make a new migration for the change.`,
      );
    }
  }
  return new Set(rows.map((row) => row.migration_name));
}

/**
 * Applies what is missing. Two processes that do so at once take turns, and the second finds nothing to do.
 * @param client a connection of one session (no transaction pooler), idle.
 * @param dir for tests; else the migrations of this release.
 * @returns the names applied, oldest first.
 * @throws StartupError when a migration fails, or the ledger does not fit our files.
 */
export async function migrate(client: pg.Client, dir = MIGRATIONS_DIR): Promise<readonly string[]> {
  const migrations = readMigrations(dir);
  await client.query('select pg_advisory_lock($1)', [PRISMA_LOCK]);
  try {
    await client.query(LEDGER);
    const ledger = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
      `select migration_name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by started_at`,
    );
    const applied = checkLedger(ledger.rows, migrations);
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [PRISMA_LOCK]).catch(() => {});
  }
}

/**
 * Everything a database needs before a role may start: our schema, and the queues' when they live there too.
 * @param url a PostgreSQL connection string.
 */
export async function migrateDatabase(url: string, queues: 'postgres' | 'redis', log: Log): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'rollcall migrate' });
  // A connection that breaks fails the query it is asked next; nobody listens between two.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new StartupError(
      `The database cannot be reached (${systemCode(error) ?? String(error)}). Check DATABASE_URL, and that the server is up.`,
      { cause: error },
    );
  }
  try {
    const applied = await migrate(client);
    if (queues === 'postgres') await runMigrations(client, QUEUE_SCHEMA);
    if (applied.length > 0) log.info('db.migrated', { count: applied.length });
  } finally {
    await client.end();
  }
}
