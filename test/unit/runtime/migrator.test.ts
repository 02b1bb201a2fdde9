import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate, migrateDatabase } from '../../../src/runtime/migrator.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';
import { recordingLog } from '../../support/recordingLog.ts';

let database: FreshDatabase;
let client: pg.Client;
let dir: string;

const connect = async (): Promise<pg.Client> => {
  const made = new pg.Client(database.connection);
  await made.connect();
  return made;
};
const add = (name: string, sql: string): void => {
  mkdirSync(join(dir, name));
  writeFileSync(join(dir, name, 'migration.sql'), sql);
};
const tables = async (): Promise<readonly string[]> => {
  const found = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  return found.rows.map(({ name }) => name);
};

beforeEach(async () => {
  database = await freshDatabase();
  dir = mkdtempSync(join(tmpdir(), 'rollcall-migrations-'));
  client = await connect();
  await client.query('drop schema public cascade; create schema public');
});
afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

test('applies what is missing, in the order of the names, and nothing twice', async () => {
  add('2_second', 'create table second as select * from first');
  add('1_first', 'create table first (id int)');
  expect(await migrate(client, dir)).toEqual(['1_first', '2_second']);
  expect(await migrate(client, dir)).toEqual([]);
  add('3_third', 'create table third (id int)');
  expect(await migrate(client, dir)).toEqual(['3_third']);
  expect(await tables()).toEqual(['_prisma_migrations', 'first', 'second', 'third']);
});

test('a body with semicolons in it is one statement, as the server reads it', async () => {
  add(
    '1_function',
    `create function one() returns int language plpgsql as $$ begin /* ; */ return 1; end; $$; create table t (id int);`,
  );
  await migrate(client, dir);
  expect((await client.query('select one()')).rows).toEqual([{ one: 1 }]);
});

test('of two processes that migrate at once one applies and the other finds nothing to do', async () => {
  add('1_slow', 'create table t (id int); insert into t select generate_series(1, 20000)');
  const second = await connect();
  const applied = await Promise.all([migrate(client, dir), migrate(second, dir)]);
  await second.end();
  expect(applied.flat()).toEqual(['1_slow']);
});

test('a migration that fails leaves nothing behind and is one line that names it', async () => {
  add('1_half', 'create table half (id int); select 1 / 0');
  await expect(migrate(client, dir)).rejects.toThrow(
    /^The migration 1_half failed \(SQLSTATE 22012: .*\)\. Nothing of it was kept; .*$/,
  );
  expect(await tables()).toEqual(['_prisma_migrations']);
  rmSync(join(dir, '1_half'), { recursive: true });
  add('1_half', 'create table half (id int)');
  expect(await migrate(client, dir)).toEqual(['1_half']);
});

test('a file that was changed after it had been applied is refused', async () => {
  add('1_first', 'create table first (id int)');
  await migrate(client, dir);
  appendFileSync(join(dir, '1_first/migration.sql'), '\n-- harmless?');
  await expect(migrate(client, dir)).rejects.toThrow(
    /1_first\/migration\.sql was changed after it had been applied\. Put the file back/,
  );
});

test('a database that a newer release has migrated is refused', async () => {
  add('1_first', 'create table first (id int)');
  await migrate(client, dir);
  rmSync(join(dir, '1_first'), { recursive: true });
  await expect(migrate(client, dir)).rejects.toThrow(/1_first, which this release does not know/);
});

test('a migration that somebody else began and did not finish is refused', async () => {
  add('1_first', 'create table first (id int)');
  await migrate(client, dir);
  await client.query('update _prisma_migrations set finished_at = null');
  await expect(migrate(client, dir)).rejects.toThrow(/1_first was begun and never finished/);
  await client.query('update _prisma_migrations set rolled_back_at = now()');
  await client.query('drop table first');
  expect(await migrate(client, dir)).toEqual(['1_first']);
});

test('a whole database gets our tables and those of the queues, and says so once', async () => {
  await client.query('drop schema if exists bullmq cascade');
  const { log, lines } = recordingLog();
  await migrateDatabase(database.url, 'postgres', log);
  await migrateDatabase(database.url, 'postgres', log);
  expect(await tables()).toContain('contact');
  const queues = await client.query(`select from information_schema.tables where table_schema = 'bullmq'`);
  expect(queues.rowCount).toBeGreaterThan(3);
  expect(lines.map(([, event]) => event)).toEqual(['db.migrated']);
});

test('a database that does not answer is one line that names the setting', async () => {
  const { log } = recordingLog();
  await expect(migrateDatabase('postgres://u:p@127.0.0.1:1/x', 'postgres', log)).rejects.toThrow(
    /^The database cannot be reached \(ECONNREFUSED\)\. Check DATABASE_URL, and that the server is up\.$/,
  );
});
