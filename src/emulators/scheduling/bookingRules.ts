import { FhirError } from './fhirError.ts';
import {
  localReference,
  occupiesSlot,
  RESOURCE_TYPES,
  slotsOf,
  textAt,
  textsAt,
  type Resource,
} from './resource.ts';
import type { Store } from './store.ts';

const REFERENCES = [
  'participant.actor.reference',
  'slot.reference',
  'schedule.reference',
  'actor.reference',
  'subject.reference',
  'supportingInformation.reference',
];

/** A write may not point at a resource that is not here (422). */
export function refuseDanglingReferences(store: Store, resource: Resource): void {
  for (const path of REFERENCES) {
    for (const reference of textsAt(resource, path).map(localReference)) {
      const [type, id] = reference.split('/');
      const ours = RESOURCE_TYPES.some((known) => known === type);
      if (ours && type !== undefined && id !== undefined && !store.read(type, id)?.resource) {
        throw new FhirError(422, 'not-found', `${path} points at ${reference}, which is not here`);
      }
    }
  }
}

/**
 * A busy slot cannot be booked twice (409). It is taken when another appointment sits in it, or when it is busy for a
 * reason of its own. A slot held as busy-tentative can be booked: this server does not know who holds it.
 */
export function refuseDoubleBooking(store: Store, appointment: Resource, previous: Resource | null): void {
  if (!occupiesSlot(appointment)) return;
  const before = previous !== null && occupiesSlot(previous) ? slotsOf(previous) : [];
  for (const slot of slotsOf(appointment).filter((reference) => !before.includes(reference))) {
    const status = textAt(store.read('Slot', slot.split('/')[1] ?? '')?.resource ?? undefined, 'status');
    const taken = store
      .list('Appointment')
      .some((other) => other.id !== appointment.id && occupiesSlot(other) && slotsOf(other).includes(slot));
    if (taken || status === 'busy' || status === 'busy-unavailable') {
      throw new FhirError(409, 'conflict', `${slot} is taken`);
    }
  }
}
