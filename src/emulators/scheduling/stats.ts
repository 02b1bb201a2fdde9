import { localReference, occupiesSlot, slotsOf, textAt, textsAt, at, type Resource } from './resource.ts';
import type { Store } from './store.ts';

/** Counts read from the scheduling system's own state, for whoever wants to check somebody else's. */
export interface SchedulingStats {
  readonly appointments: {
    readonly total: number;
    readonly byStatus: Readonly<Record<string, number>>;
    /** Seeded, still booked, and the patient's own participation became accepted since. */
    readonly confirmed: number;
    /** By cancelation reason code, `none` without one. */
    readonly cancelledByReason: Readonly<Record<string, number>>;
    /** Made through the interface since the seed, and still booked. */
    readonly bookedSinceSeed: number;
    /** Of those, the ones of patients who gave up another appointment on our call (pat-crs): they were moved. */
    readonly movedSinceSeed: number;
  };
  readonly slots: {
    readonly total: number;
    readonly byStatus: Readonly<Record<string, number>>;
    /** Slots in which more than one appointment sits. */
    readonly doubleBooked: readonly string[];
  };
  readonly requests: { readonly total: number; readonly byOutcome: Readonly<Record<string, number>> };
}

export function statsOf(store: Store, requests: ReadonlyMap<string, number>): SchedulingStats {
  const appointments = store.list('Appointment');
  const slots = store.list('Slot');
  const cancelled = appointments.filter((appointment) => textAt(appointment, 'status') === 'cancelled');
  const gaveUp = new Set(cancelled.filter((each) => reasonOf(each) === 'pat-crs').map(patientOf));
  const since = appointments.filter(
    (appointment) => !seedOf(store, appointment) && occupiesSlot(appointment),
  );
  return {
    appointments: {
      total: appointments.length,
      byStatus: tally(appointments, (appointment) => textAt(appointment, 'status')),
      confirmed: appointments.filter((each) => wasConfirmed(each, seedOf(store, each))).length,
      cancelledByReason: tally(cancelled, reasonOf),
      bookedSinceSeed: since.length,
      movedSinceSeed: since.filter((appointment) => gaveUp.has(patientOf(appointment))).length,
    },
    slots: {
      total: slots.length,
      byStatus: tally(slots, (slot) => textAt(slot, 'status')),
      doubleBooked: doubleBooked(appointments),
    },
    requests: {
      total: [...requests.values()].reduce((sum, count) => sum + count, 0),
      byOutcome: Object.fromEntries(requests),
    },
  };
}

function seedOf(store: Store, appointment: Resource): Resource | null {
  const first = store.versions('Appointment', appointment.id ?? '')[0];
  return first?.seeded === true ? first.resource : null;
}

function reasonOf(appointment: Resource): string | undefined {
  return textAt(appointment, 'cancelationReason.coding.code');
}

function patientOf(appointment: Resource): string | undefined {
  return textsAt(appointment, 'participant.actor.reference')
    .map(localReference)
    .find((reference) => reference.startsWith('Patient/'));
}

function patientAccepted(appointment: Resource): boolean {
  return at(appointment, 'participant').some(
    (participant) =>
      localReference(textAt(participant, 'actor.reference') ?? '').startsWith('Patient/') &&
      textAt(participant, 'status') === 'accepted',
  );
}

function wasConfirmed(appointment: Resource, seed: Resource | null): boolean {
  const booked = textAt(appointment, 'status') === 'booked';
  return booked && seed !== null && patientAccepted(appointment) && !patientAccepted(seed);
}

function tally(
  resources: readonly Resource[],
  by: (resource: Resource) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const resource of resources) {
    const key = by(resource) ?? 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function doubleBooked(appointments: readonly Resource[]): string[] {
  const sitting = new Map<string, number>();
  for (const appointment of appointments.filter(occupiesSlot)) {
    for (const slot of slotsOf(appointment)) sitting.set(slot, (sitting.get(slot) ?? 0) + 1);
  }
  return [...sitting].filter(([, count]) => count > 1).map(([slot]) => slot);
}
