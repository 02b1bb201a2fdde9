/** Writes down what an attempt decided, once, in one transaction with everything that follows. */
import type { AttemptId } from '../domain/ids.ts';
import type { RetryPlanner } from '../domain/planning.ts';
import type { Practice } from '../domain/practice.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store/store.ts';
import { decideOutcome } from './decideOutcome.ts';

export interface OutcomeDeps {
  readonly store: Pick<Store, 'practice' | 'outcomes'>;
  /** The schedule stage's cadence for a practice. */
  readonly retryPlannerFor: (practice: Practice) => RetryPlanner;
  readonly clock: Clock;
  readonly log: Log;
}

/** @returns `not_ended` when there is no such attempt or it still goes on. */
export async function applyOutcome(
  deps: OutcomeDeps,
  attempt: AttemptId,
): Promise<'applied' | 'already' | 'not_ended'> {
  const { store, clock, log } = deps;
  const [practice, ended] = await Promise.all([store.practice.current(), store.outcomes.ended(attempt)]);
  if (practice === null || ended === null) return 'not_ended';
  const changes = decideOutcome(ended, deps.retryPlannerFor(practice));
  const applied = await store.outcomes.apply(attempt, changes, clock.now());
  if (applied === 'applied') {
    log.info('outcome.applied', { attempt, contact: ended.contact, count: changes.outcomes.length });
  }
  return applied;
}
