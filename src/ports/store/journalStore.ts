import type { CallEvent } from '../../domain/callEvent.ts';
import type { AttemptId } from '../../domain/ids.ts';

/** Append-only call events. */
export interface JournalStore {
  /** Sequence numbers continue where the attempt's log ends. */
  append(attempt: AttemptId, events: readonly CallEvent[]): Promise<void>;
  read(attempt: AttemptId): Promise<readonly CallEvent[]>;
}
