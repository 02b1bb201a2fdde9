/**
 * Who uses an embedded cluster. Each process holds a shared advisory lock on a connection that bears its process id, for as long as it lives;
 * whoever gets the lock alone is the last one and may stop the server. The id tells a process that is there from one that was killed a moment
 * ago and whose connection the server has not missed yet.
 */
import pg from 'pg';
import type { Clock } from '../../ports/clock.ts';
import type { DatabaseConnection } from './connection.ts';
import { isAlive } from './postmaster.ts';

const LOCK = 72_707_001;
const NAME = 'rollcall keeper';
const MISSED_WITHIN_MS = 5_000;
const POLL_MS = 20;

/** A connection for the lock alone. Errors on it are not thrown: the server going away is what everybody else will report. */
export async function openKeeper(connection: DatabaseConnection): Promise<pg.Client> {
  const client = new pg.Client({
    ...connection,
    application_name: `${NAME} ${process.pid}`,
    keepAlive: true,
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Becomes a user; waits while somebody is just stopping the server, and fails with it. */
export async function joinUsers(keeper: pg.Client): Promise<void> {
  await keeper.query(`select pg_advisory_lock_shared(${LOCK})`);
}

/** Whether anybody else who is still alive uses the cluster. */
export async function hasOtherUsers(keeper: pg.Client): Promise<boolean> {
  const others = await keeper.query<{ name: string }>(
    `select application_name as name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and objid = ${LOCK} and granted and pid <> pg_backend_pid()`,
  );
  return others.rows.some(({ name }) => isAlive(Number(name.slice(NAME.length))));
}

/** Takes the lock for this connection alone; false when somebody else is there and stays. */
export async function becomeLastUser(keeper: pg.Client, clock: Clock): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + MISSED_WITHIN_MS;
  for (;;) {
    const tried = await keeper.query<{ alone: boolean }>(`select pg_try_advisory_lock(${LOCK}) as alone`);
    if (tried.rows[0]?.alone === true) return true;
    if (clock.monotonicMs() > deadlineMs || (await hasOtherUsers(keeper))) return false;
    await clock.sleep(POLL_MS);
  }
}
