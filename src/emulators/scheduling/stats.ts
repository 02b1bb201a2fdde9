import { localReference, occupiesSlot, slotsOf, textAt, textsAt, at, type Resource } from './resource.ts';
import type { Store } from './store.ts';

/** Counts read from the scheduling system's own state, for whoever wants to check somebody else's. */
export interface SchedulingStats {
  readonly appointments: {
    readonly total: number;
    readonly byStatus: Readonly<Record<string, number>>;
    /** Booked, and the patient's own participation is accepted. */
    readonly confirmed: number;
    /** By cancelation reason code, `none` without one. */
    readonly cancelledByReason: Readonly<Record<string, number>>;
    /** Made through the interface since the seed, and still booked. */
    readonly bookedSinceSeed: number;
    /** Of those, the ones that name an earlier appointment that they replace. */
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
  const since = appointments.filter(
    (appointment) => !wasSeeded(store, appointment) && occupiesSlot(appointment),
  );
  return {
    appointments: {
      total: appointments.length,
      byStatus: tally(appointments, (appointment) => textAt(appointment, 'status')),
      confirmed: appointments.filter(
        (appointment) => textAt(appointment, 'status') === 'booked' && patientAccepted(appointment),
      ).length,
      cancelledByReason: tally(cancelled, (appointment) =>
        textAt(appointment, 'cancelationReason.coding.code'),
      ),
      bookedSinceSeed: since.length,
      movedSinceSeed: since.filter((appointment) => replacesAnother(appointment)).length,
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

function wasSeeded(store: Store, appointment: Resource): boolean {
  return store.versions('Appointment', appointment.id ?? '')[0]?.seeded ?? false;
}

function patientAccepted(appointment: Resource): boolean {
  return at(appointment, 'participant').some(
    (participant) =>
      localReference(textAt(participant, 'actor.reference') ?? '').startsWith('Patient/') &&
      textAt(participant, 'status') === 'accepted',
  );
}

function replacesAnother(appointment: Resource): boolean {
  return textsAt(appointment, 'supportingInformation.reference').some((reference) =>
    localReference(reference).startsWith('Appointment/'),
  );
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
