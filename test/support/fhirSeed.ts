/** A small practice in FHIR: two people, one dentist, one office in Chicago, a day of slots, one appointment at nine. */

export interface SeededResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

export const zoned = (hour: number, day = 24): string =>
  `2026-11-${String(day)}T${String(hour).padStart(2, '0')}:00:00-06:00`;

export function slotAt(hour: number, status: 'free' | 'busy' = 'free'): SeededResource {
  return {
    resourceType: 'Slot',
    id: `slot-${hour}`,
    schedule: { reference: 'Schedule/s1' },
    status,
    serviceType: [{ coding: [{ system: 'https://lakeside.example/visit-types', code: 'cleaning' }] }],
    start: zoned(hour),
    end: zoned(hour + 1),
  };
}

export function appointmentAt(hour: number, id: string, patient = 'p1'): SeededResource {
  return {
    resourceType: 'Appointment',
    id,
    status: 'booked',
    serviceType: [{ coding: [{ system: 'https://lakeside.example/visit-types', code: 'cleaning' }] }],
    start: zoned(hour),
    end: zoned(hour + 1),
    slot: [{ reference: `Slot/slot-${hour}` }],
    participant: [
      { actor: { reference: `Patient/${patient}` }, status: 'needs-action' },
      { actor: { reference: 'Practitioner/d1' }, status: 'accepted' },
      { actor: { reference: 'Location/l1' }, status: 'accepted' },
    ],
  };
}

const PEOPLE_AND_PLACES: readonly SeededResource[] = [
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Alvarez', given: ['Maya'] }],
    birthDate: '1980-01-01',
    telecom: [{ system: 'phone', value: '(312) 555-0110', use: 'mobile' }],
    address: [{ state: 'IL' }],
    communication: [{ language: { coding: [{ code: 'en-US' }] }, preferred: true }],
  },
  {
    resourceType: 'Patient',
    id: 'p2',
    name: [{ family: 'Renner', given: ['Julian'] }],
    deceasedDateTime: '2026-10-01',
  },
  { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Okafor' }] },
  { resourceType: 'Location', id: 'l1', name: 'Chicago', status: 'active' },
  { resourceType: 'Location', id: 'l2', name: 'Buffalo', status: 'active' },
  {
    resourceType: 'Schedule',
    id: 's1',
    actor: [{ reference: 'Practitioner/d1' }, { reference: 'Location/l1' }],
  },
];

export function fhirSeed(): readonly SeededResource[] {
  return [
    ...PEOPLE_AND_PLACES,
    slotAt(9, 'busy'),
    ...[10, 11, 12, 13, 14].map((hour) => slotAt(hour)),
    appointmentAt(9, 'a9'),
  ];
}
