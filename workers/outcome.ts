/** Binds the `outcome` queue to its verb. */
import { type OutcomeDeps, applyOutcome } from '../src/outcome/applyOutcome.ts';
import type { Consumer, Queues } from '../src/ports/queues.ts';
import { retryPlanner } from '../src/schedule/retryPlan.ts';

export interface OutcomeWorkerDeps {
  readonly queues: Queues;
  readonly outcome: Omit<OutcomeDeps, 'retryPlannerFor'>;
  readonly concurrency: number;
}

export function consumeOutcomes({ queues, outcome, concurrency }: OutcomeWorkerDeps): Consumer {
  const deps: OutcomeDeps = {
    ...outcome,
    retryPlannerFor: (practice) => retryPlanner(practice.settings, practice.zone),
  };
  return queues.consume(
    'outcome',
    async ({ attempt }) => {
      const applied = await applyOutcome(deps, attempt);
      return applied === 'not_ended' ? { kind: 'give_up', because: applied } : { kind: 'done' };
    },
    { concurrency },
  );
}
