/**
 * Confirming and cancelling. Each command reads first, so that a repeated one finds its own work done; writes over exactly the version
 * that it was decided on; and reads back before it says `landed`.
 */
import type { CancelReason } from '../../domain/appointment.ts';
import { type ExternalId, type ExternalVersion, id } from '../../domain/ids.ts';
import type { CommandResult, SystemAppointment } from '../../ports/schedulingSystem.ts';
import { cancelledAppointment, confirmedAppointment, freedSlot } from './changes.ts';
import { cancelReasonOf, changedAt, readAppointment, sitsInSlot } from './read.ts';
import type { Failure, FhirServer, RawResource, Versioned } from './server.ts';

interface Change {
  readonly key: string;
  readonly appointment: ExternalId;
  readonly version: ExternalVersion;
}

/** How often a slot is read again because somebody else wrote it meanwhile. */
export const RACES_MAX = 4;

/** What a failed request means for the command that sent it. */
export function failed(failure: Failure): Exclude<CommandResult, { readonly kind: 'landed' }> {
  switch (failure.kind) {
    case 'lost':
      return { kind: 'unknown' };
    case 'down':
      return { kind: 'unavailable', retryAfterMs: failure.retryAfterMs };
    case 'refused':
      if (failure.status === 404 || failure.status === 410) return { kind: 'conflict', reason: 'gone' };
      if (failure.status === 409 || failure.status === 412) return { kind: 'conflict', reason: 'version' };
      return { kind: 'rejected', status: failure.status };
  }
}

export const landed = (found: Versioned): CommandResult => ({
  kind: 'landed',
  external: id<ExternalId>(found.id),
  version: id<ExternalVersion>(found.version ?? '0'),
});

const isConfirmed = (appointment: SystemAppointment): boolean =>
  appointment.status === 'booked' && appointment.participation === 'accepted';

export async function confirm(server: FhirServer, command: Change): Promise<CommandResult> {
  const done = await change(server, command, {
    wanted: (found) => {
      const read = readAppointment(found);
      return read.ok && isConfirmed(read.value);
    },
    possible: (found) => {
      const read = readAppointment(found);
      return read.ok && read.value.status === 'booked';
    },
    make: confirmedAppointment,
  });
  return done.kind === 'seen' ? landed(done.found) : done;
}

/** `landed` when the appointment is cancelled and each of its slots is free. */
export async function cancel(
  server: FhirServer,
  command: Change & { readonly reason: CancelReason },
): Promise<CommandResult> {
  const done = await change(server, command, {
    wanted: (found) => found.resource['status'] === 'cancelled',
    possible: (found) => found.resource['status'] === 'booked',
    make: (resource) => cancelledAppointment(resource, command.reason),
  });
  if (done.kind !== 'seen') return done;
  const read = readAppointment(done.found);
  if (!read.ok) return { kind: 'rejected', status: 422 };
  // What staff cancelled themselves they may have filled or closed on purpose: then the slot is theirs.
  const ours = cancelReasonOf(done.found) === command.reason;
  for (const slot of read.value.slots) {
    const freed = await free(server, slot, command, ours);
    if (freed !== null) return freed;
  }
  return landed(done.found);
}

interface Wish {
  /** Is it so already? */
  readonly wanted: (found: Versioned) => boolean;
  /** Can it still be made so? */
  readonly possible: (found: Versioned) => boolean;
  readonly make: (resource: RawResource) => RawResource;
}

/** Makes it so, or says why not; `seen` is the appointment as it was read once it was so. */
async function change(
  server: FhirServer,
  command: Change,
  wish: Wish,
): Promise<
  { readonly kind: 'seen'; readonly found: Versioned } | Exclude<CommandResult, { readonly kind: 'landed' }>
> {
  const path = `Appointment/${command.appointment}`;
  const before = await server.read(path);
  if (before.kind !== 'ok') return failed(before);
  if (before.value === null) return { kind: 'conflict', reason: 'gone' };
  if (wish.wanted(before.value)) return { kind: 'seen', found: before.value };
  const decided = await decidedOn(server, before.value, command);
  if (decided === null || !wish.possible(decided)) return { kind: 'conflict', reason: 'version' };
  const wrote = await server.update(wish.make(decided.resource), command.version, command.key);
  const refused = wrote.kind === 'refused' && (wrote.status === 409 || wrote.status === 412);
  if (wrote.kind !== 'ok' && !refused) return failed(wrote);
  const after = await server.read(path);
  if (after.kind !== 'ok')
    return wrote.kind === 'ok' ? { kind: 'accepted', external: command.appointment } : failed(after);
  if (after.value !== null && wish.wanted(after.value)) return { kind: 'seen', found: after.value };
  if (wrote.kind === 'ok') return { kind: 'accepted', external: command.appointment };
  // Refused for its version, yet what is shown is no newer than the one we named: reads lag behind, and it may have been our own earlier try.
  const lagging = after.value !== null && !isNewer(after.value, decided);
  return lagging
    ? { kind: 'unknown' }
    : { kind: 'conflict', reason: after.value === null ? 'gone' : 'version' };
}

function isNewer(found: Versioned, known: Versioned): boolean {
  if (found.version === known.version) return false;
  const [foundAt, knownAt] = [changedAt(found), changedAt(known)];
  return foundAt === null || knownAt === null || foundAt >= knownAt;
}

/**
 * The appointment in the version that the command was decided on. When the server shows another one it may be because reads lag:
 * then that very version is asked for, and the write itself finds out whether it is still the newest. Null when there is none.
 */
async function decidedOn(server: FhirServer, seen: Versioned, command: Change): Promise<Versioned | null> {
  if (seen.version === command.version) return seen;
  const old = await server.read(`Appointment/${command.appointment}/_history/${command.version}`);
  return old.kind === 'ok' ? old.value : null;
}

/** Frees one slot of a cancelled appointment. Null when it is free, otherwise what stands in the way. */
async function free(
  server: FhirServer,
  slot: ExternalId,
  command: Change,
  ours: boolean,
): Promise<CommandResult | null> {
  for (let race = 0; race < RACES_MAX; race += 1) {
    const found = await server.read(`Slot/${slot}`);
    if (found.kind !== 'ok') return failed(found);
    if (found.value === null) return { kind: 'conflict', reason: 'gone' };
    const status = found.value.resource['status'];
    if (status === 'free') return null;
    if (!ours || (status !== 'busy' && status !== 'busy-tentative'))
      return { kind: 'conflict', reason: 'slot_taken' };
    const others = await sitting(server, slot);
    if (others.kind !== 'ok') return failed(others);
    if (others.value.some(({ external }) => external !== command.appointment))
      return { kind: 'conflict', reason: 'slot_taken' };
    const wrote = await server.update(
      freedSlot(found.value.resource),
      found.value.version ?? '',
      command.key,
    );
    if (wrote.kind === 'ok') {
      const seen = await server.read(`Slot/${slot}`);
      const isFree = seen.kind === 'ok' && seen.value?.resource['status'] === 'free';
      return isFree ? null : { kind: 'accepted', external: command.appointment };
    }
    if (wrote.kind !== 'refused' || (wrote.status !== 409 && wrote.status !== 412)) return failed(wrote);
  }
  return { kind: 'unavailable', retryAfterMs: null };
}

/** The appointments that sit in a slot now. */
export async function sitting(
  server: FhirServer,
  slot: ExternalId,
): Promise<{ readonly kind: 'ok'; readonly value: readonly SystemAppointment[] } | Failure> {
  const found = await server.search('Appointment', [['slot', `Slot/${slot}`]]);
  if (found.kind !== 'ok') return found;
  const read = found.value.map(readAppointment);
  return {
    kind: 'ok',
    value: read.flatMap((each) => (each.ok && sitsInSlot(each.value) ? [each.value] : [])),
  };
}
