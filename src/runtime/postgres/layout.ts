import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { explainFileError } from '../startupError.ts';
import { type Account, canPass, databaseAccount } from './account.ts';

/** Where root keeps a cluster when its own data folder lies behind a door that the database's account cannot pass. */
const ROOT_SPARE_DIR = '/var/lib/rollcall';

export interface Layout {
  readonly account: Account | null;
  /** The folder that holds all of the below. */
  readonly home: string;
  /** PGDATA, 0700, owned by the account. */
  readonly cluster: string;
  /** The superuser's password, 0600. It lies inside the cluster so that the two can never be parted. */
  readonly password: string;
  /** What the server prints. */
  readonly log: string;
  /** A copy of the binaries, when the installed ones cannot be used in place. */
  readonly native: string;
}

/** A folder others may pass through but not list; private things inside are 0700 each. */
function openDoor(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  if (process.getuid?.() === 0) chmodSync(path, 0o711);
}

function layoutIn(home: string, account: Account | null): Layout {
  return {
    account,
    home,
    cluster: join(home, 'cluster'),
    password: join(home, 'cluster', 'rollcall_password'),
    log: join(home, 'postgres.log'),
    native: join(home, 'native'),
  };
}

/**
 * Decides where the embedded database lives, and makes that folder.
 * @param dataDir DATA_DIR, made when missing.
 * @throws StartupError when the folder cannot be made.
 */
export function prepareLayout(dataDir: string): Layout {
  try {
    if (!existsSync(dataDir)) openDoor(dataDir);
    const home = join(realpathSync(dataDir), 'postgres');
    if (!existsSync(home)) openDoor(home);
    const account = databaseAccount(join(home, 'cluster'));
    if (account === null || canPass(home, account)) return layoutIn(home, account);

    const key = createHash('sha256').update(home).digest('hex').slice(0, 16);
    const spare = join(ROOT_SPARE_DIR, key);
    openDoor(ROOT_SPARE_DIR);
    openDoor(spare);
    return layoutIn(spare, databaseAccount(join(spare, 'cluster')));
  } catch (error) {
    throw explainFileError(error, dataDir);
  }
}

/** How to run one of PostgreSQL's programs. Our own environment, with its keys and tokens, is not handed on. */
export function asAccount(layout: Layout): {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
} {
  const base = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, cwd: layout.home };
  return layout.account === null ? base : { ...base, uid: layout.account.uid, gid: layout.account.gid };
}
