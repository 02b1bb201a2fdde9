/** The search parameters this server knows, by type, with the element each one looks at. Times are R4's own expressions. */

export interface SearchParameter {
  readonly name: string;
  readonly kind: 'token' | 'reference' | 'date' | 'string';
  readonly paths: readonly string[];
  /** For references: the only target type, and what a bare id means. */
  readonly target?: string;
}

const token = (name: string, ...paths: string[]): SearchParameter => ({ name, kind: 'token', paths });
const date = (name: string, ...paths: string[]): SearchParameter => ({ name, kind: 'date', paths });
const text = (name: string, ...paths: string[]): SearchParameter => ({ name, kind: 'string', paths });
const reference = (name: string, path: string, target?: string): SearchParameter =>
  target === undefined
    ? { name, kind: 'reference', paths: [path] }
    : { name, kind: 'reference', paths: [path], target };

const EVERY: readonly SearchParameter[] = [
  token('_id', 'id'),
  date('_lastUpdated', 'meta.lastUpdated'),
  token('identifier', 'identifier'),
];

const BY_TYPE: Readonly<Record<string, readonly SearchParameter[]>> = {
  Appointment: [
    date('date', 'start'),
    token('status', 'status'),
    token('part-status', 'participant.status'),
    reference('actor', 'participant.actor.reference'),
    reference('patient', 'participant.actor.reference', 'Patient'),
    reference('practitioner', 'participant.actor.reference', 'Practitioner'),
    reference('location', 'participant.actor.reference', 'Location'),
    reference('slot', 'slot.reference', 'Slot'),
    token('service-type', 'serviceType.coding'),
    token('appointment-type', 'appointmentType.coding'),
    reference('supporting-info', 'supportingInformation.reference'),
  ],
  Slot: [
    reference('schedule', 'schedule.reference', 'Schedule'),
    date('start', 'start'),
    token('status', 'status'),
    token('service-type', 'serviceType.coding'),
    token('appointment-type', 'appointmentType.coding'),
    token('specialty', 'specialty.coding'),
  ],
  Schedule: [
    token('active', 'active'),
    reference('actor', 'actor.reference'),
    date('date', 'planningHorizon.start'),
    token('service-type', 'serviceType.coding'),
  ],
  Patient: [
    text('name', 'name.text', 'name.family', 'name.given'),
    text('family', 'name.family'),
    text('given', 'name.given'),
    date('birthdate', 'birthDate'),
    token('phone', 'telecom.value'),
    token('active', 'active'),
  ],
  Practitioner: [text('name', 'name.text', 'name.family', 'name.given'), token('active', 'active')],
  PractitionerRole: [
    reference('practitioner', 'practitioner.reference', 'Practitioner'),
    reference('location', 'location.reference', 'Location'),
    token('active', 'active'),
  ],
  Location: [text('name', 'name'), token('status', 'status')],
  HealthcareService: [
    text('name', 'name'),
    token('service-type', 'type.coding'),
    token('active', 'active'),
    reference('location', 'location.reference', 'Location'),
  ],
  Communication: [
    token('status', 'status'),
    date('sent', 'sent'),
    reference('subject', 'subject.reference'),
    reference('patient', 'subject.reference', 'Patient'),
  ],
};

export function searchParametersOf(type: string): readonly SearchParameter[] {
  return [...EVERY, ...(BY_TYPE[type] ?? [])];
}
