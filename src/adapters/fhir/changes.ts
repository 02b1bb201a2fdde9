/** The resources that our commands write, made from what was read. Elements that we do not know stay as they are. */
import type { CancelReason } from '../../domain/appointment.ts';
import type { ExternalId } from '../../domain/ids.ts';
import { isoUtc } from '../../domain/localTime.ts';
import { MINUTE_MS } from '../../domain/time.ts';
import type { BookCommand } from '../../ports/schedulingSystem.ts';
import { idIn } from './read.ts';
import type { RawResource } from './server.ts';

/** Marks an appointment as the one that a command's key booked. */
export const BOOKING_SYSTEM = 'urn:rollcall:booking';
/**
 * Marks on a slot, with a command's key, so that a repeated command knows its own hold, and its own closing, from somebody else's. There
 * are two, because a held slot that turned busy without us was taken by the front desk.
 */
const HELD_SYSTEM = 'urn:rollcall:held';
const TAKEN_SYSTEM = 'urn:rollcall:taken';
const CANCEL_REASONS = 'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason';

interface Identifier {
  readonly system?: unknown;
  readonly value?: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function identifiersOf(resource: RawResource): readonly Identifier[] {
  const identifiers: unknown = resource['identifier'];
  return Array.isArray(identifiers) ? identifiers.filter(isRecord) : [];
}

function isMarked(resource: RawResource, mark: string, key: string): boolean {
  return identifiersOf(resource).some(({ system, value }) => system === mark && value === key);
}

/** Held by this command, and still so. */
export const isHeldFor = (slot: RawResource, key: string): boolean =>
  slot['status'] === 'busy-tentative' && isMarked(slot, HELD_SYSTEM, key);

/** Closed by this command once its appointment was made. */
export const isTakenFor = (slot: RawResource, key: string): boolean =>
  slot['status'] === 'busy' && isMarked(slot, TAKEN_SYSTEM, key);

function slotWith(slot: RawResource, status: string, mark: Identifier | null): RawResource {
  const others = identifiersOf(slot).filter(
    ({ system }) => system !== HELD_SYSTEM && system !== TAKEN_SYSTEM,
  );
  const identifier = mark === null ? others : [...others, mark];
  const { identifier: _, ...rest } = slot;
  return {
    ...rest,
    resourceType: slot.resourceType,
    status,
    ...(identifier.length === 0 ? {} : { identifier }),
  };
}

export const heldSlot = (slot: RawResource, key: string): RawResource =>
  slotWith(slot, 'busy-tentative', { system: HELD_SYSTEM, value: key });
export const takenSlot = (slot: RawResource, key: string): RawResource =>
  slotWith(slot, 'busy', { system: TAKEN_SYSTEM, value: key });
export const freedSlot = (slot: RawResource): RawResource => slotWith(slot, 'free', null);

/** The patient's own participation becomes accepted; nothing else changes. */
export function confirmedAppointment(appointment: RawResource): RawResource {
  const participants: unknown = appointment['participant'];
  const participant = (Array.isArray(participants) ? participants.filter(isRecord) : []).map((each) =>
    isPatient(each['actor']) ? { ...each, status: 'accepted' } : each,
  );
  return { ...appointment, participant };
}

function isPatient(actor: unknown): boolean {
  return (
    isRecord(actor) && typeof actor['reference'] === 'string' && idIn(actor['reference'], 'Patient') !== null
  );
}

export function cancelledAppointment(appointment: RawResource, reason: CancelReason): RawResource {
  return {
    ...appointment,
    status: 'cancelled',
    cancelationReason: { coding: [{ system: CANCEL_REASONS, code: reason }] },
  };
}

/** @param serviceType the slot's own, so that the appointment speaks of the visit in the system's words. */
export function newAppointment(command: BookCommand, serviceType: unknown): RawResource {
  return {
    resourceType: 'Appointment',
    identifier: [{ system: BOOKING_SYSTEM, value: command.key }],
    status: 'booked',
    ...serviceTypeFor(command.visitTypeCode, serviceType),
    start: isoUtc(command.start),
    end: isoUtc(command.end),
    minutesDuration: Math.round((command.end - command.start) / MINUTE_MS),
    slot: [{ reference: `Slot/${command.slot}` }],
    participant: [
      taking('Patient', command.patient),
      ...(command.provider === null ? [] : [taking('Practitioner', command.provider)]),
      taking('Location', command.location),
    ],
  };
}

function taking(type: string, external: ExternalId): unknown {
  return { actor: { reference: `${type}/${external}` }, required: 'required', status: 'accepted' };
}

function serviceTypeFor(code: string | null, slots: unknown): { readonly serviceType: unknown } | null {
  if (code === null) return Array.isArray(slots) && slots.length > 0 ? { serviceType: slots } : null;
  const codings = (Array.isArray(slots) ? slots : [])
    .filter(isRecord)
    .flatMap((concept): unknown[] => (Array.isArray(concept['coding']) ? concept['coding'] : []))
    .filter(isRecord);
  return { serviceType: [{ coding: [codings.find((coding) => coding['code'] === code) ?? { code }] }] };
}
