/** The night as it stands, and the morning after. Every number is a count over stored rows, and the sums reconcile. */
import type { Disposition, OutcomeKind } from './disposition.ts';
import type { AttemptId, ContactId, LocationId } from './ids.ts';
import type { ContactPurpose, ContactState, Refusal } from './planning.ts';
import type { TranscriptLine, TurnLatency } from './call.ts';
import type { CallEvent } from './callEvent.ts';
import type { Instant } from './time.ts';

export interface NightNumbers {
  /** Contacts of the run that were given a time to be called: households, and offers made later. */
  readonly planned: number;
  readonly plannedConfirm: number;
  readonly plannedOffer: number;
  readonly refused: number;
  readonly refusedBy: Readonly<Partial<Record<Refusal, number>>>;
  /** Attempts that reached the provider. */
  readonly dialed: number;
  readonly answered: number;
  readonly byDisposition: Readonly<Partial<Record<Disposition, number>>>;
  readonly byOutcome: Readonly<Partial<Record<OutcomeKind, number>>>;
  /** Slots whose cancellation landed. */
  readonly freed: number;
  /** Of them, booked again for somebody of the waitlist. */
  readonly filled: number;
  readonly writeBacks: number;
  readonly landed: number;
  readonly superseded: number;
  /** Still on their way, or dead. */
  readonly notLanded: number;
  /** Contacts whose next try or offer lies later, by reason. */
  readonly held: Readonly<Record<string, number>>;
  readonly callbacks: number;
  readonly promisesOpen: number;
  /** Contacts in no named state, answered calls without an outcome, outcomes without their write-back: must be 0. */
  readonly unexplained: number;
  /** In progress right now. */
  readonly live: number;
}

export interface CallRow {
  readonly attempt: AttemptId;
  readonly contact: ContactId;
  readonly purpose: ContactPurpose;
  readonly location: LocationId | null;
  readonly patientName: string;
  readonly placedAt: Instant;
  readonly endedAt: Instant | null;
  readonly disposition: Disposition | null;
  readonly outcomes: readonly OutcomeKind[];
  /** The newest state of the script; null while nobody has picked up. */
  readonly state: string | null;
  /** While the call is going on: the newest line of the transcript. */
  readonly lastLine: TranscriptLine | null;
  readonly medianLatencyMs: number | null;
  readonly recordingMs: number | null;
}

export interface ContactRow {
  readonly contact: ContactId;
  readonly purpose: ContactPurpose;
  readonly state: ContactState;
  readonly location: LocationId | null;
  readonly patientNames: readonly string[];
  readonly notBefore: Instant | null;
  readonly because: string | null;
}

export interface SlotRow {
  readonly slot: string;
  readonly start: Instant;
  readonly location: LocationId;
  readonly state: string;
  readonly because: string | null;
  readonly filledBy: string | null;
}

export interface CallbackRow {
  readonly callback: string;
  readonly patientName: string | null;
  readonly reason: string;
  readonly quote: string;
  readonly createdAt: Instant;
  readonly appointmentStart: Instant | null;
  readonly attempt: AttemptId | null;
}

/** Something that a patient was told and that has not come true yet. */
export interface PromiseRow {
  readonly promise: string;
  readonly patientName: string | null;
  readonly madeAt: Instant;
  readonly attempt: AttemptId;
}

export interface CallDetail {
  readonly row: CallRow;
  /** The call's log, in its order. */
  readonly events: readonly CallEvent[];
  readonly transcript: readonly TranscriptLine[];
  readonly latencies: readonly TurnLatency[];
  readonly path: readonly string[];
  readonly decisions: readonly { readonly rule: string; readonly verdict: string; readonly detail: string }[];
}
