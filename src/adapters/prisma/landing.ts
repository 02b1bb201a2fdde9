/** What follows from a write-back's end, in the transaction that stores it. */
import { randomUUID } from 'node:crypto';
import type { SlotId, WriteBackId } from '../../domain/ids.ts';
import { type Instant, plusMs } from '../../domain/time.ts';
import type { SystemAppointment } from '../../ports/schedulingSystem.ts';
import type { Settlement, WriteBackCommand } from '../../ports/store/writeBackStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Transaction, toJson, toTimestamp } from './database.ts';
import { createCommand } from './commands.ts';
import { mirrorCommand, upsertAppointments } from './mirror.ts';
import { endOffer } from './offers.ts';
import { nudge } from './outbox.ts';

type Landed = Extract<Settlement, { readonly kind: 'landed' }>;
type Freed = { readonly freed: SlotId | null };

/** After the answer to a command was lost, or it was taken and not seen yet: how soon to look. */
const LOOK_AGAIN_MS = 2_000;

const NOTHING: Freed = { freed: null };

/** Later commands for the same appointment were decided before this one of ours changed its version. */
async function carryVersion(tx: Transaction, row: Row.WriteBack, version: string): Promise<void> {
  const later = await tx.writeBack.findMany({
    where: { lane: row.lane, laneSeq: { gt: row.laneSeq }, state: 'pending' },
  });
  for (const next of later) {
    const command = next.command as unknown as WriteBackCommand;
    if (command.kind !== 'book') {
      await tx.writeBack.update({
        where: { id: next.id },
        data: { command: toJson({ ...command, version }) },
      });
    }
  }
}

/** Cancellations that make room for somebody else start one link of a chain; everything else starts at its head. */
async function chainDepthOf(tx: Transaction, row: Row.WriteBack): Promise<number> {
  if (row.offerId === null) return 0;
  const offer = await tx.offer.findUnique({ where: { id: row.offerId }, include: { slot: true } });
  return offer === null ? 0 : offer.slot.chainDepth + 1;
}

async function freeSlot(
  tx: Transaction,
  row: Row.WriteBack,
  old: Row.Appointment,
  at: Instant,
  coolUntil: Instant,
): Promise<Freed> {
  const external = old.slots[0];
  // Cancelled once, freed once: the slot may be somebody else's by now.
  const before = await tx.writeBack.count({
    where: { appointmentId: old.id, kind: 'cancel', state: 'landed', id: { not: row.id } },
  });
  if (external === undefined || before > 0) return NOTHING;
  const provider =
    old.providerId === null ? null : await tx.provider.findUnique({ where: { id: old.providerId } });
  const fresh = {
    locationId: old.locationId,
    providerId: old.providerId,
    visitTypeId: old.visitTypeId,
    spokenProvider: provider?.spokenName ?? '',
    startAt: old.startAt,
    endAt: old.endAt,
    state: 'cooling',
    because: null,
    freedAt: toTimestamp(at),
    coolUntil: toTimestamp(coolUntil),
    freedBy: row.id,
    runId: row.runId,
    chainDepth: await chainDepthOf(tx, row),
    filledByOfferId: null,
  };
  // Whoever filled it before has given it up: that offer is history now.
  await tx.offer.updateMany({ where: { slot: { external }, state: 'landed' }, data: { state: 'closed' } });
  const slot = await tx.slot.upsert({
    where: { external },
    create: { id: randomUUID(), external, ...fresh },
    update: fresh,
  });
  await nudge(tx, {
    queue: 'fill',
    subject: slot.id,
    jobId: `fill-${slot.id}-freed-${row.id}`,
    dueAt: coolUntil,
    at,
  });
  return { freed: slot.id as SlotId };
}

async function closePromise(
  tx: Transaction,
  writeBack: string,
  state: 'kept' | 'broken',
  at: Instant,
): Promise<void> {
  await tx.promiseMade.updateMany({
    where: { writeBackId: writeBack, state: 'open' },
    data: { state, closedAt: toTimestamp(at) },
  });
}

type Book = Extract<WriteBackCommand, { readonly kind: 'book' }>;

async function landBooking(
  tx: Transaction,
  row: Row.WriteBack,
  command: Book,
  landed: Landed,
  at: Instant,
): Promise<void> {
  const { book } = command;
  const seen: SystemAppointment = landed.seen ?? {
    external: landed.external,
    version: landed.version,
    status: 'booked',
    participation: 'accepted',
    patient: book.patient,
    location: book.location,
    provider: book.provider,
    visitTypeCode: book.visitTypeCode,
    slots: [book.slot],
    start: book.start,
    end: book.end,
  };
  await upsertAppointments(tx, [seen], at);
  await closePromise(tx, row.id, 'kept', at);
  if (command.offer === null) {
    await tx.slot.updateMany({
      where: { external: book.slot, state: { in: ['cooling', 'open', 'reserved', 'unfilled'] } },
      data: { state: 'taken_externally', because: 'moved_into' },
    });
  } else {
    const offer = await tx.offer.update({
      where: { id: command.offer },
      data: { state: 'landed', endedAt: toTimestamp(at) },
    });
    await tx.slot.update({
      where: { id: offer.slotId },
      data: { state: 'booked', because: null, filledByOfferId: offer.id },
    });
    await tx.waitlistEntry.update({ where: { id: offer.waitlistEntryId }, data: { state: 'fulfilled' } });
  }
  if (command.replaces === null || row.attemptId === null) return;
  const reason = command.offer === null ? 'pat-crs' : 'pat-swl';
  const cancel = await createCommand(
    tx,
    { kind: 'cancel', appointment: command.replaces, reason },
    { attempt: row.attemptId, run: row.runId, at },
  );
  if (cancel !== null) await tx.writeBack.update({ where: { id: cancel }, data: { offerId: command.offer } });
}

async function land(
  tx: Transaction,
  row: Row.WriteBack,
  landed: Landed,
  at: Instant,
  coolUntil: Instant,
): Promise<Freed> {
  const command = row.command as unknown as WriteBackCommand;
  if (command.kind === 'book') {
    await landBooking(tx, row, command, landed, at);
    return NOTHING;
  }
  const old = await tx.appointment.findUniqueOrThrow({ where: { id: command.appointment } });
  if (landed.seen !== null) await upsertAppointments(tx, [landed.seen], at);
  await mirrorCommand(tx, old.id, command.kind, landed.version, at);
  await carryVersion(tx, row, landed.version);
  return command.kind === 'cancel' ? freeSlot(tx, row, old, at, coolUntil) : NOTHING;
}

/** Ours came to nothing although somebody was told so: a person must put it right. */
async function tellTheOffice(
  tx: Transaction,
  row: Row.WriteBack,
  reason: string,
  at: Instant,
): Promise<void> {
  await closePromise(tx, row.id, 'broken', at);
  const about = row.appointmentId ?? row.replacesId;
  const appointment = about === null ? null : await tx.appointment.findUnique({ where: { id: about } });
  const offer =
    row.offerId === null
      ? null
      : await tx.offer.findUnique({ where: { id: row.offerId }, include: { entry: true } });
  await tx.callback.create({
    data: {
      id: randomUUID(),
      runId: row.runId,
      attemptId: row.attemptId,
      patientId: appointment?.patientId ?? offer?.entry.patientId ?? null,
      appointmentId: about,
      reason,
      quote: '',
      createdAt: toTimestamp(at),
    },
  });
}

async function isOnTheLine(tx: Transaction, row: Row.WriteBack): Promise<boolean> {
  if (row.attemptId === null || row.kind !== 'book') return false;
  return (await tx.callAttempt.count({ where: { id: row.attemptId, status: { not: 'ended' } } })) > 0;
}

async function end(
  tx: Transaction,
  row: Row.WriteBack,
  settlement: Exclude<Settlement, Landed>,
  at: Instant,
): Promise<void> {
  const again = (dueAt: Instant) =>
    nudge(tx, { queue: 'writeback', subject: row.id, jobId: `writeback-${row.id}-${row.tries}`, dueAt, at });
  switch (settlement.kind) {
    case 'accepted':
    case 'unknown':
      await again(plusMs(at, LOOK_AGAIN_MS));
      return;
    case 'retry':
      await again(settlement.notBefore);
      return;
    case 'superseded':
      if (settlement.seen !== null) await upsertAppointments(tx, [settlement.seen], at);
      if (row.kind === 'book' && row.offerId !== null) await endOffer(tx, row.offerId, 'lost_slot', at);
      // Who is still on the line hears it there and then; everybody else must be rung by a person.
      if (await isOnTheLine(tx, row)) await closePromise(tx, row.id, 'broken', at);
      else await tellTheOffice(tx, row, 'superseded_by_staff', at);
      return;
    case 'dead':
      // Nobody knows whose the slot is: it is left to the office with everything else.
      if (row.kind === 'book' && row.offerId !== null)
        await endOffer(tx, row.offerId, 'lost_slot', at, { state: 'unfilled', because: 'write_back_failed' });
      await tellTheOffice(tx, row, 'write_back_failed', at);
  }
}

const STATE: Readonly<Record<Settlement['kind'], string>> = {
  landed: 'landed',
  accepted: 'accepted',
  unknown: 'unknown',
  retry: 'retry_wait',
  superseded: 'superseded',
  dead: 'dead',
};

const codeOf = (settlement: Settlement): string | null => {
  if (settlement.kind === 'retry' || settlement.kind === 'dead') return settlement.code;
  return settlement.kind === 'superseded' ? settlement.reason : null;
};

/** See WriteBackStore.settle. A row that is settled already stays so. */
export async function settle(
  tx: Transaction,
  id: WriteBackId,
  settlement: Settlement,
  at: Instant,
  coolUntil: Instant,
): Promise<Freed> {
  const final =
    settlement.kind === 'landed' || settlement.kind === 'superseded' || settlement.kind === 'dead';
  const { count } = await tx.writeBack.updateMany({
    where: { id, state: { notIn: ['landed', 'superseded', 'dead'] } },
    data: {
      state: STATE[settlement.kind],
      code: codeOf(settlement),
      leaseUntil: null,
      ...(final ? { settledAt: toTimestamp(at) } : {}),
      ...(settlement.kind === 'landed' ? { resultExternal: settlement.external } : {}),
    },
  });
  if (count === 0) return NOTHING;
  const row = await tx.writeBack.findUniqueOrThrow({ where: { id } });
  if (settlement.kind !== 'landed') {
    await end(tx, row, settlement, at);
    return NOTHING;
  }
  return land(tx, row, settlement, at, coolUntil);
}
