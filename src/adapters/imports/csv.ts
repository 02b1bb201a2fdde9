/** CSV files of a foreign export, read with a column map. Pure; a row that cannot be used does not stop the others. */
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { AppointmentStatus, Participation } from '../../domain/appointment.ts';
import { type ExternalId, type ExternalVersion, id } from '../../domain/ids.ts';
import { localTimeAt, parseIso, parseLocal } from '../../domain/localTime.ts';
import { type Result, err, ok } from '../../domain/result.ts';
import { type Instant, MINUTE_MS, type Span, type Zone, plusMs } from '../../domain/time.ts';
import {
  type ImportFile,
  type ImportedRow,
  type ImportedRows,
  type RowContent,
  collectRows,
} from '../../ports/importedRows.ts';
import type { SystemSlot } from '../../ports/schedulingSystem.ts';
import type { ColumnMap, FieldSource, FileMap } from './columnMap.ts';

type Fields = Readonly<Record<string, FieldSource | undefined>>;
type Bad = { readonly field: string; readonly reason: string };

const Records = z.array(
  z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.number() }) }),
);

/**
 * @param zone what clock times without an offset mean; null quarantines them.
 * @returns the rows, or what is wrong with the files as a whole: one that the map does not name, or a column that is not there.
 */
export function readCsvFiles(
  files: readonly ImportFile[],
  map: ColumnMap,
  zone: Zone | null,
): Result<ImportedRows, readonly string[]> {
  const mistakes: string[] = [];
  const rows: ImportedRow[] = [];
  for (const file of files) {
    const fileMap = map[file.name];
    if (fileMap === undefined) {
      mistakes.push(`${file.name}: the map does not say what its columns mean`);
      continue;
    }
    const { header, found } = recordsIn(file);
    const missing = wantedColumns(fileMap.fields).filter((column) => !header.includes(column));
    mistakes.push(
      ...missing.map(
        (column) => `${file.name}: there is no column "${column}"; there is ${header.join(', ')}`,
      ),
    );
    if (missing.length === 0) rows.push(...found.map((each) => rowOf(each, file.name, fileMap, zone)));
  }
  return mistakes.length > 0 ? err(mistakes) : ok(collectRows(rows));
}

type Found =
  | { readonly line: number; readonly record: Readonly<Record<string, string>> }
  | { readonly line: number; readonly reason: string };

function recordsIn(file: ImportFile): {
  readonly header: readonly string[];
  readonly found: readonly Found[];
} {
  let header: readonly string[] = [];
  const found: Found[] = [];
  const parsed: unknown = parse(file.text, {
    bom: true,
    info: true,
    columns: (names: readonly string[]) => (header = names.map((name) => name.trim())).slice(),
    skip_empty_lines: true,
    skip_records_with_error: true,
    trim: true,
    on_skip: (error) => {
      const line: unknown = error?.['lines'];
      found.push({
        line: typeof line === 'number' ? line : 0,
        reason: error?.code === 'CSV_QUOTE_NOT_CLOSED' ? 'quote_not_closed' : 'malformed_row',
      });
    },
  });
  for (const { record, info } of Records.parse(parsed)) found.push({ line: info.lines, record });
  return { header, found: found.toSorted((left, right) => left.line - right.line) };
}

const wantedColumns = (fields: Fields): readonly string[] => [
  ...new Set(Object.values(fields).flatMap((source) => source?.columns ?? [])),
];

function rowOf(found: Found, source: string, map: FileMap, zone: Zone | null): ImportedRow {
  const { line } = found;
  if ('reason' in found)
    return { source, line, content: { kind: 'bad', external: null, field: 'row', reason: found.reason } };
  const row: Row = { record: found.record, fields: map.fields, zone };
  const external = textIn(row, 'id');
  if (external === null)
    return { source, line, content: { kind: 'bad', external, field: 'id', reason: 'missing' } };
  const content = contentOf(row, map.rows, id<ExternalId>(external));
  return { source, line, content: content.ok ? content.value : { kind: 'bad', external, ...content.error } };
}

/** One row and what its columns mean. */
interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly fields: Fields;
  readonly zone: Zone | null;
}

/** The cell behind one of our names; null when the map has no such field or the cell is empty. */
function textIn(row: Row, field: string): string | null {
  const source = row.fields[field];
  if (source === undefined) return null;
  const cells = source.columns.map((column) => row.record[column] ?? '').join(' ');
  const written = source.always ?? cells.trim();
  const text = source.values === null ? written : (source.values[written] ?? written);
  return text === '' ? null : text;
}

function timeIn(row: Row, field: string): Result<Instant, Bad> {
  const text = textIn(row, field);
  if (text === null) return err({ field, reason: 'missing' });
  const parsed = parseIso(text.replace(' ', 'T'));
  if (parsed.ok) return parsed;
  if (parsed.error.kind === 'malformed') return err({ field, reason: 'malformed_time' });
  if (row.zone === null) return err({ field, reason: 'naive_time' });
  const local = parseLocal(text, row.zone);
  if (!local.ok) return err({ field, reason: 'malformed_time' });
  // In the hour that a spring night leaves out, the clock never showed this.
  const shown = localTimeAt(local.value, row.zone);
  const written = /[T ](\d{2}):(\d{2})/.exec(text);
  const same = Number(written?.[1]) === shown.hour && Number(written?.[2]) === shown.minute;
  return same ? local : err({ field, reason: 'no_such_time' });
}

/** Start, and the end as it is written or as so many minutes later. */
function spanIn(row: Row): Result<Span, Bad> {
  const from = timeIn(row, 'start');
  if (!from.ok) return from;
  const minutes = textIn(row, 'minutes');
  if (minutes !== null && !(Number(minutes) > 0))
    return err({ field: 'minutes', reason: 'malformed_number' });
  const to = minutes === null ? timeIn(row, 'end') : ok(plusMs(from.value, Number(minutes) * MINUTE_MS));
  if (!to.ok) return to;
  return to.value > from.value
    ? ok({ from: from.value, to: to.value })
    : err({ field: 'end', reason: 'before_start' });
}

function codeIn<T extends string>(
  row: Row,
  field: string,
  known: readonly T[],
  otherwise: T | null,
): Result<T, Bad> {
  const text = textIn(row, field) ?? otherwise;
  const code = known.find((each) => each === text);
  return code === undefined ? err({ field, reason: text === null ? 'missing' : 'unknown_code' }) : ok(code);
}

function contentOf(row: Row, rows: FileMap['rows'], external: ExternalId): Result<RowContent, Bad> {
  switch (rows) {
    case 'patients':
      return patientIn(row, external);
    case 'slots':
      return slotIn(row, external);
    case 'appointments':
      return appointmentIn(row, external);
  }
}

function patientIn(row: Row, external: ExternalId): Result<RowContent, Bad> {
  const [first = '', ...rest] = (textIn(row, 'name') ?? '').split(/\s+/);
  const givenName = textIn(row, 'givenName') ?? first;
  const familyName = textIn(row, 'familyName') ?? rest.join(' ');
  if (givenName === '' && familyName === '') return err({ field: 'name', reason: 'missing' });
  const birthDate = textIn(row, 'birthDate');
  if (birthDate !== null && !isDate(birthDate)) return err({ field: 'birthDate', reason: 'malformed_date' });
  const patient = {
    external,
    givenName,
    familyName,
    birthDate,
    rawPhone: textIn(row, 'phone'),
    language: textIn(row, 'language'),
    deceased: ['true', 'yes', '1'].includes((textIn(row, 'deceased') ?? '').toLowerCase()),
    state: textIn(row, 'state'),
  };
  return ok({ kind: 'patient', patient });
}

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && parseIso(`${text}T00:00:00Z`).ok;

const SLOT_STATUSES: readonly SystemSlot['status'][] = [
  'free',
  'busy',
  'busy-unavailable',
  'busy-tentative',
  'entered-in-error',
];

function slotIn(row: Row, external: ExternalId): Result<RowContent, Bad> {
  const status = codeIn(row, 'status', SLOT_STATUSES, null);
  if (!status.ok) return status;
  const span = spanIn(row);
  return span.ok
    ? ok({
        kind: 'slot',
        slot: { external, status: status.value, start: span.value.from, end: span.value.to },
      })
    : span;
}

const STATUSES: readonly AppointmentStatus[] = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
  'checked-in',
  'waitlist',
];
const PARTICIPATIONS: readonly Participation[] = ['accepted', 'declined', 'tentative', 'needs-action'];

function appointmentIn(row: Row, external: ExternalId): Result<RowContent, Bad> {
  const patient = textIn(row, 'patient');
  if (patient === null) return err({ field: 'patient', reason: 'missing' });
  const status = codeIn(row, 'status', STATUSES, 'booked');
  if (!status.ok) return status;
  const participation = codeIn(row, 'participation', PARTICIPATIONS, 'needs-action');
  if (!participation.ok) return participation;
  const span = spanIn(row);
  if (!span.ok) return span;
  const named = (field: string): ExternalId | null => {
    const text = textIn(row, field);
    return text === null ? null : id<ExternalId>(text);
  };
  const slot = named('slot');
  const appointment = {
    external,
    version: id<ExternalVersion>('0'),
    status: status.value,
    participation: participation.value,
    patient: id<ExternalId>(patient),
    location: named('location'),
    provider: named('provider'),
    visitTypeCode: textIn(row, 'visitType'),
    slots: slot === null ? [] : [slot],
    start: span.value.from,
    end: span.value.to,
  };
  return ok({ kind: 'appointment', appointment });
}
