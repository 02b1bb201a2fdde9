import { randomUUID } from 'node:crypto';
import type { E164 } from '../../domain/call.ts';
import type { ConversationResult } from '../../domain/conversation.ts';
import type { Disposition } from '../../domain/disposition.ts';
import type { AppointmentId, AttemptId, ContactId, OfferId, PatientId } from '../../domain/ids.ts';
import type { ContactPurpose } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';
import type { EndedAttempt, OutcomeChanges, OutcomeStore } from '../../ports/store/outcomeStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, type Transaction, inTransaction, lock, toInstant, toTimestamp } from './database.ts';
import { endOffer } from './offers.ts';
import { nudge } from './outbox.ts';
import { LIVE_CONTACT_STATES } from './plan.ts';
import { createCommand } from './commands.ts';

async function readEnded(db: Database, id: AttemptId): Promise<EndedAttempt | null> {
  const row = await db.callAttempt.findUnique({
    where: { id },
    include: {
      contact: {
        include: {
          appointments: { include: { appointment: true } },
          attempts: { select: { disposition: true } },
          offer: { include: { entry: true } },
        },
      },
    },
  });
  if (row === null || row.endedAt === null || row.disposition === null) return null;
  const { contact } = row;
  const tries: Partial<Record<Disposition, number>> = {};
  for (const { disposition } of contact.attempts) {
    if (disposition === null) continue;
    const key = disposition as Disposition;
    tries[key] = (tries[key] ?? 0) + 1;
  }
  return {
    attempt: id,
    contact: contact.id as ContactId,
    purpose: contact.purpose as ContactPurpose,
    phone: row.phone as E164,
    disposition: row.disposition as Disposition,
    result: row.result as unknown as ConversationResult | null,
    endedAt: toInstant(row.endedAt),
    appointments: contact.appointments.map(({ appointment }) => ({
      appointment: appointment.id as AppointmentId,
      patient: appointment.patientId as PatientId,
      start: toInstant(appointment.startAt),
    })),
    offer:
      contact.offer === null || contact.offer.entry.patientId === null
        ? null
        : { offer: contact.offer.id as OfferId, patient: contact.offer.entry.patientId as PatientId },
    tries,
    expiresAt: toInstant(contact.expiresAt),
  };
}

/** Silences a phone: the suppression, and every contact that still waits to ring it. */
async function suppressPhone(
  tx: Transaction,
  phone: string,
  reason: string,
  attempt: string,
  at: Instant,
): Promise<void> {
  // The lock of the claim: whoever claims this phone later sees the suppression.
  await lock(tx, `phone-${phone}`);
  if ((await tx.suppression.count({ where: { phone, reason } })) === 0) {
    await tx.suppression.create({
      data: { id: randomUUID(), phone, reason, attemptId: attempt, at: toTimestamp(at) },
    });
  }
  const waiting = await tx.contact.findMany({
    where: { phone, state: { in: ['queued', 'retry_wait', 'held'] } },
    select: { id: true, offerId: true },
  });
  for (const contact of waiting) {
    await tx.contact.update({
      where: { id: contact.id },
      data: { state: 'suppressed', because: 'suppressed_phone' },
    });
    if (contact.offerId !== null) await endOffer(tx, contact.offerId, 'unreached', at);
  }
}

async function suppress(
  tx: Transaction,
  wanted: OutcomeChanges['suppressions'][number],
  attempt: Row.CallAttempt,
  at: Instant,
): Promise<void> {
  switch (wanted.scope) {
    case 'phone':
      return suppressPhone(tx, attempt.phone, wanted.reason, attempt.id, at);
    case 'patient': {
      const { patient, reason } = wanted;
      if (patient === null || (await tx.suppression.count({ where: { patientId: patient, reason } })) > 0)
        return;
      await tx.suppression.create({
        data: { id: randomUUID(), patientId: patient, reason, attemptId: attempt.id, at: toTimestamp(at) },
      });
      return;
    }
    case 'phone_patient_link': {
      const of = wanted.patient === null ? {} : { patientId: wanted.patient };
      const who = await tx.contactPatient.findMany({ where: { contactId: attempt.contactId } });
      await tx.patientPhone.updateMany({
        where: { phone: attempt.phone, patientId: { in: who.map((link) => link.patientId) }, ...of },
        data: { status: 'wrong_number' },
      });
    }
  }
}

async function writeRows(
  tx: Transaction,
  attempt: Row.CallAttempt & { readonly contact: Row.Contact },
  changes: OutcomeChanges,
  at: Instant,
): Promise<void> {
  const { contact } = attempt;
  for (const outcome of changes.outcomes) {
    await tx.outcome.create({
      data: {
        id: randomUUID(),
        attemptId: attempt.id,
        appointmentId: outcome.appointment,
        offerId: outcome.offer,
        kind: outcome.kind,
        at: toTimestamp(at),
      },
    });
  }
  for (const command of changes.writeBacks)
    await createCommand(tx, command, { attempt: attempt.id, run: contact.runId, at });
  for (const suppression of changes.suppressions) await suppress(tx, suppression, attempt, at);
  for (const callback of changes.callbacks) {
    await tx.callback.create({
      data: {
        id: randomUUID(),
        runId: contact.runId,
        attemptId: attempt.id,
        patientId: callback.patient,
        appointmentId: callback.appointment,
        reason: callback.reason,
        quote: callback.quote,
        createdAt: toTimestamp(at),
      },
    });
  }
}

async function moveContact(
  tx: Transaction,
  contact: Row.Contact,
  plan: OutcomeChanges['contact'],
  at: Instant,
): Promise<void> {
  const underWay = { id: contact.id, state: { in: [...LIVE_CONTACT_STATES] } };
  if (plan.kind === 'stop') {
    await tx.contact.updateMany({ where: underWay, data: { state: plan.state, because: plan.because } });
    return;
  }
  const { count } = await tx.contact.updateMany({
    where: underWay,
    data: { state: 'retry_wait', because: plan.because, notBefore: toTimestamp(plan.notBefore) },
  });
  if (count === 0) return;
  const jobId = `call-${contact.id}-${contact.tries}`;
  await nudge(tx, { queue: 'call', subject: contact.id, jobId, dueAt: plan.notBefore, at });
}

async function apply(
  db: Database,
  id: AttemptId,
  changes: OutcomeChanges,
  at: Instant,
): Promise<'applied' | 'already'> {
  return inTransaction(db, async (tx) => {
    const { count } = await tx.callAttempt.updateMany({
      where: { id, status: 'ended', appliedAt: null },
      data: { appliedAt: toTimestamp(at) },
    });
    if (count === 0) return 'already';
    const attempt = await tx.callAttempt.findUniqueOrThrow({ where: { id }, include: { contact: true } });
    await writeRows(tx, attempt, changes, at);
    if (changes.offer !== null) await endOffer(tx, changes.offer.offer, changes.offer.became, at);
    await moveContact(tx, attempt.contact, changes.contact, at);
    return 'applied';
  });
}

export function outcomeStore(db: Database): OutcomeStore {
  return {
    ended: (attempt) => readEnded(db, attempt),
    apply: (attempt, changes, at) => apply(db, attempt, changes, at),
    suppressNow: (phone, reason, at, attempt) =>
      inTransaction(db, (tx) => suppressPhone(tx, phone, reason, attempt, at)),
  };
}
