/** What the page shows of a night, as one JSON document; computed from the store at the moment of asking. */
import { type LocalDate, clockTime, localTimeAt } from '../domain/localTime.ts';
import type { NightNumbers } from '../domain/report.ts';
import type { Clock } from '../ports/clock.ts';
import type { PracticeStore } from '../ports/store/practiceStore.ts';
import type { ReportStore } from '../ports/store/reportStore.ts';
import { longDate } from './localWords.ts';
import {
  type CallView,
  type CallbackView,
  type ContactView,
  type SlotView,
  byUrgency,
  callView,
  callbackView,
  contactView,
  slotView,
} from './rowViews.ts';
import { vendorName } from './words.ts';

/** How the house is run tonight: what a reader must know to judge the numbers. */
export interface Surroundings {
  /** Vendors that are emulated; empty when all are real. */
  readonly emulated: readonly string[];
  /** True when the clock is the demo's. */
  readonly demoClock: boolean;
  /** Turn latency at the handsets, when there are handsets to read it from. */
  readonly handsets: () => {
    readonly turns: number;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
  } | null;
}

export interface NightHead {
  readonly practice: string | null;
  readonly date: LocalDate | null;
  readonly dateWords: string;
  /** Local clock time at the practice, and the same as epoch milliseconds. */
  readonly now: string;
  readonly nowMs: number;
  readonly paused: boolean;
  readonly emulated: readonly string[];
  readonly demoClock: boolean;
  /** Of tonight's handsets only; null for any other night, and where there are none. */
  readonly latency: ReturnType<Surroundings['handsets']>;
}

export interface NightSnapshot extends NightHead {
  readonly numbers: NightNumbers | null;
  readonly calls: readonly CallView[];
  readonly waiting: readonly ContactView[];
  readonly slots: readonly SlotView[];
  readonly callbacks: readonly CallbackView[];
}

/** What pages read; they write nothing. */
export interface NightStore {
  readonly practice: Pick<PracticeStore, 'current' | 'isPaused'>;
  readonly report: Omit<ReportStore, 'isQuiet'>;
}

export interface SnapshotDeps {
  readonly store: NightStore;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
}

/** Contacts that no call has settled: in line, put off, refused. */
const UNSETTLED: ReadonlySet<string> = new Set(['queued', 'retry_wait', 'held', 'refused']);

/** What stands above every page about a night. */
export async function nightHead(
  { store, clock, surroundings }: SnapshotDeps,
  date: LocalDate | null,
): Promise<NightHead> {
  const practice = await store.practice.current();
  const now = clock.now();
  const isTonight = practice !== null && date === localTimeAt(now, practice.zone).date;
  return {
    practice: practice?.name ?? null,
    date,
    dateWords: date === null ? '' : longDate(date),
    now: practice === null ? '' : clockTime(now, practice.zone),
    nowMs: now,
    paused: practice === null ? false : await store.practice.isPaused(practice.id),
    emulated: surroundings.emulated.map(vendorName),
    demoClock: surroundings.demoClock,
    latency: isTonight ? surroundings.handsets() : null,
  };
}

/** @param date the night to show; null = the newest. Without such a night `date` and `numbers` are null. */
export async function nightSnapshot(deps: SnapshotDeps, date: LocalDate | null): Promise<NightSnapshot> {
  const { store } = deps;
  const [practice, run] = await Promise.all([store.practice.current(), store.report.run(date)]);
  const head = await nightHead(deps, run?.date ?? null);
  if (practice === null || run === null)
    return { ...head, numbers: null, calls: [], waiting: [], slots: [], callbacks: [] };
  const [numbers, calls, contacts, slots, callbacks] = await Promise.all([
    store.report.numbers(run.run),
    store.report.calls(run.run),
    store.report.contacts(run.run),
    store.report.slots(run.run),
    store.report.callbacks(run.run),
  ]);
  return {
    ...head,
    numbers,
    calls: calls.map((row) => callView(practice, row)),
    waiting: contacts.filter((row) => UNSETTLED.has(row.state)).map((row) => contactView(practice, row)),
    slots: slots.map((row) => slotView(practice, row)),
    callbacks: callbacks.toSorted(byUrgency).map((row) => callbackView(practice, calls, row)),
  };
}
