import type { Appointment } from '../../domain/appointment.ts';
import type { AppointmentId, ExternalId } from '../../domain/ids.ts';
import type { Instant, Span } from '../../domain/time.ts';
import type { SystemAppointment, SystemPatient, UnreadableResource } from '../schedulingSystem.ts';

/** What was quarantined on the way in: the row stays out, the rest goes on, the counts add up. */
export interface Quarantined {
  readonly source: string;
  readonly line: number | null;
  readonly external: string | null;
  readonly field: string;
  readonly reason: string;
}

/** Our copy of the scheduling system. */
export interface MirrorStore {
  /** Upserts by external id in one transaction; older versions never overwrite newer ones. Phones are read with `parsePhone`. */
  upsert(batch: {
    readonly patients: readonly SystemPatient[];
    readonly appointments: readonly SystemAppointment[];
    readonly unreadable: readonly UnreadableResource[];
    readonly seenAt: Instant;
  }): Promise<{ readonly patients: number; readonly appointments: number; readonly quarantined: number }>;
  appointment(id: AppointmentId): Promise<Appointment | null>;
  byExternal(external: ExternalId): Promise<Appointment | null>;
  /** Start times in the span, in order of start. */
  startingIn(span: Span): Promise<readonly Appointment[]>;
  quarantine(rows: readonly Quarantined[]): Promise<void>;
  /** Loads slots of an import (a free list, not freed slots to fill). @returns rows written. */
  importSlots(
    rows: readonly {
      readonly external: ExternalId;
      readonly status: string;
      readonly start: Instant;
      readonly end: Instant;
    }[],
  ): Promise<number>;
}
