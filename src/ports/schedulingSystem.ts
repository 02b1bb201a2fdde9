/** The practice's scheduling system: the source of truth. Every change carries the version it was decided on and a key that never changes. */
import type { AppointmentStatus, CancelReason, Participation } from '../domain/appointment.ts';
import type { ExternalId, ExternalVersion } from '../domain/ids.ts';
import type { LocalDate } from '../domain/localTime.ts';
import type { Result } from '../domain/result.ts';
import type { Instant, Span } from '../domain/time.ts';

export interface SystemPatient {
  readonly external: ExternalId;
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate: LocalDate | null;
  /** As written there; not yet judged. */
  readonly rawPhone: string | null;
  readonly language: string | null;
  readonly deceased: boolean;
  readonly state: string | null;
}

export interface SystemAppointment {
  readonly external: ExternalId;
  readonly version: ExternalVersion;
  readonly status: AppointmentStatus;
  /** The patient's own participation. */
  readonly participation: Participation;
  readonly patient: ExternalId;
  readonly location: ExternalId | null;
  readonly provider: ExternalId | null;
  readonly visitTypeCode: string | null;
  readonly slots: readonly ExternalId[];
  readonly start: Instant;
  readonly end: Instant;
}

/** A resource that cannot be used as it is; the rest goes on. */
export interface UnreadableResource {
  readonly external: string;
  readonly field: string;
  readonly reason: 'naive_time' | 'malformed_time' | 'missing' | 'unknown_code' | 'no_patient';
}

export interface SystemSlot {
  readonly external: ExternalId;
  readonly version: ExternalVersion;
  readonly status: 'free' | 'busy' | 'busy-unavailable' | 'busy-tentative' | 'entered-in-error';
  readonly start: Instant;
  readonly end: Instant;
  readonly provider: ExternalId | null;
  readonly location: ExternalId | null;
  readonly visitTypeCode: string | null;
}

export type ReadFailure = { readonly kind: 'unavailable' | 'unauthorised' | 'malformed' };

/**
 * What became of a command. `accepted`: taken, not yet seen when read back. `landed`: read back as wanted (or it was so already).
 * `conflict`: somebody changed it since; re-read and let staff win. `unknown`: the answer was lost; read back before any retry.
 */
export type CommandResult =
  | { readonly kind: 'landed'; readonly external: ExternalId; readonly version: ExternalVersion }
  | { readonly kind: 'accepted'; readonly external: ExternalId | null }
  | { readonly kind: 'conflict'; readonly reason: 'version' | 'slot_taken' | 'gone' }
  | { readonly kind: 'rejected'; readonly status: number }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable'; readonly retryAfterMs: number | null };

export interface BookCommand {
  readonly key: string;
  readonly slot: ExternalId;
  readonly start: Instant;
  readonly end: Instant;
  readonly patient: ExternalId;
  readonly location: ExternalId;
  readonly provider: ExternalId | null;
  readonly visitTypeCode: string | null;
}

export interface SchedulingSystem {
  /** Appointments starting in the half-open span, every page of it, with the patients they belong to. */
  listAppointments(span: Span): Promise<
    Result<
      {
        readonly appointments: readonly SystemAppointment[];
        readonly patients: readonly SystemPatient[];
        readonly unreadable: readonly UnreadableResource[];
      },
      ReadFailure
    >
  >;
  getAppointment(external: ExternalId): Promise<Result<SystemAppointment | null, ReadFailure>>;
  getPatient(external: ExternalId): Promise<Result<SystemPatient | null, ReadFailure>>;
  getSlot(external: ExternalId): Promise<Result<SystemSlot | null, ReadFailure>>;
  /** Free slots in the span at a location, soonest first. */
  findSlots(query: {
    readonly span: Span;
    readonly location: ExternalId;
    readonly visitTypeCode: string | null;
    readonly minutes: number;
    readonly limit: number;
  }): Promise<Result<readonly SystemSlot[], ReadFailure>>;
  /** The patient says yes: participation becomes accepted, the status stays booked. */
  confirm(command: {
    readonly key: string;
    readonly appointment: ExternalId;
    readonly version: ExternalVersion;
  }): Promise<CommandResult>;
  /** Cancels and frees the appointment's slots; `landed` only when both are so. */
  cancel(command: {
    readonly key: string;
    readonly appointment: ExternalId;
    readonly version: ExternalVersion;
    readonly reason: CancelReason;
  }): Promise<CommandResult>;
  /** Holds the slot and books it; one booking for one key for ever. `conflict: slot_taken` when it is not free. */
  book(command: BookCommand): Promise<CommandResult>;
  health(): Promise<Result<{ readonly software: string }, ReadFailure>>;
}
