import { type CallProgress, type CallStatus, advances } from '../../domain/call.ts';
import type { E164 } from '../../domain/call.ts';
import type { AttemptId, CallSid } from '../../domain/ids.ts';
import type { Instant } from '../../domain/time.ts';
import type { CallStore, OpenAttempt } from '../../ports/store/callStore.ts';
import { claim } from './claim.ts';
import { Prisma } from '../../generated/prisma/client.ts';
import { type Database, inTransaction, lock, toInstant, toJson, toTimestamp } from './database.ts';
import { nudge } from './outbox.ts';
import { readSubject } from './subject.ts';

/** Attempt states that a provider's report may move on. */
const STATUS_OF: Readonly<Partial<Record<CallStatus, string>>> = {
  queued: 'queued',
  ringing: 'ringing',
  answered: 'answered',
};

async function progress(db: Database, attempt: AttemptId, seen: CallProgress, at: Instant): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lock(tx, `attempt-${attempt}`);
    const row = await tx.callAttempt.findUnique({ where: { id: attempt } });
    if (row === null || !advances(row.progress as CallStatus | null, seen.status)) return;
    const status = STATUS_OF[seen.status];
    const moves = row.status !== 'ended' && status !== undefined;
    const answered = seen.status === 'answered' && row.answeredAt === null;
    await tx.callAttempt.update({
      where: { id: attempt },
      data: {
        progress: seen.status,
        ...(moves ? { status } : {}),
        ...(answered ? { answeredAt: toTimestamp(at) } : {}),
      },
    });
    if (answered)
      await tx.contact.updateMany({
        where: { id: row.contactId, state: 'claimed' },
        data: { state: 'in_call' },
      });
  });
}

async function end(
  db: Database,
  attempt: AttemptId,
  ended: Parameters<CallStore['end']>[1],
): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const { count } = await tx.callAttempt.updateMany({
      where: { id: attempt, status: { not: 'ended' } },
      data: {
        status: 'ended',
        endedAt: toTimestamp(ended.at),
        disposition: ended.disposition,
        recordingMs: ended.recordingMs,
        result: ended.result === null ? Prisma.DbNull : toJson(ended.result),
      },
    });
    if (count === 0) return false;
    await tx.lineLease.deleteMany({ where: { attemptId: attempt } });
    await nudge(tx, {
      queue: 'outcome',
      subject: attempt,
      jobId: `outcome-${attempt}`,
      dueAt: ended.at,
      at: ended.at,
    });
    return true;
  });
}

async function stuck(db: Database, before: Instant): Promise<readonly OpenAttempt[]> {
  const rows = await db.callAttempt.findMany({
    where: {
      status: { not: 'ended' },
      claimedAt: { lt: toTimestamp(before) },
      OR: [{ line: null }, { line: { expiresAt: { lt: toTimestamp(before) } } }],
    },
    orderBy: { claimedAt: 'asc' },
  });
  return rows.map((row) => ({
    attempt: row.id as AttemptId,
    sid: row.sid as CallSid | null,
    phone: row.phone as E164,
    callerId: row.callerId as E164,
    status: (row.status === 'queued' ? 'requested' : row.status) as OpenAttempt['status'],
    since: toInstant(row.claimedAt),
  }));
}

export function callStore(db: Database): CallStore {
  return {
    claim: (contact, options, decide) => claim(db, contact, options, decide),
    async placed(attempt, sid, at) {
      await db.callAttempt.updateMany({
        where: { id: attempt, sid: null },
        data: { sid, placedAt: toTimestamp(at) },
      });
      // A report may have come in before the answer to our request did.
      await db.callAttempt.updateMany({
        where: { id: attempt, status: { in: ['intent', 'unknown_requested'] } },
        data: { status: 'requested' },
      });
    },
    async unknownPlacement(attempt) {
      await db.callAttempt.updateMany({
        where: { id: attempt, status: 'intent' },
        data: { status: 'unknown_requested' },
      });
    },
    progress: (attempt, seen, at) => progress(db, attempt, seen, at),
    async answeredBy(attempt, verdict) {
      await db.callAttempt.updateMany({ where: { id: attempt }, data: { answeredBy: verdict } });
    },
    async extendLease(attempt, until) {
      // A lease that ran out may have been swept; whose call goes on is counted again.
      await db.$executeRaw`
        insert into "line_lease" ("attempt_id", "expires_at")
        select "id", ${toTimestamp(until)} from "call_attempt" where "id" = ${attempt} and "status" <> 'ended'
        on conflict ("attempt_id") do update set "expires_at" = excluded."expires_at"`;
    },
    end: (attempt, ended) => end(db, attempt, ended),
    subject: (attempt) => readSubject(db, attempt),
    async bySid(sid) {
      const row = await db.callAttempt.findUnique({ where: { sid }, select: { id: true } });
      return row === null ? null : (row.id as AttemptId);
    },
    stuck: (before) => stuck(db, before),
  };
}
