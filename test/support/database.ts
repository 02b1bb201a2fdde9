import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseConnection } from '../../src/runtime/postgres/connection.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly connection: DatabaseConnection;
  /** Drops it, whoever is still connected. Not needed: the whole server goes when the run ends. */
  drop(): Promise<void>;
}

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ ...inject('template'), database: 'postgres' });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A database of this file's own, with all migrations applied and no rows. Takes a few tens of milliseconds. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const template = inject('template');
  const database = `t_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(`create database ${database} template ${template.database} strategy file_copy`);
  const connection = { ...template, database };
  const { host, port, user, password } = connection;
  return {
    connection,
    url: `postgres://${user}:${password}@${host}:${port}/${database}`,
    drop: () => asAdmin(`drop database if exists ${database} with (force)`),
  };
}
