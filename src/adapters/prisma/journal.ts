import type { CallEvent } from '../../domain/callEvent.ts';
import type { JournalStore } from '../../ports/store/journalStore.ts';
import { type Database, inTransaction, lock, toJson } from './database.ts';

export function journalStore(db: Database): JournalStore {
  return {
    async append(attempt, events) {
      if (events.length === 0) return;
      await inTransaction(db, async (tx) => {
        await lock(tx, `journal-${attempt}`);
        const { _max } = await tx.callEvent.aggregate({ where: { attemptId: attempt }, _max: { seq: true } });
        const first = (_max.seq ?? 0) + 1;
        await tx.callEvent.createMany({
          data: events.map((event, index) => ({
            attemptId: attempt,
            seq: first + index,
            atMs: event.atMs,
            kind: event.kind,
            event: toJson(event),
          })),
        });
      });
    },
    async read(attempt) {
      const rows = await db.callEvent.findMany({ where: { attemptId: attempt }, orderBy: { seq: 'asc' } });
      return rows.map((row) => row.event as unknown as CallEvent);
    },
  };
}
