/** Everything about people that decides whether they are called; read the same way for the plan, the gate and the waitlist. */
import type { E164 } from '../../domain/call.ts';
import type { Disposition } from '../../domain/disposition.ts';
import type { AppointmentId, PatientId } from '../../domain/ids.ts';
import type { ConsentFact, DuePatient, Household, LedgerEntry } from '../../domain/planning.ts';
import { parsePhone } from '../../domain/phone.ts';
import { type Instant, HOUR_MS, plusMs } from '../../domain/time.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Transaction, toInstant, toInstantOrNull, toTimestamp } from './database.ts';
import { appointmentOf, isMinor, patientOf } from './rows.ts';

/** How far back caps look. */
const LEDGER_MS = 7 * 24 * HOUR_MS;

const consentOf = (row: Row.Consent): ConsentFact => ({
  kind: row.kind as ConsentFact['kind'],
  grantedAt: toInstant(row.grantedAt),
  revokedAt: toInstantOrNull(row.revokedAt),
});

/** Attempts of the last seven days that reached the provider, or may have, and touch one of these phones or people. */
export async function readLedger(
  tx: Transaction,
  who: { readonly phones: readonly string[]; readonly patients: readonly string[] },
  now: Instant,
): Promise<readonly LedgerEntry[]> {
  const rows = await tx.callAttempt.findMany({
    where: {
      claimedAt: { gte: toTimestamp(plusMs(now, -LEDGER_MS)) },
      status: { not: 'intent' },
      // A call in progress has no disposition yet, and counts.
      AND: [
        { OR: [{ disposition: null }, { disposition: { not: 'never_dialed' } }] },
        {
          OR: [
            { phone: { in: [...who.phones] } },
            { contact: { patients: { some: { patientId: { in: [...who.patients] } } } } },
          ],
        },
      ],
    },
    include: { contact: { include: { patients: true, appointments: true } } },
    orderBy: { claimedAt: 'asc' },
  });
  return rows.map((row) => ({
    phone: row.phone as E164,
    patients: row.contact.patients.map((link) => link.patientId as PatientId),
    appointments: row.contact.appointments.map((link) => link.appointmentId as AppointmentId),
    placedAt: toInstant(row.placedAt ?? row.claimedAt),
    disposition: row.disposition as Disposition | null,
  }));
}

type PatientRow = Row.Patient & {
  readonly phones: readonly Row.PatientPhone[];
  readonly consents: readonly Row.Consent[];
};

/** Reads people by id with their phones and consents, and which of them are suppressed. */
export async function readPeople(
  tx: Transaction,
  ids: readonly string[],
): Promise<{ readonly rows: ReadonlyMap<string, PatientRow>; readonly suppressed: ReadonlySet<string> }> {
  const known = await tx.patient.findMany({
    where: { id: { in: [...ids] } },
    include: { phones: true, consents: true },
  });
  const suppressions = await tx.suppression.findMany({
    where: { patientId: { in: [...ids] }, phone: null },
    select: { patientId: true },
  });
  return {
    rows: new Map(known.map((row) => [row.id, row])),
    suppressed: new Set(suppressions.flatMap((row) => (row.patientId === null ? [] : [row.patientId]))),
  };
}

export const consentsOf = (row: PatientRow): readonly ConsentFact[] => row.consents.map(consentOf);

export function duePatientOf(
  row: PatientRow,
  appointments: readonly Row.Appointment[],
  suppressed: ReadonlySet<string>,
  now: Instant,
): DuePatient {
  return {
    patient: patientOf(row),
    isMinor: isMinor(row.birthDate, now),
    consents: consentsOf(row),
    suppressed: suppressed.has(row.id),
    wrongNumber: row.phones.length > 0 && row.phones.every((link) => link.status === 'wrong_number'),
    appointments: appointments.map(appointmentOf),
  };
}

export async function suppressedPhones(
  tx: Transaction,
  phones: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx.suppression.findMany({
    where: { phone: { in: [...phones] } },
    select: { phone: true },
  });
  return new Set(rows.flatMap((row) => (row.phone === null ? [] : [row.phone])));
}

/** Groups people by the phone that reaches them; somebody without one is a household alone. */
export function groupByPhone(
  people: readonly { readonly due: DuePatient; readonly rawPhone: string | null }[],
  phonesSuppressed: ReadonlySet<string>,
  ledger: readonly LedgerEntry[],
): readonly Household[] {
  const groups = new Map<
    string,
    { phone: E164 | null; badPhone: Household['badPhone']; people: DuePatient[] }
  >();
  for (const { due, rawPhone } of people) {
    const { phone } = due.patient;
    const parsed = parsePhone(rawPhone);
    const badPhone = phone !== null || parsed.ok ? null : parsed.error.kind;
    const key = phone ?? `nobody-${due.patient.id}`;
    const group = groups.get(key) ?? { phone, badPhone, people: [] };
    group.people.push(due);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ phone, badPhone, people: members }) => {
    const ids = new Set<string>(members.map((member) => member.patient.id));
    return {
      phone,
      badPhone,
      phoneSuppressed: phone !== null && phonesSuppressed.has(phone),
      people: members,
      ledger: ledger.filter(
        (entry) => entry.phone === phone || entry.patients.some((patient) => ids.has(patient)),
      ),
    };
  });
}
