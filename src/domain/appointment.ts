/** The mirror of the scheduling system's appointments, and its patients. The scheduling system is right; staff always win. */
import type { E164 } from './call.ts';
import type {
  AppointmentId,
  ExternalId,
  ExternalVersion,
  LocationId,
  PatientId,
  ProviderId,
  VisitTypeId,
} from './ids.ts';
import type { LocalDate } from './localTime.ts';
import type { Instant } from './time.ts';

/** FHIR R4's codes. "Confirmed" is none of them: it is the patient's participation. */
export type AppointmentStatus =
  | 'proposed'
  | 'pending'
  | 'booked'
  | 'arrived'
  | 'fulfilled'
  | 'cancelled'
  | 'noshow'
  | 'entered-in-error'
  | 'checked-in'
  | 'waitlist';

export type Participation = 'accepted' | 'declined' | 'tentative' | 'needs-action';

export type CancelReason = 'pat-crs' | 'pat-swl' | 'other';

export interface Appointment {
  readonly id: AppointmentId;
  readonly external: ExternalId;
  readonly version: ExternalVersion;
  readonly status: AppointmentStatus;
  readonly participation: Participation;
  readonly patient: PatientId;
  readonly location: LocationId;
  readonly provider: ProviderId | null;
  readonly visitType: VisitTypeId | null;
  readonly slots: readonly ExternalId[];
  readonly start: Instant;
  readonly end: Instant;
}

export interface Patient {
  readonly id: PatientId;
  readonly external: ExternalId;
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: LocalDate | null;
  readonly phone: E164 | null;
  readonly language: string | null;
  readonly deceased: boolean;
  /** Two-letter state of the address, when known. */
  readonly state: string | null;
}

/** Still something to ask about: booked, and the patient has not answered. */
export const awaitsConfirmation = (a: Pick<Appointment, 'status' | 'participation'>): boolean =>
  a.status === 'booked' && a.participation !== 'accepted' && a.participation !== 'declined';
