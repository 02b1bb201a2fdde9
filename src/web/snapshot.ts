/** What the page shows of a night, as one JSON document; computed from the store at the moment of asking. */
import type { CallbackRow, CallRow, ContactRow, NightNumbers, SlotRow } from '../domain/report.ts';
import type { Practice } from '../domain/practice.ts';
import { clockTime } from '../domain/localTime.ts';
import type { Instant, Zone } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store/store.ts';
import type { LocalDate } from '../domain/localTime.ts';

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

export interface NightSnapshot {
  readonly practice: string | null;
  readonly date: LocalDate | null;
  readonly now: string;
  readonly paused: boolean;
  readonly emulated: readonly string[];
  readonly demoClock: boolean;
  readonly latency: ReturnType<Surroundings['handsets']>;
  readonly numbers: NightNumbers | null;
  readonly calls: readonly (CallRow & { readonly at: string; readonly location: string })[];
  readonly waiting: readonly (ContactRow & { readonly at: string; readonly location: string })[];
  readonly slots: readonly (SlotRow & { readonly at: string; readonly location: string })[];
  readonly callbacks: readonly (CallbackRow & { readonly at: string })[];
}

interface SnapshotDeps {
  readonly store: Pick<Store, 'practice' | 'report'>;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
}

const zoneOf = (practice: Practice, location: string | null): Zone =>
  practice.locations.find((place) => place.id === location)?.zone ?? practice.zone;

const nameOf = (practice: Practice, location: string | null): string =>
  practice.locations.find((place) => place.id === location)?.name ?? '';

const WAITING: ReadonlySet<string> = new Set(['queued', 'retry_wait', 'held', 'refused']);

const timeIn = (at: Instant | null, zone: Zone): string => (at === null ? '' : clockTime(at, zone));

/** @param date the night to show; null = the newest. */
export async function nightSnapshot(
  { store, clock, surroundings }: SnapshotDeps,
  date: LocalDate | null,
): Promise<NightSnapshot> {
  const practice = await store.practice.current();
  const run = await store.report.run(date);
  const empty: NightSnapshot = {
    practice: practice?.name ?? null,
    date: run?.date ?? null,
    now: practice === null ? '' : clockTime(clock.now(), practice.zone),
    paused: practice === null ? false : await store.practice.isPaused(practice.id),
    emulated: surroundings.emulated,
    demoClock: surroundings.demoClock,
    latency: surroundings.handsets(),
    numbers: null,
    calls: [],
    waiting: [],
    slots: [],
    callbacks: [],
  };
  if (practice === null || run === null) return empty;
  const [numbers, calls, contacts, slots, callbacks] = await Promise.all([
    store.report.numbers(run.run),
    store.report.calls(run.run),
    store.report.contacts(run.run),
    store.report.slots(run.run),
    store.report.callbacks(run.run),
  ]);
  const placed = <T extends { readonly location: string | null }>(row: T, at: Instant | null) => ({
    ...row,
    at: timeIn(at, zoneOf(practice, row.location)),
    location: nameOf(practice, row.location),
  });
  return {
    ...empty,
    numbers,
    calls: calls.map((call) => placed(call, call.placedAt)),
    waiting: contacts
      .filter((contact) => WAITING.has(contact.state))
      .map((contact) => placed(contact, contact.notBefore)),
    slots: slots.map((slot) => placed(slot, slot.start)),
    callbacks: callbacks.map((callback) => ({
      ...callback,
      at: timeIn(callback.appointmentStart, practice.zone),
    })),
  };
}
