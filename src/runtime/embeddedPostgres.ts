/**
 * The database that comes with the product.
 *
 *   adopt ── a server already holds the data (ours, of a process that was killed, or of one beside us) ──> connect
 *     │ no server
 *   boot ─── ready ──> adopt it        boot ── somebody was faster, port taken ──> from the start
 *
 * The last process that uses the cluster stops the server (postgres/users.ts), so `rollcall schedule` beside a running `npm start` never takes
 * the database away, and nothing is left running behind.
 */
import { createServer } from 'node:net';
import type pg from 'pg';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type Binaries, prepareBinaries } from './postgres/binaries.ts';
import { SUPERUSER, ensureCluster, readPassword } from './postgres/cluster.ts';
import type { DatabaseConnection } from './postgres/connection.ts';
import { type Layout, prepareLayout } from './postgres/layout.ts';
import { dropEmptyLock, isAlive, launch, readPostmaster, stopPostmaster } from './postgres/postmaster.ts';
import { becomeLastUser, hasOtherUsers, joinUsers, openKeeper } from './postgres/users.ts';
import { StartupError, explainFileError, systemCode } from './startupError.ts';
import { systemClock } from './systemClock.ts';

const DATABASE = 'rollcall';
const START_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 10_000;
const RETRY_MS = 25;
export interface EmbeddedPostgres {
  readonly url: string;
  readonly connection: DatabaseConnection;
  /** True when the server was already running. */
  readonly adopted: boolean;
  /** Where the data lies: below DATA_DIR, except for root with a private one. */
  readonly home: string;
  /** Gives the cluster up; the last one to do so stops the server and waits until it is gone. */
  stop(): Promise<void>;
  /**
   * For a second Ctrl-C: the server drops everything, and the next start replays its log. Nothing happens when others were there before us.
   */
  stopNow(): void;
}

interface Settings {
  readonly dataDir: string;
  readonly host: string;
  readonly log: Log;
  /** Server settings on top of ours, e.g. `fsync: 'off'` for data nobody keeps. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface Adopted {
  readonly keeper: pg.Client;
  readonly connection: DatabaseConnection;
  readonly pid: number;
  readonly alone: boolean;
}

async function freePort(host: string): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, host, resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('the probe has no port');
  return address.port;
}

/** Connection errors that mean "not there (any more)": a server going down, or a stale lock file. */
const TRY_AGAIN = new Set(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P02', '57P03', '53300']);

/** Connects to the server that the lock file names, when it is truly the server of this cluster. */
async function adopt(layout: Layout, host: string): Promise<Adopted | null> {
  const running = readPostmaster(layout);
  if (running === null || !running.ready || !isAlive(running.pid)) return null;
  const connection = {
    host,
    port: running.port,
    user: SUPERUSER,
    password: readPassword(layout),
    database: 'postgres',
  };
  let keeper: pg.Client | null = null;
  try {
    keeper = await openKeeper(connection);
    const where = await keeper.query<{ data_directory: string }>('show data_directory');
    if (where.rows[0]?.data_directory !== layout.cluster)
      throw Object.assign(new Error('another cluster'), { code: 'ECONNREFUSED' });
    await joinUsers(keeper);
    const alone = !(await hasOtherUsers(keeper));
    return { keeper, connection, pid: running.pid, alone };
  } catch (error) {
    await keeper?.end().catch(() => {});
    const code = systemCode(error) ?? '';
    if (TRY_AGAIN.has(code) || /terminated/.test(String(error))) return null;
    if (code === '28P01') {
      throw new StartupError(
        `The password in ${layout.password} is not the one of the database beside it. Put the folder ${layout.home} back as it was, or move it away and start again for an empty database.`,
      );
    }
    throw error;
  }
}

async function ensureDatabase(keeper: pg.Client): Promise<void> {
  const known = await keeper.query('select from pg_database where datname = $1', [DATABASE]);
  if (known.rowCount !== 0) return;
  try {
    await keeper.query(`create database ${DATABASE}`);
  } catch (error) {
    // 42P04, 23505: a process that starts beside us made it first.
    if (systemCode(error) !== '42P04' && systemCode(error) !== '23505') throw error;
  }
}

/** @returns the server's process id; null when somebody else was faster. */
async function boot(
  layout: Layout,
  binaries: Binaries,
  { host, settings = {} }: Settings,
  clock: Clock,
): Promise<number | null> {
  const launched = await launch(binaries, layout, { host, port: await freePort(host), settings }, clock);
  if (launched.kind === 'ready') return launched.pid;
  if (launched.why instanceof StartupError) throw launched.why;
  return null;
}

/** Adopts the server that runs, or boots one; a server that was booted and cannot be used is not left behind. */
async function takeUp(
  layout: Layout,
  wanted: Settings,
  clock: Clock,
): Promise<Adopted & { readonly adopted: boolean }> {
  const startedMs = clock.monotonicMs();
  const binaries = prepareBinaries(layout);
  let booted: number | null = null;
  try {
    let held = await adopt(layout, wanted.host);
    while (held === null) {
      if (clock.monotonicMs() - startedMs > START_WITHIN_MS) {
        throw new StartupError(
          `The database in ${layout.home} did not come up within ${START_WITHIN_MS / 1000} s. Look at the end of ${layout.log}, and whether another process holds it.`,
        );
      }
      await ensureCluster(binaries, layout);
      dropEmptyLock(layout, clock);
      booted = await boot(layout, binaries, wanted, clock);
      held = await adopt(layout, wanted.host);
      if (held === null) await clock.sleep(RETRY_MS);
    }
    return { ...held, adopted: held.pid !== booted };
  } catch (error) {
    if (booted !== null) await stopPostmaster(layout, booted, STOP_WITHIN_MS, clock);
    throw explainFileError(error, layout.home);
  }
}

async function stop(layout: Layout, held: Adopted, log: Log, clock: Clock): Promise<void> {
  await held.keeper.end().catch(() => {});
  let last: pg.Client;
  try {
    last = await openKeeper(held.connection);
  } catch {
    return;
  }
  // The lock is held until the server has gone, so that nobody adopts it in between.
  if (await becomeLastUser(last, clock)) {
    const clean = await stopPostmaster(layout, held.pid, STOP_WITHIN_MS, clock);
    log.info('db.stopped', { pid: held.pid, code: clean ? 'clean' : 'forced' });
  }
  await last.end().catch(() => {});
}

/**
 * Starts the embedded database, or takes up the one that is running.
 * @throws StartupError with one line that says what to do: damaged data, full disk, wrong owner, no programs for this machine.
 */
export async function startPostgres(wanted: Settings): Promise<EmbeddedPostgres> {
  const clock = systemClock();
  const startedMs = clock.monotonicMs();
  const layout = prepareLayout(wanted.dataDir);
  const mine = await takeUp(layout, wanted, clock);
  const { adopted } = mine;
  try {
    await ensureDatabase(mine.keeper);
  } catch (error) {
    await stop(layout, mine, wanted.log, clock);
    throw explainFileError(error, layout.home);
  }
  const connection = { ...mine.connection, database: DATABASE };
  wanted.log.info(adopted ? 'db.adopted' : 'db.started', {
    pid: mine.pid,
    port: connection.port,
    ms: Math.round(clock.monotonicMs() - startedMs),
  });
  return {
    url: `postgres://${connection.user}:${connection.password}@${connection.host}:${connection.port}/${DATABASE}`,
    connection,
    adopted,
    home: layout.home,
    stop: () => stop(layout, mine, wanted.log, clock),
    stopNow: () => {
      if (mine.alone && isAlive(mine.pid)) process.kill(mine.pid, 'SIGQUIT');
    },
  };
}
