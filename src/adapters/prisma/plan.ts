import { randomUUID } from 'node:crypto';
import type { ContactId, RunId } from '../../domain/ids.ts';
import type { ContactState, PlannedContact } from '../../domain/planning.ts';
import { type Instant, HOUR_MS, plusMs } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Nudge, PlanStore } from '../../ports/store/planStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, type Transaction, inTransaction, lock, toInstant, toTimestamp } from './database.ts';
import { duePatientOf, groupByPhone, readLedger, readPeople, suppressedPhones } from './people.ts';
import { nudgeAll } from './outbox.ts';

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

/** Rows of the two tables that say whom and what a contact is about. */
async function linkContacts(
  tx: Transaction,
  rows: readonly { readonly id: string; readonly contact: PlannedContact }[],
): Promise<void> {
  const people = rows.flatMap(({ id, contact }) => contact.people.map((person) => ({ id, ...person })));
  const about = people.flatMap(({ id, appointments }) =>
    appointments.map((appointment) => ({ id, appointment })),
  );
  await tx.$executeRaw`insert into "contact_patient" ("contact_id", "patient_id")
    select * from unnest(${people.map((row) => row.id)}::text[], ${people.map((row) => row.patient)}::text[])`;
  await tx.$executeRaw`insert into "contact_appointment" ("contact_id", "appointment_id")
    select * from unnest(${about.map((row) => row.id)}::text[], ${about.map((row) => row.appointment)}::text[])`;
}

/**
 * Writes contacts with their people, their appointments, their decision records and the jobs of those that may be called: one statement a table,
 * however many there are.
 */
export async function createContacts(
  tx: Transaction,
  wanted: readonly NewContact[],
): Promise<readonly Created[]> {
  if (wanted.length === 0) return [];
  const rows = wanted.map((given) => ({ ...given, id: randomUUID(), ...stateOf(given) }));
  const ids = rows.map((row) => row.id);
  const made = rows.map((row) => row.at);
  const because = rows.map((row) => row.because);
  await tx.$executeRaw`
    insert into "contact" ("id", "run_id", "key", "purpose", "phone", "location_id", "caller_id", "zones", "state", "because", "not_before",
      "expires_at", "offer_id", "created_at")
    select t.id, t.run, t.key, t.purpose, t.phone, t.location, t.caller, string_to_array(t.zones, ' '), t.state, t.because,
      to_timestamp(t.not_before / 1000.0), to_timestamp(t.expires / 1000.0), t.offer, to_timestamp(t.made / 1000.0)
    from unnest(${ids}::text[], ${rows.map((row) => row.run)}::text[], ${rows.map((row) => row.key)}::text[],
      ${rows.map((row) => row.contact.purpose)}::text[], ${rows.map((row) => row.contact.phone)}::text[],
      ${rows.map((row) => row.contact.location)}::text[], ${rows.map((row) => row.contact.callerId)}::text[],
      ${rows.map((row) => row.contact.zones.join(' '))}::text[], ${rows.map((row) => row.state)}::text[], ${because}::text[],
      ${rows.map((row) => row.notBefore)}::float8[], ${rows.map((row) => row.contact.expiresAt)}::float8[],
      ${rows.map((row) => row.offer)}::text[], ${made}::float8[])
      as t(id, run, key, purpose, phone, location, caller, zones, state, because, not_before, expires, offer, made)`;
  await linkContacts(tx, rows);
  await tx.$executeRaw`
    insert into "policy_decision" ("id", "contact_id", "verdict", "because", "rules", "at")
    select gen_random_uuid()::text, t.id, t.verdict, t.because, t.rules::jsonb, to_timestamp(t.made / 1000.0)
    from unnest(${ids}::text[], ${rows.map((row) => row.contact.decision.kind)}::text[], ${because}::text[],
      ${rows.map((row) => JSON.stringify(row.contact.decision.rules))}::text[], ${made}::float8[]) as t(id, verdict, because, rules, made)`;
  const callable = rows.filter((row) => isCallable(row.contact));
  await nudgeAll(
    tx,
    callable.map(({ id, notBefore, at }) => ({
      queue: 'call',
      subject: id,
      jobId: `call-${id}-0`,
      dueAt: notBefore,
      at,
    })),
  );
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
  // Of the practice, not of the evening: two evenings planned at once must not both take an appointment.
  await lock(tx, `plan-${plan.practice}`);
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

export function planStore(db: Database, clock: Clock): PlanStore {
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
        const byPatient = new Map<string, Row.Appointment[]>();
        for (const row of appointments)
          byPatient.set(row.patientId, [...(byPatient.get(row.patientId) ?? []), row]);
        const ids = [...byPatient.keys()];
        const { rows, suppressed } = await readPeople(tx, ids);
        const people = ids.flatMap((id) => {
          const row = rows.get(id);
          if (row === undefined) return [];
          return [
            { due: duePatientOf(row, byPatient.get(id) ?? [], suppressed, now), rawPhone: row.rawPhone },
          ];
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
      await db.$executeRaw`update "outbox" set "sent_at" = ${toTimestamp(clock.now())} where "id" = any(${[...ids]}::text[]) and "sent_at" is null`;
    },
  };
}
