/** The scheduling system over FHIR R4: any server with ETag and If-Match. */
import { z } from 'zod';
import type { ExternalId } from '../../domain/ids.ts';
import { isoUtc } from '../../domain/localTime.ts';
import { type Result, err, ok } from '../../domain/result.ts';
import { HOUR_MS, MINUTE_MS, type Span, contains, plusMs } from '../../domain/time.ts';
import type {
  ReadFailure,
  SchedulingSystem,
  SystemAppointment,
  SystemPatient,
  SystemSlot,
  UnreadableResource,
} from '../../ports/schedulingSystem.ts';
import { book } from './book.ts';
import { cancel, confirm } from './commands.ts';
import {
  readAppointment,
  readPatient,
  readSchedule,
  readSlot,
  roughStart,
  scheduleIdOf,
  visitTypesOf,
} from './read.ts';
import {
  type Answer,
  type Failure,
  type FhirServer,
  type FhirServerOptions,
  type Versioned,
  fhirServer,
} from './server.ts';

/**
 * Servers compare a date without an offset as they please. So more is asked for than is wanted, by the widest offset there is, and
 * what is wanted is picked out here.
 */
const MARGIN_MS = 14 * HOUR_MS;
const PAGE = '200';
/** Ids in one `_id` search: addresses have a limit. */
const IDS_MAX = 40;

/** @param options `baseUrl` is the FHIR base address, e.g. `https://host/fhir`. */
export function fhirSchedulingSystem(options: FhirServerOptions): SchedulingSystem {
  const server = fhirServer(options);
  return {
    listAppointments: (span) => listAppointments(server, span),
    getAppointment: (external) =>
      getOne(server, `Appointment/${external}`, (found) => readAppointment(found)),
    getPatient: (external) => getOne(server, `Patient/${external}`, (found) => valueOr(readPatient(found))),
    getSlot: (external) => getSlot(server, external),
    findSlots: (query) => findSlots(server, query),
    confirm: (command) => confirm(server, command),
    cancel: (command) => cancel(server, command),
    book: (command) => book(server, command),
    health: () => health(server),
  };
}

const MALFORMED: ReadFailure = { kind: 'malformed' };

function readFailure(failure: Failure): ReadFailure {
  if (failure.kind !== 'refused') return { kind: 'unavailable' };
  return failure.status === 401 || failure.status === 403 ? { kind: 'unauthorised' } : MALFORMED;
}

const valueOr = <T>(value: T | null): Result<T, ReadFailure> => (value === null ? err(MALFORMED) : ok(value));

async function getOne<T>(
  server: FhirServer,
  path: string,
  read: (found: Versioned) => Result<T, unknown>,
): Promise<Result<T | null, ReadFailure>> {
  const found = await server.read(path);
  if (found.kind !== 'ok') return err(readFailure(found));
  if (found.value === null) return ok(null);
  const value = read(found.value);
  return value.ok ? value : err(MALFORMED);
}

const between = (name: string, span: Span): readonly (readonly [string, string])[] => [
  [name, `ge${isoUtc(plusMs(span.from, -MARGIN_MS))}`],
  [name, `lt${isoUtc(plusMs(span.to, MARGIN_MS))}`],
];

async function listAppointments(
  server: FhirServer,
  span: Span,
): ReturnType<SchedulingSystem['listAppointments']> {
  const found = await server.search('Appointment', [...between('date', span), ['_count', PAGE]]);
  if (found.kind !== 'ok') return err(readFailure(found));
  const appointments: SystemAppointment[] = [];
  const unreadable: UnreadableResource[] = [];
  for (const each of found.value) {
    const read = readAppointment(each);
    if (read.ok) {
      if (contains(span, read.value.start)) appointments.push(read.value);
    } else if (mayStartIn(span, each)) {
      unreadable.push(read.error);
    }
  }
  appointments.sort((left, right) => left.start - right.start);
  const patients = await readPatients(server, [...new Set(appointments.map(({ patient }) => patient))]);
  if (patients.kind !== 'ok') return err(readFailure(patients));
  return ok({ appointments, patients: patients.value, unreadable });
}

function mayStartIn(span: Span, found: Versioned): boolean {
  const rough = roughStart(found);
  return rough === null || (rough >= span.from - MARGIN_MS && rough < span.to + MARGIN_MS);
}

async function readPatients(
  server: FhirServer,
  externals: readonly ExternalId[],
): Promise<Answer<readonly SystemPatient[]>> {
  const patients: SystemPatient[] = [];
  for (let first = 0; first < externals.length; first += IDS_MAX) {
    const some = externals.slice(first, first + IDS_MAX);
    const found = await server.search('Patient', [
      ['_id', some.join(',')],
      ['_count', PAGE],
    ]);
    if (found.kind !== 'ok') return found;
    patients.push(...found.value.map(readPatient).filter((patient) => patient !== null));
  }
  return { kind: 'ok', value: patients };
}

async function getSlot(
  server: FhirServer,
  external: ExternalId,
): Promise<Result<SystemSlot | null, ReadFailure>> {
  const found = await server.read(`Slot/${external}`);
  if (found.kind !== 'ok') return err(readFailure(found));
  if (found.value === null) return ok(null);
  const schedule = scheduleIdOf(found.value);
  const actors = schedule === null ? null : await server.read(`Schedule/${schedule}`);
  if (actors !== null && actors.kind !== 'ok') return err(readFailure(actors));
  return valueOr(readSlot(found.value, readSchedule(actors?.value ?? null)));
}

type SlotQuery = Parameters<SchedulingSystem['findSlots']>[0];

async function findSlots(
  server: FhirServer,
  query: SlotQuery,
): Promise<Result<readonly SystemSlot[], ReadFailure>> {
  const schedules = await server.search('Schedule', [
    ['actor', `Location/${query.location}`],
    ['_count', PAGE],
  ]);
  if (schedules.kind !== 'ok') return err(readFailure(schedules));
  const actors = new Map(schedules.value.map((schedule) => [schedule.id, readSchedule(schedule)]));
  const slots: SystemSlot[] = [];
  for (const schedule of schedules.value) {
    const found = await server.search('Slot', [
      ['schedule', `Schedule/${schedule.id}`],
      ['status', 'free'],
      ...between('start', query.span),
      ['_count', PAGE],
    ]);
    if (found.kind !== 'ok') return err(readFailure(found));
    for (const each of found.value) {
      const slot = readSlot(each, actors.get(schedule.id) ?? { provider: null, location: null });
      if (slot !== null && suits(slot, visitTypesOf(each), query))
        slots.push({ ...slot, visitTypeCode: query.visitTypeCode ?? slot.visitTypeCode });
    }
  }
  return ok(slots.toSorted((left, right) => left.start - right.start).slice(0, query.limit));
}

function suits(slot: SystemSlot, visitTypes: readonly string[], query: SlotQuery): boolean {
  return (
    slot.status === 'free' &&
    contains(query.span, slot.start) &&
    slot.end - slot.start >= query.minutes * MINUTE_MS &&
    (query.visitTypeCode === null || visitTypes.length === 0 || visitTypes.includes(query.visitTypeCode))
  );
}

const Capabilities = z.object({
  resourceType: z.literal('CapabilityStatement'),
  fhirVersion: z.string().startsWith('4.'),
  software: z.object({ name: z.string() }).optional(),
});

async function health(server: FhirServer): Promise<Result<{ readonly software: string }, ReadFailure>> {
  const found = await server.read('metadata');
  if (found.kind !== 'ok') return err(readFailure(found));
  const read = Capabilities.safeParse(found.value?.resource);
  return read.success ? ok({ software: read.data.software?.name ?? 'FHIR server' }) : err(MALFORMED);
}
