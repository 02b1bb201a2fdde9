import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { StartupError, explainFileError, systemCode } from '../startupError.ts';
import type { Binaries } from './binaries.ts';
import { readServerFailure } from './failure.ts';
import { type Layout, asAccount } from './layout.ts';
import { isAlive } from './postmaster.ts';

/** The superuser of an embedded cluster. */
export const SUPERUSER = 'postgres';

function own(path: string, layout: Layout, mode: number): void {
  chmodSync(path, mode);
  if (layout.account !== null) chownSync(path, layout.account.uid, layout.account.gid);
}

async function initdb(binaries: Binaries, layout: Layout, dir: string, passwordFile: string): Promise<void> {
  const child = spawn(
    binaries.initdb,
    [
      '-D',
      dir,
      '-U',
      SUPERUSER,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--locale=C.UTF-8',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...asAccount(layout),
    },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said += error.message;
      resolve(null);
    });
    child.once('close', resolve);
  });
  if (code === 0) return;
  writeFileSync(layout.log, said, { flag: 'a' });
  const failure = readServerFailure(said, layout);
  throw failure instanceof StartupError
    ? failure
    : new StartupError(`The database could not be made; see ${layout.log}.`);
}

/** Throws away what a process that was killed half-way left behind. */
function sweepUnfinished(layout: Layout): void {
  for (const name of readdirSync(layout.home)) {
    const maker = /^new-(\d+)-/.exec(name)?.[1];
    if (maker !== undefined && !isAlive(Number(maker))) {
      rmSync(join(layout.home, name), { recursive: true, force: true });
    }
  }
}

/**
 * Makes the cluster when there is none: in a folder of its own first, renamed when it is whole, so that a half-made one is never mistaken for
 * data, and of two processes that start at once exactly one wins.
 * @throws StartupError when it cannot be made, or when what is there is not a cluster.
 */
export async function ensureCluster(binaries: Binaries, layout: Layout): Promise<void> {
  if (existsSync(layout.cluster)) {
    if (existsSync(join(layout.cluster, 'PG_VERSION')) && existsSync(layout.password)) {
      chmodSync(layout.cluster, 0o700);
      return;
    }
    throw new StartupError(
      `The database in ${layout.home} is damaged: parts of it are missing. Move that folder away (a backup can be put in its place) and start again for an empty database.`,
    );
  }
  let work: string | null = null;
  try {
    sweepUnfinished(layout);
    work = mkdtempSync(join(layout.home, `new-${process.pid}-`));
    own(work, layout, 0o700);
    const fresh = join(work, 'cluster');
    const passwordFile = join(work, 'password');
    writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    own(passwordFile, layout, 0o600);
    await initdb(binaries, layout, fresh, passwordFile);
    renameSync(passwordFile, join(fresh, 'rollcall_password'));
    renameSync(fresh, layout.cluster);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw explainFileError(error, layout.home);
  } finally {
    if (work !== null) rmSync(work, { recursive: true, force: true });
  }
}

export const readPassword = (layout: Layout): string => readFileSync(layout.password, 'utf8').trim();
