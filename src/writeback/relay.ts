/** Hands due outbox rows to the queues. A row is marked after its job was added; adding it twice is harmless because its job id is the same. */
import { id } from '../domain/ids.ts';
import type { AttemptId, ContactId, SlotId, WriteBackId } from '../domain/ids.ts';
import { unreachable } from '../domain/result.ts';
import { msBetween } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { EnqueueOptions, Queues } from '../ports/queues.ts';
import type { Nudge } from '../ports/store/planStore.ts';
import type { Store } from '../ports/store/store.ts';

export interface RelayDeps {
  readonly store: Pick<Store, 'plan'>;
  readonly queues: Pick<Queues, 'enqueue'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Rows moved at once. */
const BATCH = 100;

/** How often to look; a person on the phone does not notice, and neither does the database. */
const EVERY_MS = 250;

function enqueue(queues: RelayDeps['queues'], nudge: Nudge, options: EnqueueOptions): Promise<void> {
  const { subject } = nudge;
  switch (nudge.queue) {
    case 'call':
      return queues.enqueue('call', { contact: id<ContactId>(subject) }, options);
    case 'outcome':
      return queues.enqueue('outcome', { attempt: id<AttemptId>(subject) }, options);
    case 'fill':
      return queues.enqueue('fill', { slot: id<SlotId>(subject) }, options);
    case 'writeback':
      return queues.enqueue('writeback', { writeBack: id<WriteBackId>(subject) }, options);
    default:
      return unreachable(nudge.queue);
  }
}

/** Moves one batch. @returns how many rows were moved. @throws when the store or the queues cannot be reached; nothing is lost then. */
export async function relayOnce({ store, queues, clock }: RelayDeps): Promise<number> {
  const now = clock.now();
  const nudges = await store.plan.dueNudges(now, BATCH);
  for (const nudge of nudges) {
    const delayMs = Math.max(0, msBetween(now, nudge.dueAt));
    await enqueue(queues, nudge, { jobId: nudge.jobId, delayMs });
    await store.plan.nudged([nudge.id]);
  }
  return nudges.length;
}

/** Relays until `signal` aborts. An outage is logged once a round and waited out: the rows are still there. */
export async function relay(deps: RelayDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const moved = await relayOnce(deps);
      if (moved === BATCH) continue;
    } catch {
      deps.log.error('queue.error', { code: 'relay' });
    }
    await deps.clock.sleep(EVERY_MS, signal);
  }
}
