import { CLINICIANS, OFFICES, PRACTICE, VISITS, clinicianOf, officeOf, type Visit } from './places.ts';
import type { Booked, Someone, Waiting } from './roster.ts';
import { freeSeats, type Seat } from './seats.ts';

/** What the emulated scheduling system holds: FHIR R4, days counted from today (src/emulators/scheduling/seed.ts resolves them). */
type Fhir = Readonly<Record<string, unknown>>;

const IDENTIFIERS = 'https://lakeside.example/ids';
const VISIT_TYPES = 'https://lakeside.example/visit-types';

export function makeBook(booked: readonly Booked[], waiting: readonly Waiting[]): Fhir {
  return {
    practiceZone: PRACTICE.zone,
    resources: [
      ...OFFICES.map(location),
      ...CLINICIANS.flatMap((clinician) => staff(clinician.id)),
      ...booked.map(({ someone }) => patient(someone)),
      ...waiting.map(({ someone }) => patient(someone)),
      ...takenSlots(booked),
      ...booked.map(bookedAppointment),
      ...waiting.flatMap(laterAppointment),
      ...forgotten(),
      ...freeSeats(CLINICIANS.map(({ id }) => id)).map(freeSlot),
    ],
  };
}

function location(office: (typeof OFFICES)[number]): Fhir {
  return {
    resourceType: 'Location',
    id: `loc-${office.id}`,
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/timezone', valueCode: office.zone }],
    status: 'active',
    name: `${PRACTICE.name}, ${office.city}`,
    telecom: [{ system: 'phone', value: office.callerId }],
    address: {
      line: [office.street],
      city: office.city,
      state: office.state,
      postalCode: office.postalCode,
      country: 'US',
    },
  };
}

function staff(id: string): Fhir[] {
  const clinician = clinicianOf(id);
  const title = clinician.role === 'dentist' ? { prefix: ['Dr.'] } : {};
  const actor = [{ reference: `Practitioner/prac-${id}` }, { reference: `Location/loc-${clinician.office}` }];
  return [
    {
      resourceType: 'Practitioner',
      id: `prac-${id}`,
      active: true,
      name: [{ family: clinician.family, given: [clinician.given], ...title }],
    },
    {
      resourceType: 'PractitionerRole',
      id: `role-${id}`,
      active: true,
      practitioner: actor[0],
      location: [actor[1]],
      code: [{ text: clinician.role }],
    },
    { resourceType: 'Schedule', id: `sched-${id}`, active: true, actor },
  ];
}

/** Numbers as front desks type them. */
function asTyped(phone: string, id: string): string {
  const [area, exchange, line] = [phone.slice(2, 5), phone.slice(5, 8), phone.slice(8)];
  const forms = [
    `(${area}) ${exchange}-${line}`,
    `${area}-${exchange}-${line}`,
    `${area}.${exchange}.${line}`,
    phone,
  ];
  return forms[Number(id.slice(-1)) % forms.length] ?? phone;
}

function patient(someone: Someone): Fhir {
  const office = officeOf(someone.office);
  const phone = someone.phone;
  return {
    resourceType: 'Patient',
    id: someone.id,
    identifier: [{ system: `${IDENTIFIERS}/patients`, value: someone.id.replace('pat-', 'L') }],
    active: true,
    name: [{ use: 'official', family: someone.family, given: [someone.given] }],
    ...(phone === null
      ? {}
      : { telecom: [{ system: 'phone', value: asTyped(phone, someone.id), use: 'mobile' }] }),
    gender: someone.sex,
    birthDate: someone.birthDate,
    ...(someone.dirt === 'deceased' ? { deceasedDateTime: '{{date day-12}}' } : {}),
    address: [{ city: office.city, state: office.state, postalCode: office.postalCode, country: 'US' }],
    communication: [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en-US' }] }, preferred: true },
    ],
    ...(someone.guardian === null ? {} : { contact: [guardian(someone, someone.guardian)] }),
  };
}

function guardian(child: Someone, name: string): Fhir {
  return {
    relationship: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'N' }], text: 'mother' },
    ],
    name: { text: name },
    ...(child.phone === null ? {} : { telecom: [{ system: 'phone', value: child.phone }] }),
  };
}

function moments(seat: Seat): { readonly start: string; readonly end: string } {
  const { zone } = officeOf(clinicianOf(seat.clinician).office);
  const day = `day${seat.day < 0 ? '' : '+'}${seat.day}`;
  return {
    start: `{{${day} ${seat.time} ${zone}}}`,
    end: `{{${day} ${later(seat.time, VISITS[seat.visit].minutes)} ${zone}}}`,
  };
}

function later(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const total = hour * 60 + minute + minutes;
  return `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;
}

function serviceType(visit: Visit): Fhir[] {
  return [{ coding: [{ system: VISIT_TYPES, code: visit, display: VISITS[visit].name }] }];
}

function slot(id: string, seat: Seat, status: 'busy' | 'free'): Fhir {
  return {
    resourceType: 'Slot',
    id,
    serviceType: serviceType(seat.visit),
    schedule: { reference: `Schedule/sched-${seat.clinician}` },
    status,
    ...moments(seat),
  };
}

function freeSlot(seat: Seat): Fhir {
  return slot(`free-${seat.clinician}-${seat.day}-${seat.time.replace(':', '')}{{tag}}`, seat, 'free');
}

/** One slot for each seat; the double booking's second patient sits in the first one's. */
function takenSlots(booked: readonly Booked[]): Fhir[] {
  return booked
    .filter((each) => slotIdOf(each, booked) === each.number)
    .map((each) => slot(`slot-${each.number}{{tag}}`, each.seat, 'busy'));
}

function slotIdOf(one: Booked, booked: readonly Booked[]): string {
  return booked.find(({ seat }) => seat === one.seat)?.number ?? one.number;
}

function bookedAppointment(one: Booked, _: number, booked: readonly Booked[]): Fhir {
  const naive = one.someone.dirt === 'naive_time';
  return {
    ...appointment(`apt-${one.number}{{tag}}`, one.someone, one.seat, `slot-${slotIdOf(one, booked)}{{tag}}`),
    ...(naive
      ? {
          start: `{{naive day+${one.seat.day} ${one.seat.time}}}`,
          end: `{{naive day+${one.seat.day} ${later(one.seat.time, VISITS[one.seat.visit].minutes)}}}`,
        }
      : {}),
  };
}

function appointment(id: string, someone: Pick<Someone, 'id'>, seat: Seat, slotId: string): Fhir {
  const { id: clinician, office } = clinicianOf(seat.clinician);
  return {
    resourceType: 'Appointment',
    id,
    identifier: [
      { system: `${IDENTIFIERS}/appointments`, value: id.toUpperCase().replace('{{TAG}}', '{{tag}}') },
    ],
    status: 'booked',
    serviceType: serviceType(seat.visit),
    ...moments(seat),
    minutesDuration: VISITS[seat.visit].minutes,
    slot: [{ reference: `Slot/${slotId}` }],
    created: '{{date day-40}}',
    participant: [
      { actor: { reference: `Patient/${someone.id}` }, required: 'required', status: 'needs-action' },
      { actor: { reference: `Practitioner/prac-${clinician}` }, required: 'required', status: 'accepted' },
      { actor: { reference: `Location/loc-${office}` }, required: 'required', status: 'accepted' },
    ],
  };
}

const LATER: Readonly<Record<string, string>> = {
  chicago: 'lindqvist',
  lakewood: 'calloway',
  buffalo: 'whitaker',
};
const LATER_CHECKUP: Readonly<Record<string, string>> = {
  chicago: 'okafor',
  lakewood: 'raman',
  buffalo: 'castellano',
};

/** What some of the waiting would give up. These ids stay the same from one demo day to the next. */
function laterAppointment(one: Waiting): Fhir[] {
  if (one.holdsDay === null) return [];
  const clinician = (one.visit === 'cleaning' ? LATER : LATER_CHECKUP)[one.someone.office] ?? 'okafor';
  const seat: Seat = { clinician, day: one.holdsDay, time: '11:00', visit: one.visit };
  const number = one.someone.id.replace('pat-', '');
  return [
    slot(`slot-later-${number}`, seat, 'busy'),
    appointment(`apt-later-${number}`, one.someone, seat, `slot-later-${number}`),
  ];
}

/** Last week's appointment that nobody closed. */
function forgotten(): Fhir[] {
  const seat: Seat = { clinician: 'okafor', day: -6, time: '10:00', visit: 'checkup' };
  return [
    slot('slot-past{{tag}}', seat, 'busy'),
    appointment('apt-past{{tag}}', { id: 'pat-01' }, seat, 'slot-past{{tag}}'),
  ];
}
