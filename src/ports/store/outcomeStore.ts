import type { E164 } from '../../domain/call.ts';
import type { EndedAttempt, OutcomeChanges } from '../../domain/endedAttempt.ts';
import type { AttemptId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';

export type { EndedAttempt, OutcomeChanges };

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
