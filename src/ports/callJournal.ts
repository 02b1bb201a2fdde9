import type { CallEvent } from '../domain/callEvent.ts';
import type { AttemptId } from '../domain/ids.ts';

/** The append-only log of calls. Appending never waits and never throws; `flush` resolves when all is stored. */
export interface CallJournal {
  append(attempt: AttemptId, event: CallEvent): void;
  flush(attempt: AttemptId): Promise<void>;
}
