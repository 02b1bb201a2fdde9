import { randomUUID } from 'node:crypto';
import type { ContactId, RunId } from '../../domain/ids.ts';
import type { ContactState, PlannedContact } from '../../domain/planning.ts';
import { type Instant, HOUR_MS, plusMs } from '../../domain/time.ts';
import type { Nudge, PlanStore } from '../../ports/store/planStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import {
  type Database,
  type Transaction,
  inTransaction,
  lock,
  toInstant,
  toJson,
  toTimestamp,
} from './database.ts';
import { duePatientOf, groupByPhone, readLedger, readPeople, suppressedPhones } from './people.ts';
import { nudge } from './outbox.ts';

/** A contact in one of these is still under way; its appointments are nobody else's. */
export const LIVE_CONTACT_STATES = ['queued', 'claimed', 'in_call', 'retry_wait', 'held'] as const;

/** How early the relay may hand a job to the queue, which then holds it until it is due. */
const LOOKAHEAD_MS = 24 * HOUR_MS;

const keyOf = (contact: PlannedContact): string =>
  `confirm-${contact.phone ?? contact.people.map((person) => person.patient).join('-')}`;

const isCallable = (contact: PlannedContact): boolean => contact.decision.kind === 'call_at';

interface NewContact {
  readonly contact: PlannedContact;
  readonly run: string;
  readonly key: string;
  readonly offer: string | null;
  readonly at: Instant;
}

interface Created {
  readonly contact: ContactId;
  readonly state: ContactState;
  readonly notBefore: Instant;
}

/** Writes contacts with their people, their appointments, their decision records and the jobs of those that may be called. */
export async function createContacts(
  tx: Transaction,
  wanted: readonly NewContact[],
): Promise<readonly Created[]> {
  const rows = wanted.map((given) => ({ ...given, id: randomUUID(), ...stateOf(given) }));
  await tx.contact.createMany({
    data: rows.map(({ contact, id, run, key, offer, at, state, notBefore, because }) => ({
      id,
      runId: run,
      key,
      purpose: contact.purpose,
      phone: contact.phone,
      locationId: contact.location,
      callerId: contact.callerId,
      zones: [...contact.zones],
      state,
      because,
      notBefore: toTimestamp(notBefore),
      expiresAt: toTimestamp(contact.expiresAt),
      offerId: offer,
      createdAt: toTimestamp(at),
    })),
  });
  await tx.contactPatient.createMany({
    data: rows.flatMap(({ contact, id }) =>
      contact.people.map(({ patient }) => ({ contactId: id, patientId: patient })),
    ),
  });
  await tx.contactAppointment.createMany({
    data: rows.flatMap(({ contact, id }) =>
      contact.people.flatMap((person) =>
        person.appointments.map((appointmentId) => ({ contactId: id, appointmentId })),
      ),
    ),
  });
  await tx.policyDecision.createMany({
    data: rows.map(({ contact: { decision }, id, because, at }) => ({
      id: randomUUID(),
      contactId: id,
      verdict: decision.kind,
      because,
      rules: toJson(decision.rules),
      at: toTimestamp(at),
    })),
  });
  for (const { contact, id, notBefore, at } of rows) {
    if (isCallable(contact))
      await nudge(tx, { queue: 'call', subject: id, jobId: `call-${id}-0`, dueAt: notBefore, at });
  }
  return rows.map(({ id, state, notBefore }) => ({ contact: id as string as ContactId, state, notBefore }));
}

function stateOf({ contact: { decision }, at }: NewContact): {
  readonly state: ContactState;
  readonly notBefore: Instant;
  readonly because: string | null;
} {
  return decision.kind === 'call_at'
    ? { state: 'queued', notBefore: decision.at, because: null }
    : { state: 'refused', notBefore: at, because: decision.because };
}

/** Appointments that are under way already, in this run or another. */
async function takenAppointments(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.contactAppointment.findMany({
    where: {
      appointmentId: { in: [...ids] },
      contact: { purpose: 'confirm', state: { in: [...LIVE_CONTACT_STATES] } },
    },
    select: { appointmentId: true },
  });
  return new Set(rows.map((row) => row.appointmentId));
}

async function savePlan(tx: Transaction, plan: Parameters<PlanStore['savePlan']>[0]) {
  await lock(tx, `plan-${plan.practice}-${plan.localDate}`);
  const run = await tx.campaignRun.upsert({
    where: { practiceId_localDate: { practiceId: plan.practice, localDate: plan.localDate } },
    create: {
      id: randomUUID(),
      practiceId: plan.practice,
      localDate: plan.localDate,
      plannedAt: toTimestamp(plan.plannedAt),
    },
    update: {},
  });
  const before = new Set(
    (await tx.contact.findMany({ where: { runId: run.id }, select: { key: true } })).map((row) => row.key),
  );
  const appointments = plan.contacts.flatMap((contact) =>
    contact.people.flatMap((person) => person.appointments),
  );
  const taken = await takenAppointments(tx, appointments);
  const fresh: NewContact[] = [];
  for (const contact of plan.contacts) {
    const key = keyOf(contact);
    const people = contact.people
      .map((person) => ({ ...person, appointments: person.appointments.filter((id) => !taken.has(id)) }))
      .filter((person) => person.appointments.length > 0);
    if (before.has(key) || people.length === 0) continue;
    before.add(key);
    fresh.push({ contact: { ...contact, people }, run: run.id, key, offer: null, at: plan.plannedAt });
  }
  const added = await createContacts(tx, fresh);
  return { run: run.id as RunId, added: added.length, contacts: added };
}

const nudgeOf = (row: Row.Outbox): Nudge => ({
  id: row.id,
  jobId: row.jobId,
  queue: row.queue as Nudge['queue'],
  subject: row.subject,
  dueAt: toInstant(row.dueAt),
});

export function planStore(db: Database): PlanStore {
  return {
    async households(_practice, span, now) {
      return inTransaction(db, async (tx) => {
        const appointments = await tx.appointment.findMany({
          where: {
            startAt: { gte: toTimestamp(span.from), lt: toTimestamp(span.to) },
            status: 'booked',
            participation: { notIn: ['accepted', 'declined'] },
          },
          orderBy: [{ startAt: 'asc' }, { external: 'asc' }],
        });
        const ids = [...new Set(appointments.map((row) => row.patientId))];
        const { rows, suppressed } = await readPeople(tx, ids);
        const people = ids.flatMap((id) => {
          const row = rows.get(id);
          if (row === undefined) return [];
          const own = appointments.filter((appointment) => appointment.patientId === id);
          return [{ due: duePatientOf(row, own, suppressed, now), rawPhone: row.rawPhone }];
        });
        const phones = people.flatMap(({ due }) => (due.patient.phone === null ? [] : [due.patient.phone]));
        const ledger = await readLedger(tx, { phones, patients: ids }, now);
        return groupByPhone(people, await suppressedPhones(tx, phones), ledger);
      });
    },

    async savePlan(plan) {
      return inTransaction(db, (tx) => savePlan(tx, plan));
    },

    async dueNudges(now, limit) {
      const rows = await db.outbox.findMany({
        where: { sentAt: null, dueAt: { lte: toTimestamp(plusMs(now, LOOKAHEAD_MS)) } },
        orderBy: { dueAt: 'asc' },
        take: limit,
      });
      return rows.map(nudgeOf);
    },

    async nudged(ids) {
      await db.$executeRaw`update "outbox" set "sent_at" = now() where "id" = any(${[...ids]}::text[]) and "sent_at" is null`;
    },
  };
}
