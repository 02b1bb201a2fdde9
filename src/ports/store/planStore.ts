import type { ContactId, PracticeId, RunId } from '../../domain/ids.ts';
import type { LocalDate } from '../../domain/localTime.ts';
import type { ContactState, Household, PlannedContact } from '../../domain/planning.ts';
import type { Instant, Span } from '../../domain/time.ts';

interface SavedPlan {
  readonly run: RunId;
  /** New contacts by this planning; 0 when the night was planned before. */
  readonly added: number;
  readonly contacts: readonly {
    readonly contact: ContactId;
    readonly state: ContactState;
    readonly notBefore: Instant;
  }[];
}

/** Planning: households in, decisions out. */
export interface PlanStore {
  /** Everybody with an appointment that starts in the span and awaits an answer, grouped by phone; people without one stand alone. */
  households(practice: PracticeId, span: Span, now: Instant): Promise<readonly Household[]>;
  /**
   * Stores one planning run. Idempotent: one run per practice and local date, one contact per run and phone (or patient, without a phone),
   * and no second confirm contact for an appointment that has a live one. Callable contacts get an outbox row for their `call` job in the same
   * transaction; every refusal is stored with its reason and rules.
   */
  savePlan(plan: {
    readonly practice: PracticeId;
    readonly localDate: LocalDate;
    readonly plannedAt: Instant;
    readonly contacts: readonly PlannedContact[];
  }): Promise<SavedPlan>;
  /** Outbox rows due and not yet handed to the queues. The relay marks each after its job was added. */
  dueNudges(now: Instant, limit: number): Promise<readonly Nudge[]>;
  nudged(ids: readonly string[]): Promise<void>;
}

/** An outbox row: a job that must be added. `jobId` makes adding it twice harmless. */
export interface Nudge {
  readonly id: string;
  readonly jobId: string;
  readonly queue: 'call' | 'outcome' | 'fill' | 'writeback';
  /** The row that the job is about. */
  readonly subject: string;
  readonly dueAt: Instant;
}
