import type { AppointmentId, ExternalId, WriteBackId } from '../../domain/ids.ts';
import { type Instant, plusMs } from '../../domain/time.ts';
import type {
  WriteBack,
  WriteBackCommand,
  WriteBackState,
  WriteBackStore,
} from '../../ports/store/writeBackStore.ts';
import { randomUUID } from 'node:crypto';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, type Transaction, inTransaction, lock, toInstant, toTimestamp } from './database.ts';
import { createBooking } from './commands.ts';
import { settle } from './landing.ts';

/** Nothing more will happen to these. */
const SETTLED = ['landed', 'superseded', 'dead'] as const;

const writeBackOf = (row: Row.WriteBack): WriteBack => ({
  id: row.id as WriteBackId,
  key: row.key,
  state: row.state as WriteBackState,
  tries: row.tries,
  command: row.command as unknown as WriteBackCommand,
  createdAt: toInstant(row.createdAt),
});

/** A booking is sent only under the newest reservation of its slot. */
async function fenceHolds(tx: Transaction, row: Row.WriteBack): Promise<boolean> {
  if (row.kind !== 'book' || row.offerId === null) return true;
  const offer = await tx.offer.findUnique({ where: { id: row.offerId }, include: { slot: true } });
  return offer !== null && offer.fence === row.fence && offer.slot.fence === row.fence;
}

async function take(
  tx: Transaction,
  id: WriteBackId,
  now: Instant,
  leaseMs: number,
): Promise<WriteBack | null> {
  const before = await tx.writeBack.findUnique({ where: { id } });
  if (before === null) return null;
  await lock(tx, `lane-${before.lane}`);
  const row = await tx.writeBack.findUniqueOrThrow({ where: { id } });
  if ((SETTLED as readonly string[]).includes(row.state)) return null;
  if (row.state === 'sending' && row.leaseUntil !== null && row.leaseUntil.getTime() > now) return null;
  const ahead = await tx.writeBack.count({
    where: { lane: row.lane, laneSeq: { lt: row.laneSeq }, state: { notIn: [...SETTLED] } },
  });
  if (ahead > 0) return null;
  if (!(await fenceHolds(tx, row))) {
    await settle(tx, id, { kind: 'superseded', reason: 'slot_taken', seen: null }, now, now);
    return null;
  }
  const taken = await tx.writeBack.update({
    where: { id },
    data: { state: 'sending', tries: { increment: 1 }, leaseUntil: toTimestamp(plusMs(now, leaseMs)) },
  });
  // What is known of an earlier try decides whether to look before sending again.
  return { ...writeBackOf(taken), state: row.state as WriteBackState };
}

type Wanted = Parameters<WriteBackStore['wantBooking']>[0];

/** The later appointment that a waiting person gives up for the offered one. */
async function heldBy(tx: Transaction, entry: Row.WaitlistEntry): Promise<AppointmentId | null> {
  if (entry.holdsExternal === null) return null;
  const held = await tx.appointment.findUnique({ where: { external: entry.holdsExternal } });
  return held?.status === 'booked' ? (held.id as AppointmentId) : null;
}

/** The patient, place and kind of visit that the booking is for: those of the offer, or of the appointment that moves. */
async function bookingFor(tx: Transaction, wanted: Wanted) {
  if (wanted.offer !== null) {
    const { slotId } = await tx.offer.findUniqueOrThrow({ where: { id: wanted.offer } });
    await lock(tx, `slot-${slotId}`);
    const offer = await tx.offer.findUniqueOrThrow({
      where: { id: wanted.offer },
      include: { slot: { include: { location: true } }, entry: { include: { patient: true } } },
    });
    const visit = await tx.visitType.findUnique({ where: { id: offer.entry.visitTypeId } });
    const { patient } = offer.entry;
    const { location } = offer.slot;
    if (patient === null || location === null) return null;
    if (offer.state !== 'open' || offer.slot.fence !== offer.fence || offer.slot.state !== 'reserved')
      return null;
    return {
      patient: patient.external,
      location: location.external,
      visitTypeCode: visit?.code ?? null,
      fence: offer.fence,
      replaces: await heldBy(tx, offer.entry),
    };
  }
  if (wanted.replaces === null) return null;
  const old = await tx.appointment.findUniqueOrThrow({
    where: { id: wanted.replaces },
    include: { patient: true, location: true },
  });
  const visit =
    old.visitTypeId === null ? null : await tx.visitType.findUnique({ where: { id: old.visitTypeId } });
  return {
    patient: old.patient.external,
    location: old.location.external,
    visitTypeCode: visit?.code ?? null,
    fence: null,
    replaces: wanted.replaces,
  };
}

async function wantBooking(tx: Transaction, wanted: Wanted): Promise<WriteBackId | null> {
  await lock(tx, `booking-${wanted.attempt}`);
  const { opening } = wanted;
  const known = await tx.writeBack.findFirst({
    where: {
      attemptId: wanted.attempt,
      kind: 'book',
      lane: `slot-${opening.slot}`,
      offerId: wanted.offer,
      ...(wanted.offer === null ? { replacesId: wanted.replaces } : {}),
    },
  });
  if (known !== null) return known.id as WriteBackId;
  const attempt = await tx.callAttempt.findUniqueOrThrow({
    where: { id: wanted.attempt },
    include: { contact: true },
  });
  if (wanted.offer !== attempt.contact.offerId) return null;
  const target = await bookingFor(tx, wanted);
  if (target === null) return null;
  const provider =
    opening.provider === null ? null : await tx.provider.findUnique({ where: { id: opening.provider } });
  const command: Extract<WriteBackCommand, { readonly kind: 'book' }> = {
    kind: 'book',
    book: {
      slot: opening.slot,
      start: opening.start,
      end: opening.end,
      patient: target.patient as ExternalId,
      location: target.location as ExternalId,
      provider: (provider?.external ?? null) as ExternalId | null,
      visitTypeCode: target.visitTypeCode,
    },
    opening,
    replaces: target.replaces,
    offer: wanted.offer,
  };
  const id = await createBooking(tx, command, {
    attempt: wanted.attempt,
    run: attempt.contact.runId,
    at: wanted.at,
    dueAt: wanted.relayNotBefore,
    ...(target.fence === null ? {} : { fence: target.fence }),
  });
  await tx.promiseMade.create({
    data: { id: randomUUID(), attemptId: wanted.attempt, writeBackId: id, madeAt: toTimestamp(wanted.at) },
  });
  return id as WriteBackId;
}

export function writeBackStore(db: Database): WriteBackStore {
  return {
    take: (id, now, leaseMs) => inTransaction(db, (tx) => take(tx, id, now, leaseMs)),
    settle: (id, settlement, at, coolUntil) =>
      inTransaction(db, (tx) => settle(tx, id, settlement, at, coolUntil)),
    wantBooking: (wanted) => inTransaction(db, (tx) => wantBooking(tx, wanted)),
    async unsettled() {
      const rows = await db.writeBack.findMany({
        where: { state: { notIn: [...SETTLED] } },
        orderBy: { createdAt: 'asc' },
      });
      return rows.map((row) => ({
        id: row.id as WriteBackId,
        state: row.state as WriteBackState,
        since: toInstant(row.createdAt),
      }));
    },
  };
}
