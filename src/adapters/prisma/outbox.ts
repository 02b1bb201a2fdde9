import type { Instant } from '../../domain/time.ts';
import type { Nudge } from '../../ports/store/planStore.ts';
import type { Transaction } from './database.ts';

type Wanted = Omit<Nudge, 'id'> & { readonly at: Instant };

/** Asks for jobs in the same transaction as the rows that they are about. The same `jobId` twice is one job. */
export async function nudgeAll(tx: Transaction, wanted: readonly Wanted[]): Promise<void> {
  await tx.$executeRaw`
    insert into "outbox" ("id", "job_id", "queue", "subject", "due_at", "created_at")
    select gen_random_uuid()::text, t.job, t.queue, t.subject, to_timestamp(t.due / 1000.0), to_timestamp(t.made / 1000.0)
    from unnest(${wanted.map((row) => row.jobId)}::text[], ${wanted.map((row) => row.queue)}::text[],
      ${wanted.map((row) => row.subject)}::text[], ${wanted.map((row) => row.dueAt)}::float8[], ${wanted.map((row) => row.at)}::float8[])
      as t(job, queue, subject, due, made)
    on conflict ("job_id") do nothing`;
}

/** One job; see nudgeAll. */
export const nudge = (tx: Transaction, wanted: Wanted): Promise<void> => nudgeAll(tx, [wanted]);
