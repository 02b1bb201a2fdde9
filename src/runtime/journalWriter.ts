/** Writes call events behind the conversation's back: a call never waits for the database. */
import type { CallEvent } from '../domain/callEvent.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { CallJournal } from '../ports/callJournal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { JournalStore } from '../ports/store/journalStore.ts';

/** Soon enough for a page that shows the last words said. */
const WRITE_AFTER_MS = 200;
const RETRY_MS = 1_000;

export function createJournal(store: JournalStore, clock: Clock, log: Log): CallJournal {
  const pending = new Map<AttemptId, CallEvent[]>();
  const writing = new Map<AttemptId, Promise<void>>();

  const writeAll = async (attempt: AttemptId): Promise<void> => {
    for (
      let events = pending.get(attempt);
      events !== undefined && events.length > 0;
      events = pending.get(attempt)
    ) {
      const batch = events.splice(0);
      try {
        await store.append(attempt, batch);
      } catch (error) {
        log.error('vendor.failed', {
          vendor: 'database',
          attempt,
          code: error instanceof Error ? error.name : 'unknown',
        });
        events.unshift(...batch);
        await clock.sleep(RETRY_MS);
      }
    }
    pending.delete(attempt);
  };
  const write = (attempt: AttemptId): Promise<void> => {
    const running = writing.get(attempt) ?? writeAll(attempt).finally(() => writing.delete(attempt));
    writing.set(attempt, running);
    return running;
  };

  return {
    append(attempt, event) {
      const events = pending.get(attempt);
      if (events !== undefined) {
        events.push(event);
        return;
      }
      pending.set(attempt, [event]);
      clock.after(WRITE_AFTER_MS, () => void write(attempt));
    },
    async flush(attempt) {
      while (pending.has(attempt)) await write(attempt);
    },
  };
}
