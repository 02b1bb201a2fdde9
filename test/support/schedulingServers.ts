/** The scheduling systems that the port's suite runs against, all seeded alike. */
import type { SearchRequest } from '@medplum/core';

import { type ExternalId, id } from '../../src/domain/ids.ts';
import { type Instant, type Span, instant } from '../../src/domain/time.ts';
import { startSchedulingEmulator } from '../../src/emulators/scheduling/server.ts';
import type { BookCommand, SchedulingSystem, SystemAppointment } from '../../src/ports/schedulingSystem.ts';
import { type SeededResource, zoned } from './fhirSeed.ts';
import { startMedplum } from './medplum/server.ts';

export interface SchedulingServer {
  readonly url: string;
  state(type: SearchRequest['resourceType']): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

type Start = (resources: readonly SeededResource[]) => Promise<SchedulingServer>;

async function emulated(
  resources: readonly SeededResource[],
  mode: 'well_behaved' | 'hostile',
): Promise<SchedulingServer> {
  const emulator = await startSchedulingEmulator({ resources, mode });
  return {
    url: emulator.url,
    state: (type) => Promise.resolve(emulator.state(type)),
    close: () => emulator.close(),
  };
}

async function medplum(resources: readonly SeededResource[]): Promise<SchedulingServer> {
  const server = await startMedplum({ resources });
  return {
    url: server.url,
    state: async (type) => (await server.all(type)).map((resource) => ({ ...resource })),
    close: () => server.close(),
  };
}

export const external = (raw: string): ExternalId => id<ExternalId>(raw);
/** An hour of the seeded day, in Chicago. */
export const at = (hour: number): Instant => instant(Date.parse(zoned(hour)));
export const seededDay: Span = { from: at(0), to: at(24) };

/** Books the seeded slot of an hour. */
export function bookCommand(hour: number, key: string, patient = 'p1'): BookCommand {
  return {
    key,
    slot: external(`slot-${hour}`),
    start: at(hour),
    end: at(hour + 1),
    patient: external(patient),
    location: external('l1'),
    provider: external('d1'),
    visitTypeCode: 'cleaning',
  };
}

/** The seeded or changed appointment as the port reads it. */
export async function readExisting(
  system: SchedulingSystem,
  appointment: string,
): Promise<SystemAppointment> {
  const read = await system.getAppointment(external(appointment));
  if (!read.ok || read.value === null) throw new Error(`no appointment ${appointment}`);
  return read.value;
}

export async function slotStatus(system: SchedulingSystem, slot: string): Promise<string | undefined> {
  const read = await system.getSlot(external(slot));
  return read.ok ? read.value?.status : read.error.kind;
}

/** How many booked appointments sit in the slot of an hour, by the server's own state. */
export async function sittingAt(server: SchedulingServer, hour: number): Promise<number> {
  const appointments = await server.state('Appointment');
  return appointments.filter(
    (each) => each['status'] === 'booked' && JSON.stringify(each['slot']).includes(`Slot/slot-${hour}"`),
  ).length;
}

export const SCHEDULING_SERVERS: readonly (readonly [string, Start])[] = [
  ['the emulated scheduling system', (resources) => emulated(resources, 'well_behaved')],
  ['a hostile scheduling system', (resources) => emulated(resources, 'hostile')],
  ['Medplum', medplum],
];

/** What somebody at the front desk does behind our back: changes a resource without asking for its version. */
export async function staffChange(
  server: { readonly url: string },
  path: string,
  change: (resource: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const resource: Readonly<Record<string, unknown>> = JSON.parse(
    await (await fetch(`${server.url}/${path}`)).text(),
  );
  const reply = await fetch(`${server.url}/${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(change(resource)),
  });
  if (!reply.ok) throw new Error(`the front desk got ${reply.status} for ${path}`);
}

/** Somebody at the front desk books. */
export async function staffBook(
  server: { readonly url: string },
  appointment: SeededResource,
): Promise<void> {
  const { id: _, ...resource } = appointment;
  const reply = await fetch(`${server.url}/Appointment`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(resource),
  });
  if (reply.status !== 201) throw new Error(`the front desk got ${reply.status}`);
}
