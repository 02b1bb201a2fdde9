/**
 * Booking: hold the slot, create the appointment, close the slot, read back.
 *
 * One key books once for ever. The appointment carries the key as an identifier and is created with If-None-Exist; the slot carries
 * it too, so that a command which is repeated after a lost answer takes up its own hold and finds its own booking. The hold is written
 * over the version that was read, so that of many who want the slot one gets it, even from a server that would book it to them all.
 */
import { type ExternalId, id } from '../../domain/ids.ts';
import type { BookCommand, CommandResult } from '../../ports/schedulingSystem.ts';
import {
  BOOKING_SYSTEM,
  cancelledAppointment,
  freedSlot,
  heldSlot,
  isHeldFor,
  isTakenFor,
  newAppointment,
  takenSlot,
} from './changes.ts';
import { failed, landed, RACES_MAX, sitting } from './commands.ts';
import { readAppointment, readSlot, sitsInSlot } from './read.ts';
import type { Failure, FhirServer, Versioned } from './server.ts';

const SLOT_TAKEN: CommandResult = { kind: 'conflict', reason: 'slot_taken' };

type Step<T> =
  | { readonly kind: 'go_on'; readonly value: T }
  | { readonly kind: 'stop'; readonly result: CommandResult };

const stop = (result: CommandResult): { readonly kind: 'stop'; readonly result: CommandResult } => ({
  kind: 'stop',
  result,
});

export async function book(server: FhirServer, command: BookCommand): Promise<CommandResult> {
  const earlier = await server.search('Appointment', [['identifier', `${BOOKING_SYSTEM}|${command.key}`]]);
  if (earlier.kind !== 'ok') return failed(earlier);
  const mine = earlier.value[0];
  if (mine !== undefined) return finish(server, command, mine);
  const held = await hold(server, command);
  if (held.kind === 'stop') return held.result;
  const created = await server.create(
    newAppointment(command, held.value.resource['serviceType']),
    `identifier=${encodeURIComponent(`${BOOKING_SYSTEM}|${command.key}`)}`,
    command.key,
  );
  if (created.kind === 'refused') {
    await letGo(server, command);
    return created.status === 409 ? SLOT_TAKEN : failed(created);
  }
  return created.kind === 'ok' ? finish(server, command, created.value) : failed(created);
}

/** The slot as busy-tentative under our key, or why it cannot be. */
async function hold(server: FhirServer, command: BookCommand): Promise<Step<Versioned>> {
  for (let race = 0; race < RACES_MAX; race += 1) {
    const found = await server.read(`Slot/${command.slot}`);
    if (found.kind !== 'ok') return stop(failed(found));
    if (found.value === null) return stop({ kind: 'conflict', reason: 'gone' });
    const slot = readSlot(found.value, { provider: null, location: null });
    if (slot === null || slot.start > command.start || slot.end < command.end)
      return stop({ kind: 'conflict', reason: 'version' });
    const held = isHeldFor(found.value.resource, command.key);
    const free = slot.status === 'free' || isTakenFor(found.value.resource, command.key);
    if (!held && !free) return stop(SLOT_TAKEN);
    // Some systems show a slot as free while somebody sits in it.
    const others = await sitting(server, command.slot);
    if (others.kind !== 'ok') return stop(failed(others));
    if (others.value.length > 0) return stop(SLOT_TAKEN);
    if (held) return { kind: 'go_on', value: found.value };
    const wrote = await server.update(
      heldSlot(found.value.resource, command.key),
      found.value.version ?? '',
      command.key,
    );
    if (wrote.kind === 'ok') return { kind: 'go_on', value: wrote.value };
    if (!lostRace(wrote)) return stop(failed(wrote));
  }
  return stop({ kind: 'unavailable', retryAfterMs: null });
}

const lostRace = (failure: Failure): boolean =>
  failure.kind === 'refused' && (failure.status === 409 || failure.status === 412);

/** The appointment is there: close the slot, make sure that nobody else is in it, and read back. */
async function finish(server: FhirServer, command: BookCommand, created: Versioned): Promise<CommandResult> {
  const appointment = id<ExternalId>(created.id);
  const status = created.resource['status'];
  // Booked under this key once, and given up by somebody since.
  if (status === 'cancelled' || status === 'entered-in-error' || status === 'noshow')
    return { kind: 'conflict', reason: 'version' };
  const others = await sitting(server, command.slot);
  if (others.kind !== 'ok') return failed(others);
  if (others.value.some(({ external }) => external !== appointment))
    return stepBack(server, command, created);
  const closed = await close(server, command);
  if (closed.kind === 'stop') return closed.result;
  const seen = await server.read(`Appointment/${appointment}`);
  if (seen.kind !== 'ok' || seen.value === null) return { kind: 'accepted', external: appointment };
  const read = readAppointment(seen.value);
  const asWanted = read.ok && sitsInSlot(read.value) && read.value.slots.includes(command.slot);
  return asWanted ? landed(seen.value) : { kind: 'conflict', reason: 'version' };
}

/** The slot busy under our key. */
async function close(server: FhirServer, command: BookCommand): Promise<Step<null>> {
  for (let race = 0; race < RACES_MAX; race += 1) {
    const found = await server.read(`Slot/${command.slot}`);
    if (found.kind !== 'ok') return stop(failed(found));
    if (found.value === null || found.value.resource['status'] === 'busy')
      return { kind: 'go_on', value: null };
    const wrote = await server.update(
      takenSlot(found.value.resource, command.key),
      found.value.version ?? '',
      command.key,
    );
    if (wrote.kind === 'ok') return { kind: 'go_on', value: null };
    if (!lostRace(wrote)) return stop(failed(wrote));
  }
  return stop({ kind: 'unavailable', retryAfterMs: null });
}

/** Somebody else was booked into the slot between our hold and our booking. They stay; ours is taken back. */
async function stepBack(
  server: FhirServer,
  command: BookCommand,
  created: Versioned,
): Promise<CommandResult> {
  const gone = await server.update(
    cancelledAppointment(created.resource, 'other'),
    created.version ?? '',
    command.key,
  );
  if (gone.kind !== 'ok') return lostRace(gone) ? { kind: 'unknown' } : failed(gone);
  return SLOT_TAKEN;
}

/** Gives the hold back if it is still ours and nobody came to sit in the slot. What fails here is found by the next to read the slot. */
async function letGo(server: FhirServer, command: BookCommand): Promise<void> {
  const found = await server.read(`Slot/${command.slot}`);
  if (found.kind !== 'ok' || found.value === null || !isHeldFor(found.value.resource, command.key)) return;
  const others = await sitting(server, command.slot);
  const empty = others.kind === 'ok' && others.value.length === 0;
  if (empty) await server.update(freedSlot(found.value.resource), found.value.version ?? '', command.key);
}
