/**
 * What the columns of foreign CSV files mean, as data. For each file what its rows are, and for each of our fields where it is found:
 * a column, several columns joined by a space, or the same for every row, with the file's words translated by `values`.
 */
import { z } from 'zod';
import { type Result, err, ok } from '../../domain/result.ts';

const Source = z.union([
  z.string().transform((column) => ({ columns: [column], values: null, always: null })),
  z
    .strictObject({
      column: z.string().optional(),
      columns: z.array(z.string()).min(1).optional(),
      always: z.string().optional(),
      values: z.record(z.string(), z.string()).optional(),
    })
    .refine(
      ({ column, columns, always }) =>
        [column, columns, always].filter((given) => given !== undefined).length === 1,
      'needs exactly one of column, columns and always',
    )
    .transform(({ column, columns, always, values }) => ({
      columns: column === undefined ? (columns ?? []) : [column],
      values: values ?? null,
      always: always ?? null,
    })),
]);

export type FieldSource = z.output<typeof Source>;

const Patients = z.strictObject({
  rows: z.literal('patients'),
  fields: z.strictObject({
    id: Source,
    name: Source.optional(),
    givenName: Source.optional(),
    familyName: Source.optional(),
    birthDate: Source.optional(),
    phone: Source.optional(),
    language: Source.optional(),
    deceased: Source.optional(),
    state: Source.optional(),
  }),
});
const Times = { start: Source, end: Source.optional(), minutes: Source.optional() };
const Slots = z.strictObject({
  rows: z.literal('slots'),
  fields: z.strictObject({ id: Source, status: Source, ...Times }),
});
const Appointments = z.strictObject({
  rows: z.literal('appointments'),
  fields: z.strictObject({
    id: Source,
    patient: Source,
    ...Times,
    status: Source.optional(),
    participation: Source.optional(),
    location: Source.optional(),
    provider: Source.optional(),
    visitType: Source.optional(),
    slot: Source.optional(),
  }),
});
const FileMap = z.discriminatedUnion('rows', [Patients, Slots, Appointments]);

export type FileMap = z.output<typeof FileMap>;

/** By file name. */
export type ColumnMap = Readonly<Record<string, FileMap>>;

/** @returns the map, or every mistake in it, each as `path: what is wrong`. */
export function parseColumnMap(text: string): Result<ColumnMap, readonly string[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return err(['the map is not JSON']);
  }
  const parsed = z.strictObject({ files: z.record(z.string(), FileMap) }).safeParse(raw);
  return parsed.success
    ? ok(parsed.data.files)
    : err(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the map'}: ${issue.message}`));
}
