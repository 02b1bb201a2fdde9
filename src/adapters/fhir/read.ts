/** What FHIR resources say, in our words. Nothing here asks or writes. */
import { z } from 'zod';
import type { AppointmentStatus, Participation } from '../../domain/appointment.ts';
import { type ExternalId, type ExternalVersion, id } from '../../domain/ids.ts';
import { parseIso } from '../../domain/localTime.ts';
import { type Result, err, ok } from '../../domain/result.ts';
import type { Instant } from '../../domain/time.ts';
import type {
  SystemAppointment,
  SystemPatient,
  SystemSlot,
  UnreadableResource,
} from '../../ports/schedulingSystem.ts';
import type { Versioned } from './server.ts';

const Reference = z.object({ reference: z.string().optional() });
const Coded = z.object({ coding: z.array(z.object({ code: z.string().optional() })).optional() });
const AppointmentView = z.object({
  status: z.string(),
  start: z.string().optional(),
  end: z.string().optional(),
  serviceType: z.array(Coded).optional(),
  appointmentType: Coded.optional(),
  slot: z.array(Reference).optional(),
  cancelationReason: Coded.optional(),
  participant: z.array(z.object({ actor: Reference.optional(), status: z.string().optional() })).default([]),
});
const SlotView = z.object({
  status: z.string(),
  start: z.string().optional(),
  end: z.string().optional(),
  schedule: Reference.optional(),
  serviceType: z.array(Coded).optional(),
});
const ScheduleView = z.object({ actor: z.array(Reference).default([]) });
const PatientView = z.object({
  name: z
    .array(
      z.object({
        use: z.string().optional(),
        text: z.string().optional(),
        family: z.string().optional(),
        given: z.array(z.string()).optional(),
      }),
    )
    .default([]),
  telecom: z
    .array(
      z.object({ system: z.string().optional(), value: z.string().optional(), use: z.string().optional() }),
    )
    .default([]),
  birthDate: z.string().optional(),
  deceasedBoolean: z.boolean().optional(),
  deceasedDateTime: z.string().optional(),
  address: z.array(z.object({ state: z.string().optional(), use: z.string().optional() })).default([]),
  communication: z.array(z.object({ language: Coded, preferred: z.boolean().optional() })).default([]),
});

const STATUSES: readonly AppointmentStatus[] = [
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
const PARTICIPATIONS: readonly Participation[] = ['accepted', 'declined', 'tentative', 'needs-action'];
const SLOT_STATUSES: readonly SystemSlot['status'][] = [
  'free',
  'busy',
  'busy-unavailable',
  'busy-tentative',
  'entered-in-error',
];

/** An appointment in one of these states sits in its slot. */
const SITTING: ReadonlySet<AppointmentStatus> = new Set([
  'pending',
  'booked',
  'arrived',
  'checked-in',
  'fulfilled',
]);

export const sitsInSlot = (appointment: SystemAppointment): boolean => SITTING.has(appointment.status);

/** The id at the end of `Patient/12`, `https://host/fhir/Patient/12` or `Patient/12/_history/3`, when it is of this type. */
export function idIn(reference: string | undefined, type: string): ExternalId | null {
  const match = /(?:^|\/)([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference ?? '');
  return match?.[1] === type && match[2] !== undefined ? id<ExternalId>(match[2]) : null;
}

type Unreadable = Omit<UnreadableResource, 'external'>;

function timeIn(text: string | undefined, field: string): Result<Instant, Unreadable> {
  if (text === undefined) return err({ field, reason: 'missing' });
  const parsed = parseIso(text);
  if (parsed.ok) return parsed;
  return err({ field, reason: parsed.error.kind === 'naive' ? 'naive_time' : 'malformed_time' });
}

const firstCode = (concepts: readonly z.output<typeof Coded>[] | undefined): string | null =>
  concepts?.flatMap(({ coding }) => coding ?? []).find(({ code }) => code !== undefined)?.code ?? null;

export function readAppointment(found: Versioned): Result<SystemAppointment, UnreadableResource> {
  const read = appointmentIn(found);
  return read.ok ? read : err({ external: found.id, ...read.error });
}

function appointmentIn(found: Versioned): Result<SystemAppointment, Unreadable> {
  const view = AppointmentView.safeParse(found.resource);
  if (!view.success || found.id === '') return err({ field: 'resource', reason: 'missing' });
  const { status: statusCode, participant, slot, serviceType, appointmentType } = view.data;
  const status = STATUSES.find((known) => known === statusCode);
  if (status === undefined) return err({ field: 'status', reason: 'unknown_code' });
  const actor = (type: string): ExternalId | null =>
    participant.map((each) => idIn(each.actor?.reference, type)).find((external) => external !== null) ??
    null;
  const patient = actor('Patient');
  if (patient === null) return err({ field: 'participant', reason: 'no_patient' });
  const answer = participant.find((each) => idIn(each.actor?.reference, 'Patient') !== null)?.status;
  const participation = PARTICIPATIONS.find((known) => known === answer);
  if (participation === undefined) return err({ field: 'participant.status', reason: 'unknown_code' });
  const start = timeIn(view.data.start, 'start');
  if (!start.ok) return start;
  const end = timeIn(view.data.end, 'end');
  if (!end.ok) return end;
  return ok({
    external: id<ExternalId>(found.id),
    version: id<ExternalVersion>(found.version ?? '0'),
    status,
    participation,
    patient,
    location: actor('Location'),
    provider: actor('Practitioner'),
    visitTypeCode:
      firstCode(serviceType) ?? firstCode(appointmentType === undefined ? [] : [appointmentType]),
    slots: (slot ?? [])
      .map(({ reference }) => idIn(reference, 'Slot'))
      .filter((external) => external !== null),
    start: start.value,
    end: end.value,
  });
}

/** When an appointment that cannot be read may be, as the widest span of wall-clock readings allows; null when it says nothing. */
export function roughStart(found: Versioned): number | null {
  const view = AppointmentView.safeParse(found.resource);
  const parsed = view.success ? parseIso(`${view.data.start ?? ''}Z`) : null;
  return parsed?.ok === true ? parsed.value : null;
}

const MetaView = z.object({ meta: z.object({ lastUpdated: z.string() }) });

/** When this version was written, by the server's clock; null when it does not say. */
export function changedAt(found: Versioned): Instant | null {
  const view = MetaView.safeParse(found.resource);
  const parsed = view.success ? parseIso(view.data.meta.lastUpdated) : null;
  return parsed?.ok === true ? parsed.value : null;
}

export function cancelReasonOf(found: Versioned): string | null {
  const view = AppointmentView.safeParse(found.resource);
  return view.success && view.data.cancelationReason !== undefined
    ? firstCode([view.data.cancelationReason])
    : null;
}

export interface ScheduleActors {
  readonly provider: ExternalId | null;
  readonly location: ExternalId | null;
}

export function readSchedule(found: Versioned | null): ScheduleActors {
  const view = ScheduleView.safeParse(found?.resource);
  const actors = view.success ? view.data.actor : [];
  const first = (type: string): ExternalId | null =>
    actors.map(({ reference }) => idIn(reference, type)).find((external) => external !== null) ?? null;
  return { provider: first('Practitioner'), location: first('Location') };
}

export function scheduleIdOf(slot: Versioned): ExternalId | null {
  const view = SlotView.safeParse(slot.resource);
  return view.success ? idIn(view.data.schedule?.reference, 'Schedule') : null;
}

/** The visit types that a slot is for; empty = any. */
export function visitTypesOf(slot: Versioned): readonly string[] {
  const view = SlotView.safeParse(slot.resource);
  const coding = view.success ? (view.data.serviceType ?? []).flatMap((concept) => concept.coding ?? []) : [];
  return coding.flatMap(({ code }) => (code === undefined ? [] : [code]));
}

type SlotItself = Omit<SystemSlot, 'provider' | 'location'>;

/** The slot without who works in it and where, which its schedule says. */
export function readSlotItself(found: Versioned): Result<SlotItself, Unreadable> {
  const view = SlotView.safeParse(found.resource);
  if (!view.success || found.id === '') return err({ field: 'resource', reason: 'missing' });
  const status = SLOT_STATUSES.find((known) => known === view.data.status);
  if (status === undefined) return err({ field: 'status', reason: 'unknown_code' });
  const start = timeIn(view.data.start, 'start');
  if (!start.ok) return start;
  const end = timeIn(view.data.end, 'end');
  if (!end.ok) return end;
  return ok({
    external: id<ExternalId>(found.id),
    version: id<ExternalVersion>(found.version ?? '0'),
    status,
    start: start.value,
    end: end.value,
    visitTypeCode: visitTypesOf(found)[0] ?? null,
  });
}

/** Null when the slot's times or status make no sense: such a slot is never offered. */
export function readSlot(found: Versioned, actors: ScheduleActors): SystemSlot | null {
  const itself = readSlotItself(found);
  return itself.ok ? { ...itself.value, ...actors } : null;
}

/** Null when there is no name to ask for. */
export function readPatient(found: Versioned): SystemPatient | null {
  const view = PatientView.safeParse(found.resource);
  if (!view.success || found.id === '') return null;
  const { name: names, telecom, birthDate, address, communication } = view.data;
  const name =
    names.find(({ use }) => use === 'official') ?? names.find(({ use }) => use !== 'old') ?? names[0];
  const words = (name?.text ?? '').split(' ').filter(Boolean);
  const givenName = name?.given?.[0] ?? words[0] ?? '';
  const familyName = name?.family ?? words.slice(1).join(' ');
  if (givenName === '' && familyName === '') return null;
  const phones = telecom.filter(
    ({ system, use, value }) =>
      (system === 'phone' || system === 'sms') && use !== 'old' && value !== undefined,
  );
  const preferred = communication.find((each) => each.preferred === true) ?? communication[0];
  return {
    external: id<ExternalId>(found.id),
    givenName,
    familyName,
    birthDate: birthDate !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(birthDate) ? birthDate : null,
    rawPhone: (phones.find(({ use }) => use === 'mobile') ?? phones[0])?.value ?? null,
    language: preferred === undefined ? null : firstCode([preferred.language]),
    deceased: view.data.deceasedBoolean === true || view.data.deceasedDateTime !== undefined,
    state: (address.find(({ use }) => use !== 'old') ?? address[0])?.state ?? null,
  };
}
