/**
 * PostgreSQL refuses to run as root. For root we pick an account that every Linux has, and hand it what it must own and reach;
 * everybody else runs it as themselves.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartupError } from '../startupError.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account for the server; null = our own. An existing cluster keeps its owner, so that root may start what an ordinary user made and
 * leave it usable. initdb insists on an account that is listed in /etc/passwd, which is why it is looked up there.
 * @param clusterDir where the data is, or will be.
 */
export function databaseAccount(clusterDir: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((account) => account.uid > 0 && Number.isInteger(account.gid));
  const owner = statSync(clusterDir, { throwIfNoEntry: false })?.uid;
  const chosen =
    accounts.find((account) => account.uid === owner) ??
    accounts.find((account) => account.name === 'postgres') ??
    accounts.find((account) => account.name === 'nobody');
  if (chosen === undefined) {
    throw new StartupError(
      'PostgreSQL does not run as root and there is no account named postgres or nobody here. Start as an ordinary user, or set DATABASE_URL to a database that runs elsewhere.',
    );
  }
  return chosen;
}

function allows(at: string, bits: number, account: Account): boolean {
  const { mode, uid, gid } = statSync(at);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}

/** Whether the account may pass through this folder and all above it. */
export function canPass(dir: string, account: Account): boolean {
  for (let at = realpathSync(dir); ; at = dirname(at)) {
    if (!allows(at, 0o1, account)) return false;
    if (at === dirname(at)) return true;
  }
}

/** Whether the account may walk to this file or folder and read it, and execute or enter it when that is what it is for. */
export function canReach(path: string, account: Account): boolean {
  const target = realpathSync(path);
  const bits = statSync(target).mode & 0o100 ? 0o5 : 0o4;
  return canPass(dirname(target), account) && allows(target, bits, account);
}
