import { randomUUID } from 'node:crypto';
import type { Instant } from '../../domain/time.ts';
import type { Nudge } from '../../ports/store/planStore.ts';
import { type Transaction, toTimestamp } from './database.ts';

/** Asks for a job in the same transaction as the rows that it is about. The same `jobId` twice is one job. */
export async function nudge(
  tx: Transaction,
  wanted: Omit<Nudge, 'id'> & { readonly at: Instant },
): Promise<void> {
  await tx.$executeRaw`
    insert into "outbox" ("id", "job_id", "queue", "subject", "due_at", "created_at")
    values (${randomUUID()}, ${wanted.jobId}, ${wanted.queue}, ${wanted.subject}, ${toTimestamp(wanted.dueAt)}, ${toTimestamp(wanted.at)})
    on conflict ("job_id") do nothing`;
}
