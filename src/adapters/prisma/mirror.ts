import { randomUUID } from 'node:crypto';
import { parsePhone } from '../../domain/phone.ts';
import type { AppointmentId, ExternalId } from '../../domain/ids.ts';
import type { SystemAppointment, SystemPatient } from '../../ports/schedulingSystem.ts';
import type { MirrorStore, Quarantined } from '../../ports/store/mirrorStore.ts';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Database, type Transaction, inTransaction, toTimestamp } from './database.ts';
import { appointmentOf } from './rows.ts';

async function upsertPatient(tx: Transaction, patient: SystemPatient, seenAt: Instant): Promise<void> {
  const row = {
    givenName: patient.givenName,
    familyName: patient.familyName,
    birthDate: patient.birthDate,
    rawPhone: patient.rawPhone,
    language: patient.language,
    deceased: patient.deceased,
    state: patient.state,
    updatedAt: toTimestamp(seenAt),
  };
  const { id } = await tx.patient.upsert({
    where: { external: patient.external },
    create: { id: randomUUID(), external: patient.external, ...row },
    update: row,
    select: { id: true },
  });
  const phone = parsePhone(patient.rawPhone);
  // A number that the system no longer lists must not be rung; one that was told to be wrong keeps that mark.
  await tx.patientPhone.deleteMany({
    where: { patientId: id, status: 'active', ...(phone.ok ? { phone: { not: phone.value } } : {}) },
  });
  if (phone.ok) {
    await tx.phone.upsert({ where: { e164: phone.value }, create: { e164: phone.value }, update: {} });
    await tx.patientPhone.upsert({
      where: { patientId_phone: { patientId: id, phone: phone.value } },
      create: { patientId: id, phone: phone.value },
      update: {},
    });
  }
  await tx.consent.updateMany({
    where: { patientExternal: patient.external, patientId: null },
    data: { patientId: id },
  });
  await tx.waitlistEntry.updateMany({
    where: { patientExternal: patient.external, patientId: null },
    data: { patientId: id },
  });
  await tx.suppression.updateMany({
    where: { patientExternal: patient.external, patientId: null },
    data: { patientId: id },
  });
}

/** Version ids of FHIR servers are numbers or opaque; only numbers can be compared, and then an older one never overwrites. */
const isOlder = (incoming: string, known: string): boolean =>
  /^\d+$/.test(incoming) && /^\d+$/.test(known) && Number(incoming) < Number(known);

/** Writes one appointment into the mirror. @returns why it cannot be mirrored, or its id. */
export async function upsertAppointment(
  tx: Transaction,
  seen: SystemAppointment,
  at: Instant,
): Promise<{ readonly id: AppointmentId } | { readonly field: string }> {
  const [patient, location, provider, visit, known] = await Promise.all([
    tx.patient.findUnique({ where: { external: seen.patient }, select: { id: true } }),
    seen.location
      ? tx.location.findUnique({ where: { external: seen.location }, select: { id: true } })
      : null,
    seen.provider
      ? tx.provider.findUnique({ where: { external: seen.provider }, select: { id: true } })
      : null,
    seen.visitTypeCode
      ? tx.visitType.findFirst({ where: { code: seen.visitTypeCode }, select: { id: true } })
      : null,
    tx.appointment.findUnique({ where: { external: seen.external }, select: { id: true, version: true } }),
  ]);
  if (patient === null) return { field: 'patient' };
  if (location === null) return { field: 'location' };
  if (seen.end <= seen.start) return { field: 'end' };
  if (known !== null && isOlder(seen.version, known.version)) return { id: known.id as AppointmentId };
  const row = {
    version: seen.version,
    status: seen.status,
    participation: seen.participation,
    patientId: patient.id,
    locationId: location.id,
    providerId: provider?.id ?? null,
    visitTypeId: visit?.id ?? null,
    slots: [...seen.slots],
    startAt: toTimestamp(seen.start),
    endAt: toTimestamp(seen.end),
    seenAt: toTimestamp(at),
  };
  const { id } = await tx.appointment.upsert({
    where: { external: seen.external },
    create: { id: randomUUID(), external: seen.external, ...row },
    update: row,
    select: { id: true },
  });
  return { id: id as AppointmentId };
}

async function quarantine(tx: Transaction, rows: readonly Quarantined[], at: Instant): Promise<void> {
  for (const row of rows) {
    if ((await tx.quarantinedRow.count({ where: { ...row } })) > 0) continue;
    await tx.quarantinedRow.create({ data: { id: randomUUID(), ...row, at: toTimestamp(at) } });
  }
}

const SOURCE = 'scheduling system';
const SLOT_BATCH = 5_000;

async function upsertBatch(
  tx: Transaction,
  batch: Parameters<MirrorStore['upsert']>[0],
): ReturnType<MirrorStore['upsert']> {
  for (const patient of batch.patients) await upsertPatient(tx, patient, batch.seenAt);
  const bad: Quarantined[] = batch.unreadable.map((row) => ({
    source: SOURCE,
    line: null,
    external: row.external,
    field: row.field,
    reason: row.reason,
  }));
  let appointments = 0;
  for (const seen of batch.appointments) {
    const written = await upsertAppointment(tx, seen, batch.seenAt);
    if ('id' in written) appointments += 1;
    else
      bad.push({
        source: SOURCE,
        line: null,
        external: seen.external,
        field: written.field,
        reason: 'missing',
      });
  }
  await quarantine(tx, bad, batch.seenAt);
  return { patients: batch.patients.length, appointments, quarantined: bad.length };
}

type ImportedSlots = Parameters<MirrorStore['importSlots']>[0];

async function importSlots(db: Database, rows: ImportedSlots): Promise<number> {
  for (let at = 0; at < rows.length; at += SLOT_BATCH) {
    const batch = rows.slice(at, at + SLOT_BATCH);
    // One statement for thousands of rows: createMany is ten times slower and holds them all in memory.
    await db.$executeRaw`
      insert into "slot" ("id", "external", "start_at", "end_at", "state", "because")
      select gen_random_uuid()::text, e, to_timestamp(s / 1000.0), to_timestamp(f / 1000.0), 'imported', b
      from unnest(${batch.map((row) => row.external)}::text[], ${batch.map((row) => row.start)}::float8[],
                  ${batch.map((row) => row.end)}::float8[], ${batch.map((row) => row.status)}::text[]) as t(e, s, f, b)
      on conflict ("external") do update
      set "start_at" = excluded."start_at", "end_at" = excluded."end_at", "because" = excluded."because"
      where "slot"."state" = 'imported'`;
  }
  return rows.length;
}

export function mirrorStore(db: Database, clock: Clock): MirrorStore {
  return {
    upsert: (batch) => inTransaction(db, (tx) => upsertBatch(tx, batch)),
    async appointment(id) {
      const row = await db.appointment.findUnique({ where: { id } });
      return row === null ? null : appointmentOf(row);
    },
    async byExternal(external: ExternalId) {
      const row = await db.appointment.findUnique({ where: { external } });
      return row === null ? null : appointmentOf(row);
    },
    async startingIn(span) {
      const rows = await db.appointment.findMany({
        where: { startAt: { gte: toTimestamp(span.from), lt: toTimestamp(span.to) } },
        orderBy: [{ startAt: 'asc' }, { external: 'asc' }],
      });
      return rows.map(appointmentOf);
    },
    quarantine: (rows) => inTransaction(db, (tx) => quarantine(tx, rows, clock.now())),
    importSlots: (rows) => importSlots(db, rows),
  };
}
