/** The nightly job: plans the night that begins now. */
import type { Practice } from '../src/domain/practice.ts';
import type { Consumer, Queues } from '../src/ports/queues.ts';
import { type PlanningDeps, enqueueDueCalls } from '../src/schedule/enqueueDueCalls.ts';

export interface ScheduleWorkerDeps {
  readonly queues: Queues;
  readonly planning: PlanningDeps;
}

/** A schedule that could not be read is read again soon; the night is short. */
const UNREAD_RETRY_MS = 60_000;

export function consumeSchedule({ queues, planning }: ScheduleWorkerDeps): Consumer {
  return queues.consume(
    'schedule',
    async () => {
      const planned = await enqueueDueCalls(planning, null);
      if (planned.ok) return { kind: 'done' };
      return planned.error.kind === 'no_practice'
        ? { kind: 'give_up', because: 'no_practice' }
        : { kind: 'again_in', ms: UNREAD_RETRY_MS };
    },
    { concurrency: 1 },
  );
}

/** Lets the queue start the nightly run on its own, when no cron does. */
export const keepNightly = (queues: Queues, { id, settings, zone }: Practice): Promise<void> =>
  queues.upsertNightly(id, settings.nightlyCron, zone);
