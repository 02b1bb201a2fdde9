/** Rows to domain values. The database holds what we wrote, so brands are put back without judging again. */
import type { Appointment, AppointmentStatus, Participation, Patient } from '../../domain/appointment.ts';
import type { E164 } from '../../domain/call.ts';
import type { Opening } from '../../domain/conversation.ts';
import type {
  AppointmentId,
  ExternalId,
  ExternalVersion,
  LocationId,
  PatientId,
  ProviderId,
  VisitTypeId,
} from '../../domain/ids.ts';
import { type Instant, HOUR_MS } from '../../domain/time.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { toInstant } from './database.ts';

const YEAR_MS = 365.2425 * 24 * HOUR_MS;

export function appointmentOf(row: Row.Appointment): Appointment {
  return {
    id: row.id as AppointmentId,
    external: row.external as ExternalId,
    version: row.version as ExternalVersion,
    status: row.status as AppointmentStatus,
    participation: row.participation as Participation,
    patient: row.patientId as PatientId,
    location: row.locationId as LocationId,
    provider: row.providerId as ProviderId | null,
    visitType: row.visitTypeId as VisitTypeId | null,
    slots: row.slots as ExternalId[],
    start: toInstant(row.startAt),
    end: toInstant(row.endAt),
  };
}

export function patientOf(row: Row.Patient & { readonly phones: readonly Row.PatientPhone[] }): Patient {
  const active = row.phones.find((link) => link.status === 'active') ?? row.phones[0];
  return {
    id: row.id as PatientId,
    external: row.external as ExternalId,
    givenName: row.givenName,
    familyName: row.familyName,
    birthDate: row.birthDate,
    phone: (active?.phone ?? null) as E164 | null,
    language: row.language,
    deceased: row.deceased,
    state: row.state,
  };
}

/** Under eighteen by the calendar, near enough for a gate that asks for the guardian. */
export function isMinor(birthDate: string | null, now: Instant): boolean {
  if (birthDate === null) return false;
  const born = globalThis.Date.parse(`${birthDate}T00:00:00Z`);
  return Number.isFinite(born) && now - born < 18 * YEAR_MS;
}

export function openingOf(
  row: Pick<Row.Slot, 'external' | 'startAt' | 'endAt' | 'providerId' | 'spokenProvider'>,
): Opening {
  return {
    slot: row.external as ExternalId,
    start: toInstant(row.startAt),
    end: toInstant(row.endAt),
    provider: row.providerId as ProviderId | null,
    spokenProvider: row.spokenProvider,
  };
}
