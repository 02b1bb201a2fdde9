/** The product as its user starts it: a process of its own, in a data folder of its own, on a free port. Tests see what a user sees. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startPostgres } from '../../src/runtime/embeddedPostgres.ts';
import { isAlive } from '../../src/runtime/postgres/postmaster.ts';
import { silentLog } from './silentLog.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  /** The signal that ended it, when one did. */
  readonly signal: string | null;
}

export interface Rollcall {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when the process is gone and all it printed has arrived. */
  readonly ended: Promise<Ended>;
  signal(name: NodeJS.Signals): void;
  /**
   * Waits until `look` gives something. It is asked again whenever something was printed, and otherwise twenty times a second.
   * @throws when the process ends first, or `withinMs` pass.
   */
  until<T>(what: string, look: () => Promise<T | null> | T | null, withinMs?: number): Promise<T>;
  /** The address that the banner names. */
  url(): Promise<string>;
}

export interface StartOptions {
  readonly dataDir: string;
  /** Settings on top of a free port; nothing of the tester's own environment is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts node for us (`setpriv`, `sh -c`, ...), with its arguments. */
  readonly through?: readonly string[];
}

const LOOK_EVERY_MS = 50;

const running = new Set<Rollcall>();

/** A folder for one data directory, away from everybody else's; root's database account may pass. */
export function dataFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'rollcall-journey-'));
  chmodSync(parent, 0o711);
  return join(parent, 'data');
}

/** What a data folder's server says of itself: its process id, or null when none holds the data. */
export function postmasterOf(dataDir: string): number | null {
  const file = join(dataDir, 'postgres/cluster/postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && isAlive(pid) ? pid : null;
}

/** Removes a folder of `dataFolder`, and ends the server that a failed test may have left in it. */
export function removeDataFolder(dataDir: string): void {
  const postmaster = postmasterOf(dataDir);
  if (postmaster !== null) process.kill(postmaster, 'SIGQUIT');
  rmSync(join(dataDir, '..'), { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Asks the database of a data folder, running or not, and leaves it as it was found. */
export async function withDatabase<T>(dataDir: string, ask: (database: pg.Client) => Promise<T>): Promise<T> {
  const postgres = await startPostgres({ dataDir, host: '127.0.0.1', log: silentLog });
  const client = new pg.Client(postgres.connection);
  try {
    await client.connect();
    return await ask(client);
  } finally {
    await client.end();
    await postgres.stop();
  }
}

/** The lines of the log, in order; empty before there is one. */
export function logOf(dataDir: string): readonly Readonly<Record<string, unknown>>[] {
  const file = join(dataDir, 'rollcall.log');
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
}

function waitFor(child: ChildProcess): Promise<Ended> {
  return once(child, 'close').then(([code, signal]: unknown[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
  }));
}

/** Starts `rollcall ...args` as npm would. */
export function startRollcall(
  args: readonly string[],
  { dataDir, env = {}, through = [] }: StartOptions,
): Rollcall {
  const [program, ...rest] = [
    ...through,
    process.execPath,
    '--disable-warning=DeprecationWarning',
    '--import',
    'tsx',
    'src/main.ts',
    ...args,
  ];
  const child = spawn(program ?? '', rest, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: tmpdir(), PORT: '0', DATA_DIR: dataDir, ...env },
  });
  let said = '';
  let complained = '';
  let gone = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
  const ended = waitFor(child).finally(() => {
    gone = true;
    running.delete(rollcall);
  });
  const rollcall: Rollcall = {
    pid: child.pid ?? 0,
    stdout: () => said,
    stderr: () => complained,
    ended,
    signal: (name) => void child.kill(name),
    async until(what, look, withinMs = 100_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const found = await look();
        if (found !== null) return found;
        if (gone) throw new Error(`it ended before ${what}:\n${said}${complained}`);
        if (performance.now() > deadline) throw new Error(`no ${what} in time:\n${said}${complained}`);
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    url: () =>
      rollcall.until('address', () => /http:\/\/127\.0\.0\.1:\d+/.exec(`${complained}${said}`)?.[0] ?? null),
  };
  running.add(rollcall);
  return rollcall;
}

/** Runs a command to its end. */
export async function runRollcall(
  args: readonly string[],
  options: StartOptions,
): Promise<Ended & { readonly stdout: string; readonly stderr: string }> {
  const rollcall = startRollcall(args, options);
  const ended = await rollcall.ended;
  return { ...ended, stdout: rollcall.stdout(), stderr: rollcall.stderr() };
}

/** For afterAll: whatever a failed test left running is ended. */
export async function endAll(): Promise<void> {
  const left = [...running];
  for (const rollcall of left) rollcall.signal('SIGKILL');
  await Promise.all(left.map((rollcall) => rollcall.ended));
}

/** The process ids that have this one above them, however far. Linux only: empty elsewhere. */
export function descendantsOf(pid: number): readonly number[] {
  if (!existsSync('/proc')) return [];
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
          return [[Number(name), Number(/\) \S (\d+)/.exec(stat)?.[1])] as const];
        } catch {
          return [];
        }
      }),
  );
  const isBelow = (child: number): boolean => {
    for (let at = parents.get(child); at !== undefined && at > 1; at = parents.get(at))
      if (at === pid) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}
