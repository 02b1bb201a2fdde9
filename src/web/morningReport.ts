/** The morning report: what the night came to, place by place, and what is left for people to do. Every number counts rows that are listed below it. */
import type { OutcomeKind } from '../domain/disposition.ts';
import type { LocalDate } from '../domain/localTime.ts';
import type { Practice } from '../domain/practice.ts';
import type {
  CallbackRow,
  CallRow,
  ContactRow,
  NightNumbers,
  PromiseRow,
  SlotRow,
} from '../domain/report.ts';
import {
  type CallView,
  type CallbackView,
  type ContactView,
  type PromiseView,
  type SlotView,
  byUrgency,
  callView,
  callbackView,
  contactView,
  locationName,
  promiseView,
  slotView,
} from './rowViews.ts';
import { type NightHead, type SnapshotDeps, nightHead } from './snapshot.ts';

/** Rows of one night, as the store has them. */
interface NightRows {
  readonly numbers: NightNumbers;
  readonly calls: readonly CallRow[];
  readonly contacts: readonly ContactRow[];
  readonly slots: readonly SlotRow[];
  readonly callbacks: readonly CallbackRow[];
  readonly promises: readonly PromiseRow[];
}

interface PlaceNumbers {
  readonly where: string;
  readonly calls: number;
  readonly confirmed: number;
  readonly rescheduled: number;
  readonly cancelled: number;
  readonly freed: number;
  readonly filled: number;
  readonly stillEmpty: number;
  readonly callbacks: number;
  readonly notCalled: number;
}

export interface MorningReport {
  /** "28 confirmed, 4 rescheduled, 2 waitlist fills, 3 slots still empty". */
  readonly headline: string;
  readonly numbers: NightNumbers;
  readonly stillEmpty: number;
  readonly places: readonly PlaceNumbers[];
  readonly calls: readonly CallView[];
  readonly slots: readonly SlotView[];
  readonly callbacks: readonly CallbackView[];
  readonly promises: readonly PromiseView[];
  /** Refused by a rule before anybody was dialed. */
  readonly notCalled: readonly ContactView[];
  /** In line or put off when the report was read. */
  readonly stillToCall: readonly ContactView[];
  /** Called, or meant to be, and not settled by a call. */
  readonly leftOver: readonly ContactView[];
  /** Calls after which a chart must be corrected. */
  readonly chart: readonly CallView[];
  /** Median of the calls' medians of our own measurement, milliseconds. */
  readonly ownLatencyMs: number | null;
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

const STILL_TO_CALL: ReadonlySet<string> = new Set(['queued', 'retry_wait', 'held', 'claimed', 'in_call']);
const LEFT_OVER: ReadonlySet<string> = new Set(['human', 'expired', 'stale', 'suppressed']);
const CHART: ReadonlySet<OutcomeKind> = new Set(['wrong_number', 'opted_out', 'deceased_reported']);

const isEmpty = (slot: SlotView): boolean => slot.fate === 'empty' || slot.fate === 'waiting';

const countOutcomes = (calls: readonly CallRow[], kind: OutcomeKind): number =>
  calls.reduce((sum, call) => sum + call.outcomes.filter((outcome) => outcome === kind).length, 0);

function placesOf(
  practice: Practice,
  rows: NightRows,
  slots: readonly SlotView[],
  callbacks: readonly CallbackView[],
): readonly PlaceNumbers[] {
  const nameOf = (row: { readonly location: string | null }): string => locationName(practice, row.location);
  const names = new Set([
    ...practice.locations.map((location) => locationName(practice, location.id)),
    ...[...rows.calls, ...rows.contacts].map(nameOf),
    ...callbacks.map((callback) => callback.where),
  ]);
  return [...names].map((where) => {
    const calls = rows.calls.filter((row) => nameOf(row) === where);
    const here = slots.filter((slot) => slot.where === where);
    return {
      where: where === '' ? 'No location' : where,
      calls: calls.length,
      confirmed: countOutcomes(calls, 'confirmed'),
      rescheduled: countOutcomes(calls, 'rescheduled'),
      cancelled: countOutcomes(calls, 'cancelled'),
      freed: here.length,
      filled: here.filter((slot) => slot.fate === 'filled').length,
      stillEmpty: here.filter(isEmpty).length,
      callbacks: callbacks.filter((callback) => callback.where === where).length,
      notCalled: rows.contacts.filter((row) => row.state === 'refused' && nameOf(row) === where).length,
    };
  });
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** The report of a night's rows. */
export function morningReport(practice: Practice, rows: NightRows): MorningReport {
  const { numbers } = rows;
  const calls = rows.calls.map((row) => callView(practice, row));
  const slots = rows.slots.map((row) => slotView(practice, row));
  const callbacks = rows.callbacks.toSorted(byUrgency).map((row) => callbackView(practice, rows.calls, row));
  const contactsIn = (states: ReadonlySet<string>): readonly ContactView[] =>
    rows.contacts.filter((row) => states.has(row.state)).map((row) => contactView(practice, row));
  const stillEmpty = slots.filter(isEmpty).length;
  const inChart = new Set(
    rows.calls.filter((row) => row.outcomes.some((kind) => CHART.has(kind))).map((row) => row.attempt),
  );
  return {
    headline: [
      `${numbers.byOutcome.confirmed ?? 0} confirmed`,
      `${numbers.byOutcome.rescheduled ?? 0} rescheduled`,
      counted(numbers.filled, 'waitlist fill', 'waitlist fills'),
      counted(stillEmpty, 'slot still empty', 'slots still empty'),
    ].join(', '),
    numbers,
    stillEmpty,
    places: placesOf(practice, rows, slots, callbacks),
    calls,
    slots,
    callbacks,
    promises: rows.promises.map((row) => promiseView(practice, row)),
    notCalled: contactsIn(new Set(['refused'])),
    stillToCall: contactsIn(STILL_TO_CALL),
    leftOver: contactsIn(LEFT_OVER),
    chart: calls.filter((call) => inChart.has(call.attempt)),
    ownLatencyMs: medianOf(calls.flatMap((call) => (call.latencyMs === null ? [] : [call.latencyMs]))),
  };
}

/**
 * @param date of the night; null = the newest.
 * @returns `report: null` when no night was planned then.
 */
export async function readMorningReport(
  deps: SnapshotDeps,
  date: LocalDate | null,
): Promise<NightHead & { readonly report: MorningReport | null }> {
  const { store } = deps;
  const [practice, run] = await Promise.all([store.practice.current(), store.report.run(date)]);
  const head = await nightHead(deps, run?.date ?? null);
  if (practice === null || run === null) return { ...head, report: null };
  const [numbers, calls, contacts, slots, callbacks, promises] = await Promise.all([
    store.report.numbers(run.run),
    store.report.calls(run.run),
    store.report.contacts(run.run),
    store.report.slots(run.run),
    store.report.callbacks(run.run),
    store.report.promises(run.run),
  ]);
  return {
    ...head,
    report: morningReport(practice, { numbers, calls, contacts, slots, callbacks, promises }),
  };
}
