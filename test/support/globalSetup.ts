/**
 * One PostgreSQL for the whole run, on data nobody keeps: durability is off, and the folder goes when the run ends. It holds a template with all
 * migrations applied; every test file clones it (freshDatabase.ts), so files run side by side and none sees another's rows.
 */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/runtime/embeddedPostgres.ts';
import type { DatabaseConnection } from '../../src/runtime/postgres/connection.ts';
import { migrateDatabase } from '../../src/runtime/migrator.ts';
import { silentLog } from './silentLog.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The database that freshDatabase() clones; nobody may connect to it. */
    readonly template: DatabaseConnection;
  }
}

const TEMPLATE = 'rollcall_template';
const PREFIX = 'rollcall-test-';

const NOT_KEPT = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '32MB',
  autovacuum: 'off',
};

/** Ends servers of earlier runs that were killed, and removes their folders. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length).split('-')[0]);
    try {
      process.kill(owner, 0);
    } catch {
      const folder = join(tmpdir(), name);
      try {
        const lock = readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8');
        process.kill(Number(lock.split('\n')[0]), 'SIGQUIT');
      } catch {
        // Its server is gone already.
      }
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  sweep();
  const dataDir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // For root: the account that runs the server must be able to pass.
  chmodSync(dataDir, 0o711);
  const postgres = await startPostgres({ dataDir, host: '127.0.0.1', log: silentLog, settings: NOT_KEPT });
  const admin = new pg.Client(postgres.connection);
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  await migrateDatabase(postgres.url.replace(/[^/]+$/, TEMPLATE), 'postgres', silentLog);
  project.provide('template', { ...postgres.connection, database: TEMPLATE });
  return async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
