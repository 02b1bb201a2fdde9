import { FhirError } from './fhirError.ts';
import { isInstant, timeRange } from './fhirTime.ts';
import { at, isObject, textAt, textsAt, type Resource } from './resource.ts';

const APPOINTMENT_STATUS = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'cancelled',
  'noshow',
  'entered-in-error',
  'checked-in',
  'waitlist',
];
const PARTICIPATION_STATUS = ['accepted', 'declined', 'tentative', 'needs-action'];
const SLOT_STATUS = ['busy', 'free', 'busy-unavailable', 'busy-tentative', 'entered-in-error'];
const COMMUNICATION_STATUS = [
  'preparation',
  'in-progress',
  'not-done',
  'on-hold',
  'stopped',
  'completed',
  'entered-in-error',
  'unknown',
];
const TELECOM_SYSTEM = ['phone', 'fax', 'email', 'pager', 'url', 'sms', 'other'];

const COMMON =
  'resourceType id meta implicitRules language text contained extension modifierExtension identifier';
/** R4's element names, so that a misspelt or R5 element is refused instead of stored and never found again. */
const ELEMENTS: Readonly<Record<string, string>> = {
  Appointment:
    'status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode reasonReference priority description supportingInformation start end minutesDuration slot created comment patientInstruction basedOn participant requestedPeriod',
  Slot: 'serviceCategory serviceType specialty appointmentType schedule status start end overbooked comment',
  Schedule: 'active serviceCategory serviceType specialty actor planningHorizon comment',
  Patient:
    'active name telecom gender birthDate deceasedBoolean deceasedDateTime address maritalStatus multipleBirthBoolean multipleBirthInteger photo contact communication generalPractitioner managingOrganization link',
  Practitioner: 'active name telecom address gender birthDate photo qualification communication',
  PractitionerRole:
    'active period practitioner organization code specialty location healthcareService telecom availableTime notAvailable availabilityExceptions endpoint',
  Location:
    'status operationalStatus name alias description mode type telecom address physicalType position managingOrganization partOf hoursOfOperation availabilityExceptions endpoint',
  HealthcareService:
    'active providedBy category type specialty location name comment extraDetails photo telecom coverageArea serviceProvisionCode eligibility program characteristic communication referralMethod appointmentRequired availableTime notAvailable availabilityExceptions endpoint',
  Communication:
    'instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason category priority medium subject topic about encounter sent received recipient sender reasonCode reasonReference payload note',
};

/** Refuses (422) what FHIR R4 forbids: unknown elements, codes outside required bindings, unzoned instants, app-1 to app-4. */
export function validate(resource: Resource): void {
  const allowed = new Set(`${COMMON} ${ELEMENTS[resource.resourceType] ?? ''}`.split(' '));
  for (const element of Object.keys(resource)) {
    if (!allowed.has(element))
      throw invalid('structure', `${resource.resourceType} has no element ${element}`);
  }
  switch (resource.resourceType) {
    case 'Appointment':
      return validateAppointment(resource);
    case 'Slot':
      return validateSlot(resource);
    case 'Schedule':
      if (at(resource, 'actor').length === 0) throw invalid('required', 'Schedule.actor is required');
      return;
    case 'Patient':
      return validatePatient(resource);
    case 'Location':
      return code(resource, 'status', ['active', 'suspended', 'inactive'], 'optional');
    case 'Communication':
      return code(resource, 'status', COMMUNICATION_STATUS, 'required');
    default:
  }
}

function invalid(issue: string, diagnostics: string): FhirError {
  return new FhirError(422, issue, diagnostics);
}

function code(
  resource: Resource,
  element: string,
  codes: readonly string[],
  need: 'required' | 'optional',
): void {
  const value = resource[element];
  if (value === undefined && need === 'optional') return;
  if (typeof value !== 'string' || !codes.includes(value)) {
    throw invalid(
      'code-invalid',
      `${resource.resourceType}.${element} ${JSON.stringify(value)} is not one of ${codes.join(', ')}`,
    );
  }
}

function instant(resource: Resource, element: string): number {
  const value = resource[element];
  if (typeof value !== 'string' || !isInstant(value)) {
    throw invalid(
      'value',
      `${resource.resourceType}.${element} ${JSON.stringify(value)} is no instant with an offset`,
    );
  }
  return timeRange(value)?.from ?? Number.NaN;
}

function validateAppointment(appointment: Resource): void {
  code(appointment, 'status', APPOINTMENT_STATUS, 'required');
  const status = textAt(appointment, 'status') ?? '';
  const participants = at(appointment, 'participant');
  if (participants.length === 0) throw invalid('required', 'Appointment.participant is required');
  for (const participant of participants) {
    if (!isObject(participant) || (participant['type'] === undefined && participant['actor'] === undefined)) {
      throw invalid('invariant', 'app-1: either the type or the actor of a participant shall be specified');
    }
    const answer = participant['status'];
    if (typeof answer !== 'string' || !PARTICIPATION_STATUS.includes(answer)) {
      throw invalid(
        'code-invalid',
        `participant.status ${JSON.stringify(answer)} is not one of ${PARTICIPATION_STATUS.join(', ')}`,
      );
    }
  }
  const [start, end] = [appointment['start'], appointment['end']];
  if ((start === undefined) !== (end === undefined)) {
    throw invalid('invariant', 'app-2: either start and end are specified, or neither');
  }
  if (start === undefined) {
    if (!['proposed', 'cancelled', 'waitlist'].includes(status)) {
      throw invalid(
        'invariant',
        'app-3: only proposed or cancelled appointments can be missing start and end',
      );
    }
  } else if (instant(appointment, 'end') <= instant(appointment, 'start')) {
    throw invalid('invariant', 'the appointment ends before it starts');
  }
  if (appointment['cancelationReason'] !== undefined && !['cancelled', 'noshow'].includes(status)) {
    throw invalid('invariant', 'app-4: a cancelation reason is only for cancelled and no-show appointments');
  }
}

function validateSlot(slot: Resource): void {
  code(slot, 'status', SLOT_STATUS, 'required');
  if (textAt(slot, 'schedule.reference') === undefined)
    throw invalid('required', 'Slot.schedule is required');
  if (instant(slot, 'end') <= instant(slot, 'start'))
    throw invalid('invariant', 'the slot ends before it starts');
}

function validatePatient(patient: Resource): void {
  code(patient, 'gender', ['male', 'female', 'other', 'unknown'], 'optional');
  for (const system of textsAt(patient, 'telecom.system')) {
    if (!TELECOM_SYSTEM.includes(system))
      throw invalid('code-invalid', `telecom.system "${system}" is not in the binding`);
  }
  const born = patient['birthDate'];
  if (
    born !== undefined &&
    (typeof born !== 'string' || !/^\d{4}(-\d{2}(-\d{2})?)?$/.test(born) || timeRange(born) === null)
  ) {
    throw invalid('value', `Patient.birthDate ${JSON.stringify(born)} is no date`);
  }
}
