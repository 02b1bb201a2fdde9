/** FHIR R4 in files: NDJSON, one resource a line, or a Bundle. Pure; a line that cannot be used does not stop the others. */
import { z } from 'zod';
import type { ImportFile, ImportedRow, ImportedRows, RowContent } from '../../ports/importedRows.ts';
import { collectRows } from '../../ports/importedRows.ts';
import { readAppointment, readPatient, readSlotItself } from './read.ts';
import type { Versioned } from './server.ts';

const Resource = z.looseObject({
  resourceType: z.string(),
  id: z.string().optional(),
  meta: z.object({ versionId: z.string().optional() }).optional(),
});
const Bundle = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ resource: z.unknown() })).default([]),
});

export function readFhirFiles(files: readonly ImportFile[]): ImportedRows {
  return collectRows(files.flatMap((file) => rowsOf(file)));
}

function rowsOf({ name, text }: ImportFile): readonly ImportedRow[] {
  const bundle = Bundle.safeParse(json(text));
  if (bundle.success) {
    return bundle.data.entry.map(({ resource }, index) => ({
      source: name,
      line: index + 1,
      content: contentOf(resource),
    }));
  }
  return text.split(/\r?\n/).flatMap((line, index): ImportedRow[] => {
    if (line.trim() === '') return [];
    const parsed = json(line);
    const content = parsed === undefined ? bad(null, 'line', 'not_json') : contentOf(parsed);
    return [{ source: name, line: index + 1, content }];
  });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

const bad = (external: string | null, field: string, reason: string): RowContent => ({
  kind: 'bad',
  external,
  field,
  reason,
});

function contentOf(raw: unknown): RowContent {
  const parsed = Resource.safeParse(raw);
  if (!parsed.success) return bad(null, 'resourceType', 'missing');
  const resource = parsed.data;
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(resource.id ?? ''))
    return bad(resource.id ?? null, 'id', resource.id === undefined ? 'missing' : 'malformed');
  const found: Versioned = { resource, id: resource.id ?? '', version: resource.meta?.versionId ?? null };
  switch (resource.resourceType) {
    case 'Patient': {
      const patient = readPatient(found);
      return patient === null ? bad(found.id, 'name', 'missing') : { kind: 'patient', patient };
    }
    case 'Appointment': {
      const read = readAppointment(found);
      if (!read.ok) return bad(found.id, read.error.field, read.error.reason);
      return read.value.end > read.value.start
        ? { kind: 'appointment', appointment: read.value }
        : bad(found.id, 'end', 'before_start');
    }
    case 'Slot': {
      const read = readSlotItself(found);
      if (!read.ok) return bad(found.id, read.error.field, read.error.reason);
      const { external, status, start, end } = read.value;
      return end > start
        ? { kind: 'slot', slot: { external, status, start, end } }
        : bad(found.id, 'end', 'before_start');
    }
    default:
      return { kind: 'other' };
  }
}
