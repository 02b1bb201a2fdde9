import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../../src/runtime/embeddedPostgres.ts';
import { isAlive } from '../../../src/runtime/postgres/postmaster.ts';
import { recordingLog } from '../../support/recordingLog.ts';

const HOLD = fileURLToPath(new URL('../../support/processes/holdDatabase.ts', import.meta.url));

const base = mkdtempSync(join(tmpdir(), 'rollcall pg '));
chmodSync(base, 0o711);
const dataDir = join(base, 'data of ours');
const started: EmbeddedPostgres[] = [];

afterEach(async () => {
  for (const database of started.splice(0)) await database.stop();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const { log, lines } = recordingLog();

async function start(dir = dataDir): Promise<EmbeddedPostgres> {
  const database = await startPostgres({ dataDir: dir, host: '127.0.0.1', log, settings: { fsync: 'off' } });
  started.push(database);
  return database;
}

async function ask<Row extends pg.QueryResultRow>(
  database: EmbeddedPostgres,
  sql: string,
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidOf = (database: EmbeddedPostgres): number =>
  Number(readFileSync(join(database.home, 'cluster/postmaster.pid'), 'utf8').split('\n')[0]);

/** A process of its own that holds the database; resolves once it does. */
async function holder(): Promise<{ readonly adopted: boolean; kill(): Promise<void> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', HOLD, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  return {
    adopted: String(line).includes('"adopted":true'),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('the embedded database', { timeout: 30_000 }, () => {
  test('starts in a folder with spaces, keeps what it was given, and leaves no process', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    expect(await ask(first, 'show data_directory')).toEqual([
      { data_directory: join(first.home, 'cluster') },
    ]);
    await ask(first, 'create table kept as select 42 as answer');
    const pid = pidOf(first);
    await first.stop();
    expect(isAlive(pid)).toBe(false);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await ask(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
    expect(lines.map(([, event]) => event)).toContain('db.started');
  });

  test('lets only its owner in, and only with the password', async () => {
    const database = await start();
    expect(statSync(join(database.home, 'cluster')).mode & 0o077).toBe(0);
    expect(statSync(join(database.home, 'cluster/rollcall_password')).mode & 0o777).toBe(0o600);
    const stranger = new pg.Client({ ...database.connection, password: 'guess' });
    await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
    expect(await ask(database, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  });

  test('two that start at once share one server, and the last one to stop stops it', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(two.url).toBe(one.url);
    const pid = pidOf(one);
    await one.stop();
    expect(await ask(two, 'select 1 as one')).toEqual([{ one: 1 }]);
    await two.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(join(two.home, 'cluster/postmaster.pid'))).toBe(false);
  });

  test('a server whose process was killed is taken up with everything in it, and then stopped', async () => {
    const killed = await holder();
    await killed.kill();
    const database = await start();
    expect(database.adopted).toBe(true);
    const pid = pidOf(database);
    await database.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('a server that was itself killed comes back with what it had acknowledged', async () => {
    const first = await start();
    await ask(first, 'create table acknowledged as select 43 as answer');
    const pid = pidOf(first);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false));
    started.length = 0;
    const second = await start();
    expect(await ask(second, 'select answer from acknowledged')).toEqual([{ answer: 43 }]);
  });

  test('an empty lock file, as a power cut leaves it, is no obstacle', async () => {
    const lock = join((await start()).home, 'cluster/postmaster.pid');
    await started.pop()?.stop();
    writeFileSync(lock, '');
    utimesSync(lock, new Date(0), new Date(0));
    expect((await start()).adopted).toBe(false);
  });

  test('cutting off does not wait, and leaves alone what another process uses', async () => {
    const database = await start();
    const pid = pidOf(database);
    const other = await holder();
    expect(other.adopted).toBe(true);
    await database.stop();
    const again = await start();
    again.stopNow();
    expect(await ask(again, 'select 1 as one')).toEqual([{ one: 1 }]);
    await other.kill();
    await again.stop();
    expect(isAlive(pid)).toBe(false);

    const alone = await start();
    const last = pidOf(alone);
    alone.stopNow();
    await vi.waitFor(() => expect(isAlive(last)).toBe(false), { timeout: 5_000 });
  });

  test('what a killed start left half-made is thrown away', async () => {
    const other = join(base, 'half-made');
    const home = join(other, 'postgres');
    mkdirSync(join(home, 'new-2147483646-x/cluster'), { recursive: true });
    for (const folder of [other, home]) chmodSync(folder, 0o711);
    await start(other);
    expect(readdirSync(home).toSorted()).toEqual(['cluster', 'postgres.log']);
  });
});

async function complaint(dir: string): Promise<string> {
  const error: unknown = await startPostgres({ dataDir: dir, host: '127.0.0.1', log }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'StartupError' });
  return error instanceof Error ? error.message : '';
}

describe('a data folder that cannot be used is one line that says what to do', { timeout: 30_000 }, () => {
  const parent = mkdtempSync(join(tmpdir(), 'rollcall pg '));
  const folder = join(parent, 'data of ours');
  const cluster = join(folder, 'postgres/cluster');

  beforeAll(async () => {
    chmodSync(parent, 0o711);
    const database = await startPostgres({ dataDir: folder, host: '127.0.0.1', log });
    await database.stop();
  });
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  /** Puts `text` (or nothing) where a part of the cluster was, hears the complaint, and puts the part back. */
  const complaintWithout = async (part: string, text: string | null): Promise<string> => {
    const path = join(cluster, part);
    const aside = join(parent, 'aside');
    renameSync(path, aside);
    if (text !== null) {
      copyFileSync(aside, path);
      const { uid, gid } = statSync(aside);
      writeFileSync(path, text);
      chownSync(path, uid, gid);
    }
    try {
      return await complaint(folder);
    } finally {
      rmSync(path, { recursive: true, force: true });
      renameSync(aside, path);
    }
  };

  test.each<[string, string, string | null]>([
    ['its control file is cut short', 'global/pg_control', 'short'],
    ['its control file is gone', 'global/pg_control', null],
    ['its version is gone', 'PG_VERSION', null],
    ['its log of changes is gone', 'pg_wal', null],
    ['its settings are nonsense', 'postgresql.conf', 'what = = this'],
    ['its password is gone', 'rollcall_password', null],
  ])('%s', async (_name, part, text) => {
    expect(await complaintWithout(part, text)).toMatch(
      /^The database in .*data of ours\/postgres is damaged.* Move .* away .*start again.*$/,
    );
  });

  test('another major version made it', async () => {
    expect(await complaintWithout('PG_VERSION', '17\n')).toMatch(/was made by another major version/);
  });

  test('its password is not the one beside it', async () => {
    expect(await complaintWithout('rollcall_password', 'other')).toMatch(
      /rollcall_password is not the one of the database beside it/,
    );
    const last = await startPostgres({ dataDir: folder, host: '127.0.0.1', log });
    await last.stop();
  });

  test('it is a file', async () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(await complaint(file)).toBe(
      `${file} is a file where a folder is needed. Move it away, or set DATA_DIR to another folder.`,
    );
  });
});
