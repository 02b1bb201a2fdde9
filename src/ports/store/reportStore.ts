import type { AttemptId, RunId } from '../../domain/ids.ts';
import type { LocalDate } from '../../domain/localTime.ts';
import type {
  CallbackRow,
  CallDetail,
  CallRow,
  ContactRow,
  NightNumbers,
  PromiseRow,
  SlotRow,
} from '../../domain/report.ts';
import type { Instant } from '../../domain/time.ts';

/** Reads for the page, the report and the terminal. */
export interface ReportStore {
  /** The run of a local date, or the newest one. */
  run(
    date: LocalDate | null,
  ): Promise<{ readonly run: RunId; readonly date: LocalDate; readonly plannedAt: Instant } | null>;
  numbers(run: RunId): Promise<NightNumbers>;
  calls(run: RunId): Promise<readonly CallRow[]>;
  contacts(run: RunId): Promise<readonly ContactRow[]>;
  slots(run: RunId): Promise<readonly SlotRow[]>;
  callbacks(run: RunId): Promise<readonly CallbackRow[]>;
  /** Open ones, oldest first. */
  promises(run: RunId): Promise<readonly PromiseRow[]>;
  call(attempt: AttemptId): Promise<CallDetail | null>;
  /** True when nothing is due any more: no contact callable now, no live attempt, no unsettled write-back, no slot waiting for its turn. */
  isQuiet(run: RunId, now: Instant): Promise<boolean>;
}
