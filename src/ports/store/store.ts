/** Our truth. Each method is one transaction; each part is one concern of the night. */
import type { CallStore } from './callStore.ts';
import type { FillStore } from './fillStore.ts';
import type { JournalStore } from './journalStore.ts';
import type { MirrorStore } from './mirrorStore.ts';
import type { OutcomeStore } from './outcomeStore.ts';
import type { PlanStore } from './planStore.ts';
import type { PracticeStore } from './practiceStore.ts';
import type { ReportStore } from './reportStore.ts';
import type { WriteBackStore } from './writeBackStore.ts';

export interface Store {
  readonly practice: PracticeStore;
  readonly mirror: MirrorStore;
  readonly plan: PlanStore;
  readonly calls: CallStore;
  readonly outcomes: OutcomeStore;
  readonly fill: FillStore;
  readonly writeBacks: WriteBackStore;
  readonly journal: JournalStore;
  readonly report: ReportStore;
  close(): Promise<void>;
}
