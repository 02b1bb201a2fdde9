/** Reads the schedule, decides who is called tonight, and stores it; the stored contacts' jobs follow from the outbox. */
import type { RunId } from '../domain/ids.ts';
import { localTimeAt } from '../domain/localTime.ts';
import type { PlannedContact, Refusal } from '../domain/planning.ts';
import type { Practice } from '../domain/practice.ts';
import { type Result, err, ok } from '../domain/result.ts';
import { type Span, HOUR_MS, plusMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ReadFailure, SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Store } from '../ports/store/store.ts';
import { callingRules } from './callingRules.ts';
import { dueCalls } from './dueCalls.ts';

export interface PlanningDeps {
  readonly store: Pick<Store, 'practice' | 'mirror' | 'plan'>;
  readonly scheduling: SchedulingSystem;
  readonly clock: Clock;
  readonly log: Log;
}

export type PlanningFailure =
  | { readonly kind: 'no_practice' }
  | { readonly kind: 'schedule_unread'; readonly because: ReadFailure['kind'] };

export interface NightPlan {
  readonly practice: Practice;
  readonly contacts: readonly PlannedContact[];
  /** Resources of the scheduling system that could not be read; they are in quarantine. */
  readonly unreadable: number;
}

export interface EnqueuedNight {
  readonly run: RunId;
  /** Contacts that this run of planning added, refused ones among them. */
  readonly added: number;
  readonly callable: number;
  readonly refused: number;
  readonly refusedBy: Readonly<Partial<Record<Refusal, number>>>;
  /** Callable contacts left out by the limit. */
  readonly leftOut: number;
  readonly unreadable: number;
}

/** An appointment that began before now may still run into one that is due. */
const LONGEST_VISIT_MS = 24 * HOUR_MS;

/** People and appointments that the waitlist and the consents speak of and that no listing of the coming days brings. */
async function fetchMissing(deps: PlanningDeps): Promise<void> {
  const { store, scheduling, clock } = deps;
  const patients = [];
  for (const external of await store.practice.missingPatients()) {
    const read = await scheduling.getPatient(external);
    if (read.ok && read.value !== null) patients.push(read.value);
  }
  const appointments = [];
  for (const external of await store.practice.missingAppointments()) {
    const read = await scheduling.getAppointment(external);
    if (read.ok && read.value !== null) appointments.push(read.value);
  }
  if (patients.length + appointments.length === 0) return;
  await store.mirror.upsert({ patients, appointments, unreadable: [], seenAt: clock.now() });
}

async function sync(
  deps: PlanningDeps,
  span: Span,
): Promise<Result<{ readonly unreadable: number }, ReadFailure>> {
  const { store, scheduling, clock, log } = deps;
  const listed = await scheduling.listAppointments(span);
  if (!listed.ok) {
    log.error('vendor.failed', { vendor: 'scheduler', code: listed.error.kind });
    return listed;
  }
  await store.mirror.upsert({ ...listed.value, seenAt: clock.now() });
  await fetchMissing(deps);
  return ok({ unreadable: listed.value.unreadable.length });
}

/**
 * The plan as it would be stored now: the mirror is brought up to date, nothing else changes. A schedule that cannot be read plans nobody,
 * because what the mirror says may be yesterday's.
 */
export async function planNight(deps: PlanningDeps): Promise<Result<NightPlan, PlanningFailure>> {
  const practice = await deps.store.practice.current();
  if (practice === null) return err({ kind: 'no_practice' });
  const now = deps.clock.now();
  const { horizonFromMs, horizonToMs } = practice.settings;
  const due: Span = { from: plusMs(now, horizonFromMs), to: plusMs(now, horizonToMs) };
  const synced = await sync(deps, { from: now, to: due.to });
  if (!synced.ok) return err({ kind: 'schedule_unread', because: synced.error.kind });
  const households = await deps.store.plan.households(practice.id, due, now);
  const booked = await deps.store.mirror.startingIn({ from: plusMs(now, -LONGEST_VISIT_MS), to: due.to });
  const contacts = dueCalls({ practice, households, booked, now }, callingRules);
  return ok({ practice, contacts, unreadable: synced.value.unreadable });
}

const isCallable = (contact: PlannedContact): boolean => contact.decision.kind === 'call_at';

/**
 * Plans the night and stores it. Twice adds nothing.
 * @param limit plan only the first so many callable contacts, in the order of their appointments; the others stay unplanned and are counted.
 */
export async function enqueueDueCalls(
  deps: PlanningDeps,
  limit: number | null,
): Promise<Result<EnqueuedNight, PlanningFailure>> {
  const plan = await planNight(deps);
  if (!plan.ok) return plan;
  const { practice, contacts, unreadable } = plan.value;
  const callable = contacts.filter(isCallable);
  const leftOut = new Set(limit === null ? [] : callable.slice(limit));
  const kept = contacts.filter((c) => !leftOut.has(c));
  const plannedAt = deps.clock.now();
  const localDate = localTimeAt(plannedAt, practice.zone).date;
  const saved = await deps.store.plan.savePlan({
    practice: practice.id,
    localDate,
    plannedAt,
    contacts: kept,
  });
  const refusedBy: Partial<Record<Refusal, number>> = {};
  for (const { decision } of kept) {
    if (decision.kind === 'never') refusedBy[decision.because] = (refusedBy[decision.because] ?? 0) + 1;
  }
  deps.log.info('run.planned', { practice: practice.id, run: saved.run, count: saved.added });
  return ok({
    run: saved.run,
    added: saved.added,
    callable: callable.length - leftOut.size,
    refused: kept.length - (callable.length - leftOut.size),
    refusedBy,
    leftOut: leftOut.size,
    unreadable,
  });
}
