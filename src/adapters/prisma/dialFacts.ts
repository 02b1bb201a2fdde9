/** What the gate looks at, read in the transaction that claims the phone. */
import type { E164 } from '../../domain/call.ts';
import type { ContactId, LocationId, OfferId, RunId } from '../../domain/ids.ts';
import { zone } from '../../domain/localTime.ts';
import type { ContactPurpose, ContactState, DialFacts, Household } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Transaction, toInstant } from './database.ts';
import { duePatientOf, readLedger, readPeople, suppressedPhones } from './people.ts';

type ContactRow = Row.Contact & {
  readonly patients: readonly Row.ContactPatient[];
  readonly appointments: readonly (Row.ContactAppointment & { readonly appointment: Row.Appointment })[];
  readonly run: Row.CampaignRun & { readonly practice: Row.Practice };
};

export const readContact = (tx: Transaction, id: string) =>
  tx.contact.findUnique({
    where: { id },
    include: {
      patients: true,
      appointments: { include: { appointment: true } },
      run: { include: { practice: true } },
    },
  });

async function householdOf(
  tx: Transaction,
  contact: ContactRow,
  phone: string,
  now: Instant,
): Promise<Household> {
  const ids = contact.patients.map((link) => link.patientId);
  const { rows, suppressed } = await readPeople(tx, ids);
  const people = ids.flatMap((id) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const own = contact.appointments.map((link) => link.appointment).filter((a) => a.patientId === id);
    const due = duePatientOf(row, own, suppressed, now);
    const link = row.phones.find((candidate) => candidate.phone === phone);
    return [{ ...due, wrongNumber: link?.status === 'wrong_number' }];
  });
  const ledger = await readLedger(tx, { phones: [phone], patients: ids }, now);
  const phoneSuppressed = (await suppressedPhones(tx, [phone])).has(phone);
  return { phone: phone as E164, badPhone: null, phoneSuppressed, people, ledger };
}

/** The offer's reservation stands: the slot is reserved under the offer's fence. */
async function reservationHolds(tx: Transaction, offerId: string): Promise<boolean> {
  const offer = await tx.offer.findUnique({ where: { id: offerId }, include: { slot: true } });
  return (
    offer !== null &&
    offer.state === 'open' &&
    offer.slot.state === 'reserved' &&
    offer.slot.fence === offer.fence
  );
}

export async function readDialFacts(
  tx: Transaction,
  contact: ContactRow,
  now: Instant,
): Promise<DialFacts | null> {
  const { phone, locationId, notBefore } = contact;
  if (phone === null || locationId === null) return null;
  const live = await tx.callAttempt.count({ where: { phone, status: { not: 'ended' } } });
  const attemptsSoFar = await tx.callAttempt.count({
    where: {
      contactId: contact.id,
      OR: [{ disposition: null }, { disposition: { not: 'never_dialed' } }],
    },
  });
  return {
    contact: contact.id as ContactId,
    run: contact.runId as RunId,
    purpose: contact.purpose as ContactPurpose,
    state: contact.state as ContactState,
    phone: phone as E164,
    location: locationId as LocationId,
    zones: contact.zones.map((name) => zone(name)),
    expiresAt: toInstant(contact.expiresAt),
    notBefore: notBefore === null ? now : toInstant(notBefore),
    household: await householdOf(tx, contact, phone, now),
    offer: contact.offerId as OfferId | null,
    reservationHolds: contact.offerId === null ? null : await reservationHolds(tx, contact.offerId),
    liveAttemptOnPhone: live > 0,
    paused: contact.run.practice.paused,
    attemptsSoFar,
  };
}
