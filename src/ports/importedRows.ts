/** Rows of a foreign export on their way in: what is usable, what is not and why, and counts that add up. */
import type { ExternalId } from '../domain/ids.ts';
import { parsePhone } from '../domain/phone.ts';
import type { Instant } from '../domain/time.ts';
import type { SystemAppointment, SystemPatient, SystemSlot } from './schedulingSystem.ts';
import type { Quarantined } from './store/mirrorStore.ts';

export interface ImportFile {
  readonly name: string;
  readonly text: string;
}

interface ImportedSlot {
  readonly external: ExternalId;
  readonly status: SystemSlot['status'];
  readonly start: Instant;
  readonly end: Instant;
}

/** What one row is. `other` is understood and not kept here, such as a room. */
export type RowContent =
  | { readonly kind: 'patient'; readonly patient: SystemPatient }
  | { readonly kind: 'appointment'; readonly appointment: SystemAppointment }
  | { readonly kind: 'slot'; readonly slot: ImportedSlot }
  | { readonly kind: 'other' }
  | {
      readonly kind: 'bad';
      readonly external: string | null;
      readonly field: string;
      readonly reason: string;
    };

export interface ImportedRow {
  readonly source: string;
  /** Line in the file, counted from 1; for a Bundle the entry. */
  readonly line: number;
  readonly content: RowContent;
}

export interface ImportedRows {
  readonly patients: readonly SystemPatient[];
  readonly appointments: readonly SystemAppointment[];
  readonly slots: readonly ImportedSlot[];
  readonly quarantined: readonly Quarantined[];
  /** `rows` = patients + appointments + slots + other + quarantined. `unreachable` counts the patients that no number reaches. */
  readonly counts: {
    readonly rows: number;
    readonly patients: number;
    readonly appointments: number;
    readonly slots: number;
    readonly other: number;
    readonly quarantined: number;
    readonly unreachable: number;
  };
}

/** Sorts rows by what they are. Of rows with the same id the first counts; the others are quarantined. */
export function collectRows(rows: Iterable<ImportedRow>): ImportedRows {
  const patients = new Map<string, SystemPatient>();
  const appointments = new Map<string, SystemAppointment>();
  const slots = new Map<string, ImportedSlot>();
  const quarantined: Quarantined[] = [];
  let count = 0;
  let other = 0;
  for (const { source, line, content } of rows) {
    count += 1;
    const refuse = (external: string | null, field: string, reason: string): void =>
      void quarantined.push({ source, line, external, field, reason });
    const keep = <T extends { readonly external: ExternalId }>(shelf: Map<string, T>, item: T): void => {
      if (shelf.has(item.external)) refuse(item.external, 'id', 'duplicate');
      else shelf.set(item.external, item);
    };
    if (content.kind === 'patient') keep(patients, content.patient);
    else if (content.kind === 'appointment') keep(appointments, content.appointment);
    else if (content.kind === 'slot') keep(slots, content.slot);
    else if (content.kind === 'bad') refuse(content.external, content.field, content.reason);
    else other += 1;
  }
  return {
    patients: [...patients.values()],
    appointments: [...appointments.values()],
    slots: [...slots.values()],
    quarantined,
    counts: {
      rows: count,
      patients: patients.size,
      appointments: appointments.size,
      slots: slots.size,
      other,
      quarantined: quarantined.length,
      unreachable: [...patients.values()].filter(({ rawPhone }) => !parsePhone(rawPhone).ok).length,
    },
  };
}
