import type { CancelReason } from '../../domain/appointment.ts';
import type { CallbackRequest, ConversationResult } from '../../domain/conversation.ts';
import type { Disposition, OutcomeKind } from '../../domain/disposition.ts';
import type { AppointmentId, AttemptId, ContactId, OfferId, PatientId } from '../../domain/ids.ts';
import type { ContactPurpose, RetryPlan } from '../../domain/planning.ts';
import type { E164 } from '../../domain/call.ts';
import type { Instant } from '../../domain/time.ts';

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

export interface OutcomeStore {
  ended(attempt: AttemptId): Promise<EndedAttempt | null>;
  /**
   * Applies once per attempt: outcomes, write-backs and their outbox rows, suppressions, callbacks, the contact's next state with its `call` job,
   * the offer's end (its reservation released and the slot's `fill` job due again unless accepted). Applying again changes nothing.
   */
  apply(attempt: AttemptId, changes: OutcomeChanges, at: Instant): Promise<'applied' | 'already'>;
  /** In-call opt-out: committed before the call ends. */
  suppressNow(
    phone: E164,
    reason: 'opted_out' | 'wrong_number',
    at: Instant,
    attempt: AttemptId,
  ): Promise<void>;
}
