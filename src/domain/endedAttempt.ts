/** An attempt that is over, and all that follows from it. */
import type { CancelReason } from './appointment.ts';
import type { E164 } from './call.ts';
import type { CallbackRequest, ConversationResult } from './conversation.ts';
import type { Disposition, OutcomeKind } from './disposition.ts';
import type { AppointmentId, AttemptId, ContactId, OfferId, PatientId } from './ids.ts';
import type { ContactPurpose, RetryPlan } from './planning.ts';
import type { Instant } from './time.ts';

/** An ended attempt as the outcome stage reads it. */
export interface EndedAttempt {
  readonly attempt: AttemptId;
  readonly contact: ContactId;
  readonly purpose: ContactPurpose;
  readonly phone: E164;
  readonly disposition: Disposition;
  readonly result: ConversationResult | null;
  readonly endedAt: Instant;
  readonly appointments: readonly {
    readonly appointment: AppointmentId;
    readonly patient: PatientId;
    readonly start: Instant;
  }[];
  readonly offer: { readonly offer: OfferId; readonly patient: PatientId } | null;
  /** Earlier attempts of this contact by disposition, this one among them. */
  readonly tries: Readonly<Partial<Record<Disposition, number>>>;
  readonly expiresAt: Instant;
}

/** Everything that one attempt changes, written in one transaction or not at all. */
export interface OutcomeChanges {
  readonly outcomes: readonly {
    readonly appointment: AppointmentId | null;
    readonly offer: OfferId | null;
    readonly kind: OutcomeKind;
  }[];
  /** Commands for the scheduling system that were decided; bookings made during the call are there already. */
  readonly writeBacks: readonly (
    | { readonly kind: 'confirm'; readonly appointment: AppointmentId }
    | { readonly kind: 'cancel'; readonly appointment: AppointmentId; readonly reason: CancelReason }
  )[];
  readonly suppressions: readonly {
    readonly scope: 'phone' | 'patient' | 'phone_patient_link';
    readonly patient: PatientId | null;
    readonly reason: 'opted_out' | 'wrong_number' | 'deceased';
  }[];
  readonly callbacks: readonly (CallbackRequest & {
    readonly patient: PatientId | null;
    readonly appointment: AppointmentId | null;
  })[];
  /** What becomes of an offer that was made or could not be made. */
  readonly offer: {
    readonly offer: OfferId;
    readonly became: 'accepted' | 'lost_slot' | 'declined' | 'no_decision' | 'unreached';
  } | null;
  readonly contact: RetryPlan;
}
