import { randomUUID } from 'node:crypto';
import { localDay, zone } from '../../domain/localTime.ts';
import type {
  AppointmentId,
  LocationId,
  OfferId,
  PatientId,
  ProviderId,
  SlotId,
  VisitTypeId,
  WaitlistEntryId,
} from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/time.ts';
import type { WaitlistEntry } from '../../domain/waitlist.ts';
import type { FillCandidate, FillStore, FreedSlot, SlotState } from '../../ports/store/fillStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import {
  type Database,
  type Transaction,
  inTransaction,
  lock,
  toInstant,
  toInstantOrNull,
  toTimestamp,
} from './database.ts';
import { bookingUnderWay, endOffer } from './offers.ts';
import { nudge } from './outbox.ts';
import { consentsOf, readLedger, readPeople, suppressedPhones } from './people.ts';
import { createContacts } from './plan.ts';
import { openingOf, patientOf } from './rows.ts';

async function readFreedSlot(db: Database, id: SlotId): Promise<FreedSlot | null> {
  const row = await db.slot.findUnique({ where: { id } });
  if (row === null || row.freedAt === null || row.locationId === null) return null;
  return {
    slot: id,
    state: row.state as SlotState,
    opening: openingOf(row),
    location: row.locationId as LocationId,
    provider: row.providerId as ProviderId | null,
    visitType: row.visitTypeId as VisitTypeId | null,
    minutes: Math.round((row.endAt.getTime() - row.startAt.getTime()) / MINUTE_MS),
    freedAt: toInstant(row.freedAt),
    chainDepth: row.chainDepth,
  };
}

type EntryRow = Row.WaitlistEntry & { readonly offers: readonly Row.Offer[] };

function entryOf(row: EntryRow, patient: string, held: Row.Appointment | undefined): WaitlistEntry {
  const holds = held?.status === 'booked' ? held : undefined;
  const times = row.offers.map((offer) => offer.createdAt.getTime());
  return {
    id: row.id as WaitlistEntryId,
    patient: patient as PatientId,
    locations: row.locations as LocationId[],
    visitType: row.visitTypeId as VisitTypeId,
    provider: row.providerId as ProviderId | null,
    available: row.available as unknown as WaitlistEntry['available'],
    priority: row.priority,
    joinedAt: toInstant(row.joinedAt),
    minNoticeMs: Number(row.minNoticeMs),
    holds: (holds?.id ?? null) as AppointmentId | null,
    holdsStart: toInstantOrNull(holds?.startAt ?? null),
    offersReceived: row.offers.length,
    lastOfferedAt: times.length === 0 ? null : toInstant({ getTime: () => Math.max(...times) }),
    boost: row.boost,
  };
}

/** Patients who are being talked to, or whose offer is open. */
async function engagedPatients(tx: Transaction): Promise<ReadonlySet<string>> {
  const rows = await tx.contactPatient.findMany({
    where: {
      contact: {
        OR: [
          { state: { in: ['claimed', 'in_call'] } },
          { purpose: 'offer', state: { in: ['queued', 'retry_wait'] } },
        ],
      },
    },
    select: { patientId: true },
  });
  return new Set(rows.map((row) => row.patientId));
}

async function readCandidates(tx: Transaction, id: SlotId, now: Instant): Promise<readonly FillCandidate[]> {
  const slot = await tx.slot.findUnique({ where: { id }, include: { location: true } });
  if (slot === null || slot.location === null) return [];
  const rows = await tx.waitlistEntry.findMany({
    where: { state: 'active', patientId: { not: null }, locations: { has: slot.location.id } },
    include: { offers: true },
  });
  const ids = rows.flatMap((row) => (row.patientId === null ? [] : [row.patientId]));
  const held = await tx.appointment.findMany({
    where: {
      external: { in: rows.flatMap((row) => (row.holdsExternal === null ? [] : [row.holdsExternal])) },
    },
  });
  const heldBy = new Map(held.map((row) => [row.external, row]));
  const { rows: people, suppressed } = await readPeople(tx, ids);
  const phones = [...people.values()].flatMap((row) => row.phones.map((link) => link.phone));
  const ledger = await readLedger(tx, { phones, patients: ids }, now);
  const silenced = await suppressedPhones(tx, phones);
  const engaged = await engagedPatients(tx);
  const today = localDay(now, zone(slot.location.zone));
  return rows.flatMap((row) => {
    const person = people.get(row.patientId ?? '');
    if (person === undefined) return [];
    const patient = patientOf(person);
    const entry = entryOf(row, person.id, heldBy.get(row.holdsExternal ?? ''));
    return [
      {
        entry,
        patient,
        consents: consentsOf(person),
        phoneSuppressed: patient.phone !== null && silenced.has(patient.phone),
        suppressed: suppressed.has(person.id),
        ledger: ledger.filter((past) => past.phone === patient.phone || past.patients.includes(patient.id)),
        offeredThisSlot: row.offers.some((offer) => offer.slotId === id),
        offersToday: row.offers.filter((offer) => offer.createdAt.getTime() >= today.from).length,
        engaged: engaged.has(person.id),
      },
    ];
  });
}

async function reserve(
  tx: Transaction,
  ...[id, entry, contact, at, expiresAt]: Parameters<FillStore['reserve']>
): ReturnType<FillStore['reserve']> {
  await lock(tx, `slot-${id}`);
  await lock(tx, `entry-${entry}`);
  const free = await tx.waitlistEntry.count({
    where: { id: entry, state: 'active', offers: { none: { state: { in: ['open', 'accepted'] } } } },
  });
  if (free === 0) return null;
  const { count } = await tx.slot.updateMany({
    where: { id, OR: [{ state: 'open' }, { state: 'cooling', coolUntil: { lte: toTimestamp(at) } }] },
    data: { state: 'reserved', because: null, fence: { increment: 1 } },
  });
  if (count === 0) return null;
  const slot = await tx.slot.findUniqueOrThrow({ where: { id } });
  const offer = randomUUID() as string as OfferId;
  await tx.offer.create({
    data: {
      id: offer,
      slotId: id,
      waitlistEntryId: entry,
      fence: slot.fence,
      createdAt: toTimestamp(at),
      expiresAt: toTimestamp(expiresAt),
    },
  });
  const run = slot.runId ?? (await tx.campaignRun.findFirstOrThrow({ orderBy: { plannedAt: 'desc' } })).id;
  const [created] = await createContacts(tx, [{ contact, run, key: `offer-${offer}`, offer, at }]);
  if (created === undefined) return null;
  await nudge(tx, {
    queue: 'fill',
    subject: id,
    jobId: `fill-${id}-expiry-${slot.fence}`,
    dueAt: expiresAt,
    at,
  });
  return { offer, contact: created.contact, fence: slot.fence };
}

async function releaseExpired(tx: Transaction, id: SlotId, at: Instant): Promise<boolean> {
  await lock(tx, `slot-${id}`);
  const offer = await tx.offer.findFirst({
    where: { slotId: id, state: 'open', expiresAt: { lte: toTimestamp(at) } },
    include: {
      contacts: {
        include: { attempts: { where: { OR: [{ status: { not: 'ended' } }, { appliedAt: null }] } } },
      },
    },
  });
  if (offer === null || offer.contacts.some((contact) => contact.attempts.length > 0)) return false;
  if (await bookingUnderWay(tx, offer.id)) return false;
  await tx.contact.updateMany({
    where: { offerId: offer.id, state: { in: ['queued', 'retry_wait', 'held'] } },
    data: { state: 'expired', because: 'offer_expired' },
  });
  return endOffer(tx, offer.id, 'expired', at);
}

async function settle(
  tx: Transaction,
  at: Instant,
  ...[id, state, because, dueAgainAt]: Parameters<FillStore['settle']>
): Promise<void> {
  const { count } = await tx.slot.updateMany({
    where: { id, state: { in: ['cooling', 'open', 'unfilled'] } },
    data: { state, because },
  });
  if (count === 0 || dueAgainAt === null) return;
  const slot = await tx.slot.findUniqueOrThrow({ where: { id } });
  await nudge(tx, {
    queue: 'fill',
    subject: id,
    jobId: `fill-${id}-${slot.fence}-held-${dueAgainAt}`,
    dueAt: dueAgainAt,
    at,
  });
}

export function fillStore(db: Database, clock: { now(): Instant }): FillStore {
  return {
    freedSlot: (slot) => readFreedSlot(db, slot),
    candidates: (slot, now) => inTransaction(db, (tx) => readCandidates(tx, slot, now)),
    reserve: (...wanted) => inTransaction(db, (tx) => reserve(tx, ...wanted)),
    releaseExpired: (slot, at) => inTransaction(db, (tx) => releaseExpired(tx, slot, at)),
    settle: (...settled) => inTransaction(db, (tx) => settle(tx, clock.now(), ...settled)),
  };
}
