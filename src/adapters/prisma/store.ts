import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store/store.ts';
import { callStore } from './calls.ts';
import { openDatabase } from './database.ts';
import { fillStore } from './fill.ts';
import { journalStore } from './journal.ts';
import { mirrorStore } from './mirror.ts';
import { outcomeStore } from './outcomes.ts';
import { planStore } from './plan.ts';
import { practiceStore } from './practice.ts';
import { reportStore } from './report.ts';
import { writeBackStore } from './writeBacks.ts';

/** The store on PostgreSQL. @param connections upper bound of connections for this process. */
export function openStore(url: string, clock: Clock, connections = 16): Store {
  const db = openDatabase(url, connections);
  return {
    practice: practiceStore(db, clock),
    mirror: mirrorStore(db, clock),
    plan: planStore(db, clock),
    calls: callStore(db),
    outcomes: outcomeStore(db),
    fill: fillStore(db, clock),
    writeBacks: writeBackStore(db),
    journal: journalStore(db),
    report: reportStore(db),
    close: () => db.$disconnect(),
  };
}
