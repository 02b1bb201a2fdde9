import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import { explainFileError, systemCode } from '../startupError.ts';
import { type ServerFailure, readServerFailure } from './failure.ts';
import type { Binaries } from './binaries.ts';
import { type Layout, asAccount } from './layout.ts';

const POLL_MS = 5;
/** Far longer than a server takes from making its lock file to writing it. */
const EMPTY_LOCK_MS = 3_000;
const LOG_MAX_BYTES = 10_000_000;

/** What a running server writes into its lock file. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** @returns null when no server holds the cluster (or is only just beginning to). */
export function readPostmaster(layout: Layout): Postmaster | null {
  try {
    const lines = readFileSync(join(layout.cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    if (!Number.isInteger(pid) || pid <= 1) return null;
    return { pid, port: Number.isInteger(port) ? port : 0, ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw explainFileError(error, layout.home);
  }
}

/** A lock file that stayed empty is what a power cut leaves of one that was being written; the server refuses to start over it. */
export function dropEmptyLock(layout: Layout, clock: Clock): void {
  const path = join(layout.cluster, 'postmaster.pid');
  const lock = statSync(path, { throwIfNoEntry: false });
  if (lock?.size === 0 && clock.now() - lock.mtimeMs > EMPTY_LOCK_MS) rmSync(path, { force: true });
}

/** A process that has ended but was not yet collected by its parent counts as gone: it holds nothing any more. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false;
  }
  try {
    return !/\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return process.platform !== 'linux';
  }
}

/** Opens the log for appending; it is emptied when it has grown past its bound. */
function openLog(layout: Layout): number {
  if ((statSync(layout.log, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) truncateSync(layout.log);
  const fd = openSync(layout.log, 'a+', 0o600);
  if (layout.account !== null) chownSync(layout.log, layout.account.uid, layout.account.gid);
  return fd;
}

function readFrom(path: string, offset: number): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(fd).size - offset, 65_536));
    readSync(fd, bytes, 0, bytes.length, offset);
    return bytes.toString('utf8');
  } finally {
    closeSync(fd);
  }
}

function serverArguments(
  layout: Layout,
  host: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all: Record<string, string> = {
    listen_addresses: host,
    unix_socket_directories: '',
    max_connections: '200',
    // Statements and the detail of constraint errors quote what is stored about people.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...settings,
  };
  return [
    '-D',
    layout.cluster,
    '-p',
    String(port),
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

export type Launch =
  | { readonly kind: 'ready'; readonly pid: number; readonly child: ChildProcess }
  | { readonly kind: 'failed'; readonly why: ServerFailure };

/**
 * Starts the server in a process group of its own, so that Ctrl-C reaches us and not it: it has to outlive the calls that are being ended.
 * Resolves when it accepts connections or has given up.
 */
export async function launch(
  binaries: Binaries,
  layout: Layout,
  where: {
    readonly host: string;
    readonly port: number;
    readonly settings: Readonly<Record<string, string>>;
  },
  clock: Clock,
): Promise<Launch> {
  const log = openLog(layout);
  const offset = fstatSync(log).size;
  const child = spawn(binaries.postgres, serverArguments(layout, where.host, where.port, where.settings), {
    detached: true,
    stdio: ['ignore', log, log],
    ...asAccount(layout),
  });
  closeSync(log);
  let ended: string | null = null;
  child.once('exit', () => (ended = ''));
  child.once('error', (error) => (ended = error.message));
  for (;;) {
    if (ended !== null) {
      return { kind: 'failed', why: readServerFailure(ended + readFrom(layout.log, offset), layout) };
    }
    const running = readPostmaster(layout);
    if (running !== null && running.pid === child.pid && running.ready) {
      child.unref();
      return { kind: 'ready', pid: running.pid, child };
    }
    await clock.sleep(POLL_MS);
  }
}

/**
 * Asks the server to disconnect everybody and end, and waits for it.
 * @returns false when it was still there after `withinMs`; it has then been told to end at once (its log replays on the next start).
 */
export async function stopPostmaster(
  layout: Layout,
  pid: number,
  withinMs: number,
  clock: Clock,
): Promise<boolean> {
  const gone = (): boolean => !isAlive(pid);
  const waitUntil = async (deadlineMs: number): Promise<boolean> => {
    while (!gone() && clock.monotonicMs() < deadlineMs) await clock.sleep(POLL_MS);
    return gone();
  };
  if (gone()) return true;
  process.kill(pid, 'SIGINT');
  if (await waitUntil(clock.monotonicMs() + withinMs)) return true;
  process.kill(pid, 'SIGQUIT');
  await waitUntil(clock.monotonicMs() + withinMs);
  return false;
}
