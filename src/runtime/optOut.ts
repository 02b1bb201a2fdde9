/** "Stop calling me" holds from the moment it is understood: it is stored before the call ends, and not only with the call's outcome. */
import type { CallJournal } from '../ports/callJournal.ts';
import type { Log } from '../ports/log.ts';

/**
 * The same journal, which stores an opt-out as soon as the conversation notes one. Flushing waits for that too, and a store that is away is
 * logged: the call's outcome brings the opt-out once more.
 */
export function heedOptOuts(journal: CallJournal, suppress: () => Promise<void>, log: Log): CallJournal {
  let stored: Promise<void> = Promise.resolve();
  return {
    append(attempt, event) {
      journal.append(attempt, event);
      if (event.kind !== 'understood' || event.move !== 'opt_out') return;
      stored = suppress().catch((error: unknown) => {
        log.error('vendor.failed', {
          vendor: 'database',
          attempt,
          code: error instanceof Error ? error.name : 'unknown',
        });
      });
    },
    async flush(attempt) {
      await Promise.all([stored, journal.flush(attempt)]);
    },
  };
}
