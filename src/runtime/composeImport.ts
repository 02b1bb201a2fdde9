/** Brings foreign data in: what a scheduling system does not hold, and exports of one. Bad rows stay out, with their place and reason. */
import { parseColumnMap } from '../adapters/imports/columnMap.ts';
import { readCsvFiles } from '../adapters/imports/csv.ts';
import { readImportFiles } from '../adapters/imports/files.ts';
import { parsePracticeFile } from '../adapters/imports/practiceFile.ts';
import { readFhirFiles } from '../adapters/fhir/files.ts';
import { readFile } from 'node:fs/promises';
import { parseZone } from '../domain/localTime.ts';
import type { Zone } from '../domain/time.ts';
import type { ImportFile, ImportedRows } from '../ports/importedRows.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store/store.ts';
import { StartupError, systemCode } from './startupError.ts';

interface ImportDeps {
  readonly store: Pick<Store, 'practice' | 'mirror'>;
  readonly clock: Clock;
}

export interface Imported {
  /** Rows read, and what they were; the parts add up to `rows`. */
  readonly counts: ImportedRows['counts'];
  /** In the mirror afterwards; less than was read when an appointment's place or patient is unknown here. */
  readonly stored: { readonly patients: number; readonly appointments: number; readonly slots: number };
  readonly quarantined: ImportedRows['quarantined'];
}

/** Rows written in one transaction. */
const BATCH = 5_000;
const MISTAKES_SHOWN = 5;

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): StartupError {
  const code = systemCode(error);
  return new StartupError(
    code === 'ENOENT'
      ? `There is no ${path}. Check the name.`
      : `${path} cannot be read (${code ?? String(error)}).`,
  );
}

function refused(path: string, mistakes: readonly string[]): StartupError {
  const more = mistakes.length > MISTAKES_SHOWN ? `, and ${mistakes.length - MISTAKES_SHOWN} more` : '';
  return new StartupError(
    `${path} cannot be used: ${mistakes.slice(0, MISTAKES_SHOWN).join('; ')}${more}. Mend it and import it again.`,
  );
}

/** The practice file, all of it or nothing. @throws StartupError with its mistakes. */
export async function importPractice(
  { store }: ImportDeps,
  path: string,
): Promise<Awaited<ReturnType<Store['practice']['save']>>> {
  const parsed = parsePracticeFile(await readText(path));
  if (!parsed.ok) throw refused(path, parsed.error);
  return store.practice.save(parsed.value);
}

async function readRows(
  files: readonly ImportFile[],
  options: { readonly map: string | null; readonly zone: Zone | null },
): Promise<ImportedRows> {
  if (options.map === null) return readFhirFiles(files);
  const map = parseColumnMap(await readText(options.map));
  if (!map.ok) throw refused(options.map, map.error);
  const rows = readCsvFiles(files, map.value, options.zone);
  if (!rows.ok) throw refused(options.map, rows.error);
  return rows.value;
}

function zoneOf(name: string | null): Zone | null {
  if (name === null) return null;
  const parsed = parseZone(name);
  if (!parsed.ok)
    throw new StartupError(`--zone ${name} is no time zone. Use an IANA name like America/Chicago.`);
  return parsed.value;
}

const batches = <T>(rows: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, index) =>
    rows.slice(index * BATCH, (index + 1) * BATCH),
  );

/** Files of a foreign export. @throws StartupError when a file, the map or the zone cannot be used at all. */
export async function importFiles(
  { store, clock }: ImportDeps,
  paths: readonly string[],
  options: { readonly map: string | null; readonly zone: string | null },
): Promise<Imported> {
  const zone = zoneOf(options.zone);
  const files = await readImportFiles(paths).catch((error: unknown) => {
    throw unreadable(paths.join(', '), error);
  });
  const rows = await readRows(files, { map: options.map, zone });
  const seenAt = clock.now();
  const empty = { patients: [], appointments: [], unreadable: [], seenAt } as const;
  let patients = 0;
  let appointments = 0;
  for (const batch of batches(rows.patients))
    patients += (await store.mirror.upsert({ ...empty, patients: batch })).patients;
  for (const batch of batches(rows.appointments))
    appointments += (await store.mirror.upsert({ ...empty, appointments: batch })).appointments;
  const slots = await store.mirror.importSlots(rows.slots);
  for (const batch of batches(rows.quarantined)) await store.mirror.quarantine(batch);
  return { counts: rows.counts, stored: { patients, appointments, slots }, quarantined: rows.quarantined };
}
