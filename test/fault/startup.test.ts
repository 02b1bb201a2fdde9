/** What is wrong at the start is one line for the person who typed: what it is, and what to do. Never a stack, never a process left behind. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../src/runtime/embeddedPostgres.ts';
import { freshDatabase } from '../support/database.ts';
import {
  type StartOptions,
  dataFolder,
  endAll,
  postmasterOf,
  removeDataFolder,
  runRollcall,
} from '../support/rollcall.ts';
import { silentLog } from '../support/silentLog.ts';

vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
const folder = (): string => {
  const made = dataFolder();
  folders.push(made);
  return made;
};

afterAll(async () => {
  await endAll();
  for (const made of folders) removeDataFolder(made);
});

/** What stands on standard error after a start that failed as it should. */
async function complaint(
  args: readonly string[],
  options: StartOptions,
  code = 1,
): Promise<readonly string[]> {
  const run = await runRollcall(args, options);
  const lines = run.stderr.trimEnd().split('\n');
  expect({ code: run.code, stdout: run.stdout, lines }).toEqual({ code, stdout: '', lines });
  expect(lines[0]).toMatch(/^rollcall: [A-Z/a-z-]/);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal|Error:/);
  expect(postmasterOf(options.dataDir)).toBe(null);
  return lines;
}

/** The same when it is a single line. */
async function line(args: readonly string[], options: StartOptions, code = 1): Promise<string> {
  const lines = await complaint(args, options, code);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
}

describe.concurrent('what was typed', () => {
  test('an unknown command is named, and where help is', async () => {
    expect(await line(['cal'], { dataDir: folder() }, 64)).toBe(
      'rollcall: there is no command "cal". Type "npm run rollcall -- help" for what there is.',
    );
  });

  test('a count that is none is repeated', async () => {
    expect(await line(['start', '--calls', 'abc'], { dataDir: folder() }, 64)).toContain(
      '--calls must be a whole number above 0, not "abc".',
    );
  });

  test('an option that nobody knows is named', async () => {
    expect(await line(['start', '--cals', '4'], { dataDir: folder() }, 64)).toContain("'--cals'");
  });
});

describe.concurrent('settings', () => {
  test('every mistake is said at once, and no value is repeated', async () => {
    const lines = await complaint(['start'], {
      dataDir: folder(),
      env: { PORT: 'abc', TWILIO_CPS: '0', EMULATOR_PROFILE: 'fast', DATABASE_URL: 'mysql://u:secret@h/d' },
    });
    expect(lines.join('\n')).not.toContain('secret');
    expect(lines).toEqual([
      'rollcall: DATABASE_URL must be a URL that begins with postgres:// or postgresql://.',
      'PORT must be a number.',
      'TWILIO_CPS must be 0.1 to 100.',
      'EMULATOR_PROFILE must be one of zero, brief, peers, measured.',
    ]);
  });

  test('half a credential names the other half', async () => {
    const lines = await complaint(['start'], {
      dataDir: folder(),
      env: { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, PUBLIC_URL: 'https://calls.example' },
    });
    expect(lines).toEqual([
      'rollcall: TWILIO_AUTH_TOKEN is missing: TWILIO_ACCOUNT_SID is set, and one is of no use without the other.',
    ]);
  });
});

describe.concurrent('what the product stands on', () => {
  test('a port that another program has is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { url } = await freshDatabase();
    const dataDir = folder();
    expect(await line(['start'], { dataDir, env: { PORT: port, DATABASE_URL: url } })).toBe(
      `rollcall: Port ${port} is in use by another program. Stop that one, or set PORT to a free port (0 takes any).`,
    );
    other.close();
  });

  test('a database that is not there is said to be away', async () => {
    const env = { DATABASE_URL: 'postgres://rollcall@127.0.0.1:1/rollcall' };
    expect(await line(['report'], { dataDir: folder(), env })).toBe(
      'rollcall: The database cannot be reached (ECONNREFUSED). Check DATABASE_URL, and that the server is up.',
    );
  });

  test('a practice file with a mistake is refused with its place, and nothing is stored', async () => {
    const { url } = await freshDatabase();
    const dataDir = folder();
    const file = join(dataDir, '..', 'practice.json');
    writeFileSync(file, '{"practice": {"id": "p", "name": "P", "zone": "Mars/Olympus"}}');
    const said = await line(['import', '--practice', file], { dataDir, env: { DATABASE_URL: url } });
    expect(said).toMatch(/^rollcall: .*practice\.json cannot be used: .*zone.*Mars\/Olympus/);
    expect(said).toMatch(/Mend it and import it again\.$/);
    expect(said.length).toBeLessThan(600);
    const database = new pg.Client({ connectionString: url });
    await database.connect();
    expect((await database.query('select from practice')).rowCount).toBe(0);
    await database.end();
  });
});

describe.concurrent('the data folder', () => {
  test('a file in its place is named', async () => {
    const dataDir = folder();
    writeFileSync(dataDir, '');
    expect(await line(['start'], { dataDir })).toBe(
      `rollcall: ${dataDir} is a file where a folder is needed. Move it away, or set DATA_DIR to another folder.`,
    );
  });

  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  const isRoot = process.getuid?.() === 0;
  const [setpriv = '', ...toNobody] = asNobody;
  const reads = [process.execPath, '-e', 'fs.accessSync("src/main.ts")'];
  const nobodyRuns = isRoot && spawnSync(setpriv, [...toNobody, ...reads]).status === 0;

  test.skipIf(isRoot && !nobodyRuns)('one that may not be written to is named', async () => {
    const dataDir = folder();
    mkdirSync(dataDir, { mode: 0o555 });
    const through = isRoot ? asNobody : [];
    expect(await line(['start'], { dataDir, through })).toBe(
      `rollcall: ${dataDir} belongs to another account or may not be written to. Run as the account that owns it, or set DATA_DIR to a folder of your own.`,
    );
  });
});

describe('a disk', () => {
  const at = mkdtempSync(join(tmpdir(), 'rollcall-disk-'));
  const mount = (megabytes: number): boolean =>
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=711`, 'tmpfs', at]).status === 0;
  const mayMount = mount(1);
  if (mayMount) spawnSync('umount', [at]);

  afterAll(() => {
    spawnSync('umount', [at]);
    rmSync(at, { recursive: true, force: true });
  });

  // At the first size there is no room to make the database, at the second none to open it.
  test.skipIf(!mayMount).each([8, 40])('of %i MB is too small, and that is said', async (megabytes) => {
    expect(mount(megabytes)).toBe(true);
    const dataDir = join(at, 'data');
    expect(await line(['start', '--once', '--calls', '1'], { dataDir })).toBe(
      `rollcall: The disk that holds ${dataDir}/postgres is full. Free some space there, or set DATA_DIR to a folder on another disk.`,
    );
    expect(spawnSync('umount', [at]).status).toBe(0);
  });

  // Where no small disk can be made, a bound on files takes its place.
  test.skipIf(mayMount)('a limit on the size of files is named', async () => {
    const dataDir = folder();
    const through = ['sh', '-c', 'ulimit -f 8192; exec "$@"', 'sh'];
    expect(await line(['start'], { dataDir, through })).toMatch(
      /may not grow as large as the database needs\. Raise the limit/,
    );
  });
});

describe('a database that is damaged', () => {
  const dataDir = folder();

  beforeAll(async () => {
    const database = await startPostgres({ dataDir, host: '127.0.0.1', log: silentLog });
    await database.stop();
    chmodSync(dataDir, 0o711);
  });

  test('is said to be, and where it is', async () => {
    writeFileSync(join(dataDir, 'postgres/cluster/PG_VERSION'), 'garbage');
    expect(await line(['start'], { dataDir })).toBe(
      `rollcall: The database in ${dataDir}/postgres is damaged. Move ${dataDir}/postgres away (a backup can be put in its place) and start again for an empty database.`,
    );
  });
});
