import { StartupError } from '../startupError.ts';
import type { Layout } from './layout.ts';

export type ServerFailure = 'locked' | 'port_taken' | StartupError;

/** The libc of Alpine and its like; the programs npm brings are linked against glibc. */
const MUSL = /ld-linux|musl|GLIBC_/;

/** What a damaged data folder makes the server say, in 18.x. */
const DAMAGED =
  /pg_control|PG_VERSION|WAL directory|checkpoint record|checksum|invalid (page|magic|record|primary)|control file|is not a valid data directory|could not (open|read) (file|directory)|could not access directory|PANIC|postgresql\.conf|pg_hba/;

/**
 * Reads what PostgreSQL printed before it gave up.
 * @param said the last lines of its log.
 * @returns `locked` or `port_taken` when another try makes sense; else the line for the person at the terminal.
 */
export function readServerFailure(said: string, layout: Layout): ServerFailure {
  const aside = `Move ${layout.home} away (a backup can be put in its place) and start again for an empty database.`;
  // Another server that is just starting has made its lock file and not yet written it.
  if (/postmaster\.pid" (already exists|is empty)|bogus data in lock file/.test(said)) return 'locked';
  if (/Address already in use|could not create any TCP\/IP sockets/.test(said)) return 'port_taken';
  if (/No space left on device|Disk quota exceeded/.test(said)) {
    return new StartupError(
      `The disk that holds ${layout.home} is full. Free some space there, or set DATA_DIR to a folder on another disk.`,
    );
  }
  if (/File too large/.test(said)) {
    return new StartupError(
      `Files in ${layout.home} may not grow as large as the database needs. Raise the limit (ulimit -f), or set DATA_DIR to a folder on another disk.`,
    );
  }
  if (/wrong ownership|invalid permissions|Permission denied/.test(said)) {
    return new StartupError(
      `The database in ${layout.home} belongs to another account. Run as the account that made it, or set DATA_DIR to a folder of your own.`,
    );
  }
  if (/not compatible with server|incompatible with server|initialized by PostgreSQL version/.test(said)) {
    return new StartupError(
      `The database in ${layout.home} was made by another major version of PostgreSQL. Start it with the release that made it. ${aside}`,
    );
  }
  if (/could not (map anonymous )?shared memory|Cannot allocate memory/.test(said)) {
    return new StartupError(
      'There is too little memory for the database. Free about 200 MB, or set DATABASE_URL.',
    );
  }
  if (DAMAGED.test(said)) return new StartupError(`The database in ${layout.home} is damaged. ${aside}`);
  if (MUSL.test(said)) {
    return new StartupError(
      'The built-in PostgreSQL needs glibc. Set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return new StartupError(`PostgreSQL did not start. Its reason stands at the end of ${layout.log}.`);
}
