import { parsePhone } from '../../domain/phone.ts';
import type { ExternalId } from '../../domain/ids.ts';
import type { SystemAppointment, SystemPatient } from '../../ports/schedulingSystem.ts';
import type { MirrorStore, Quarantined } from '../../ports/store/mirrorStore.ts';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Database, type Transaction, inTransaction, toTimestamp } from './database.ts';
import { appointmentOf } from './rows.ts';

/** Writes people and the numbers that reach them, a whole batch in a handful of statements. */
async function upsertPatients(
  tx: Transaction,
  listed: readonly SystemPatient[],
  seenAt: Instant,
): Promise<void> {
  if (listed.length === 0) return;
  const patients = [...new Map(listed.map((patient) => [patient.external, patient])).values()];
  const externals = patients.map((patient) => patient.external);
  await tx.$executeRaw`
    insert into "patient" ("id", "external", "given_name", "family_name", "birth_date", "raw_phone", "language", "deceased", "state", "updated_at")
    select gen_random_uuid()::text, t.*, ${toTimestamp(seenAt)}
    from unnest(${externals}::text[], ${patients.map((p) => p.givenName)}::text[], ${patients.map((p) => p.familyName)}::text[],
      ${patients.map((p) => p.birthDate)}::text[], ${patients.map((p) => p.rawPhone)}::text[], ${patients.map((p) => p.language)}::text[],
      ${patients.map((p) => p.deceased)}::boolean[], ${patients.map((p) => p.state)}::text[]) as t
    on conflict ("external") do update set "given_name" = excluded."given_name", "family_name" = excluded."family_name",
      "birth_date" = excluded."birth_date", "raw_phone" = excluded."raw_phone", "language" = excluded."language",
      "deceased" = excluded."deceased", "state" = excluded."state", "updated_at" = excluded."updated_at"`;
  const links = patients.flatMap(({ external, rawPhone }) => {
    const phone = parsePhone(rawPhone);
    return phone.ok ? [{ external, phone: phone.value }] : [];
  });
  const phones = links.map((link) => link.phone);
  const owners = links.map((link) => link.external);
  await tx.$executeRaw`insert into "phone" ("e164") select distinct unnest(${phones}::text[]) on conflict do nothing`;
  // A number that the system no longer lists must not be rung; one that was told to be wrong keeps that mark.
  await tx.$executeRaw`
    delete from "patient_phone" using "patient" p
    where p."id" = "patient_id" and p."external" = any(${externals}::text[]) and "status" = 'active'
      and not exists (select 1 from unnest(${owners}::text[], ${phones}::text[]) as l(owner, number)
        where l.owner = p."external" and l.number = "patient_phone"."phone")`;
  await tx.$executeRaw`
    insert into "patient_phone" ("patient_id", "phone")
    select p."id", l.number from unnest(${owners}::text[], ${phones}::text[]) as l(owner, number)
    join "patient" p on p."external" = l.owner on conflict do nothing`;
  await recogniseWaiting(tx, externals);
}

/** Consents, waitlist entries and suppressions that were imported before their people were known. */
async function recogniseWaiting(tx: Transaction, externals: readonly string[]): Promise<void> {
  const known = [...externals];
  await tx.$executeRaw`update "consent" c set "patient_id" = p."id" from "patient" p
    where c."patient_id" is null and p."external" = c."patient_external" and p."external" = any(${known}::text[])`;
  await tx.$executeRaw`update "waitlist_entry" w set "patient_id" = p."id" from "patient" p
    where w."patient_id" is null and p."external" = w."patient_external" and p."external" = any(${known}::text[])`;
  await tx.$executeRaw`update "suppression" s set "patient_id" = p."id" from "patient" p
    where s."patient_id" is null and p."external" = s."patient_external" and p."external" = any(${known}::text[])`;
}

const isNumber = (version: string): boolean => /^[0-9]+$/.test(version);

/** Each appointment once, as its newest version says; pages of a list may overlap. */
function newestOf(seen: readonly SystemAppointment[]): readonly SystemAppointment[] {
  const kept = new Map<ExternalId, SystemAppointment>();
  for (const row of seen) {
    const before = kept.get(row.external)?.version;
    const older =
      before !== undefined &&
      isNumber(before) &&
      isNumber(row.version) &&
      BigInt(row.version) < BigInt(before);
    if (!older) kept.set(row.external, row);
  }
  return [...kept.values()];
}

/** Why appointments that were not written cannot be mirrored; those that are merely older than what the mirror has are no fault. */
async function faultsOf(
  tx: Transaction,
  unwritten: readonly SystemAppointment[],
): Promise<readonly { readonly external: ExternalId; readonly field: string }[]> {
  if (unwritten.length === 0) return [];
  const select = { external: true } as const;
  const patients = await tx.patient.findMany({
    where: { external: { in: unwritten.map((row) => row.patient) } },
    select,
  });
  const locations = await tx.location.findMany({ select });
  const knownPatients = new Set(patients.map((row) => row.external));
  const knownLocations = new Set(locations.map((row) => row.external));
  return unwritten.flatMap(({ external, patient, location, start, end }) => {
    if (end <= start) return [{ external, field: 'end' }];
    if (!knownPatients.has(patient)) return [{ external, field: 'patient' }];
    return location !== null && knownLocations.has(location) ? [] : [{ external, field: 'location' }];
  });
}

/**
 * Writes appointments into the mirror. A version that is a number never gives way to a smaller one; opaque versions cannot be compared.
 * @returns those that cannot be mirrored, with the field that is to blame.
 */
export async function upsertAppointments(
  tx: Transaction,
  seen: readonly SystemAppointment[],
  at: Instant,
): Promise<readonly { readonly external: ExternalId; readonly field: string }[]> {
  if (seen.length === 0) return [];
  const rows = newestOf(seen);
  const written = await tx.$queryRaw<{ readonly external: string }[]>`
    insert into "appointment" ("id", "external", "version", "status", "participation", "patient_id", "location_id", "provider_id",
      "visit_type_id", "slots", "start_at", "end_at", "seen_at")
    select gen_random_uuid()::text, t.external, t.version, t.status, t.participation, p."id", l."id", pr."id",
      (select v."id" from "visit_type" v where v."code" = t.visit limit 1), string_to_array(nullif(t.slots, ''), ' '),
      to_timestamp(t.starts / 1000.0), to_timestamp(t.ends / 1000.0), ${toTimestamp(at)}
    from unnest(${rows.map((a) => a.external)}::text[], ${rows.map((a) => a.version)}::text[], ${rows.map((a) => a.status)}::text[],
      ${rows.map((a) => a.participation)}::text[], ${rows.map((a) => a.patient)}::text[], ${rows.map((a) => a.location)}::text[],
      ${rows.map((a) => a.provider)}::text[], ${rows.map((a) => a.visitTypeCode)}::text[], ${rows.map((a) => a.slots.join(' '))}::text[],
      ${rows.map((a) => a.start)}::float8[], ${rows.map((a) => a.end)}::float8[])
      as t(external, version, status, participation, patient, location, provider, visit, slots, starts, ends)
    join "patient" p on p."external" = t.patient
    join "location" l on l."external" = t.location
    left join "provider" pr on pr."external" = t.provider
    where t.ends > t.starts
    on conflict ("external") do update set "version" = excluded."version", "status" = excluded."status",
      "participation" = excluded."participation", "patient_id" = excluded."patient_id", "location_id" = excluded."location_id",
      "provider_id" = excluded."provider_id", "visit_type_id" = excluded."visit_type_id", "slots" = excluded."slots",
      "start_at" = excluded."start_at", "end_at" = excluded."end_at", "seen_at" = excluded."seen_at"
    where case when excluded."version" ~ '^[0-9]+$' and "appointment"."version" ~ '^[0-9]+$'
      then excluded."version"::numeric >= "appointment"."version"::numeric else true end
    returning "external"`;
  const there = new Set(written.map((row) => row.external));
  return faultsOf(
    tx,
    rows.filter((row) => !there.has(row.external)),
  );
}

/** The mirror learns what a command of ours came to, unless it knows something newer. */
export async function mirrorCommand(
  tx: Transaction,
  id: string,
  kind: 'confirm' | 'cancel',
  version: string,
  at: Instant,
): Promise<void> {
  // A version that is no number is newer by being seen later. PostgreSQL casts a parameter while planning, whatever stands before it in a CASE.
  const ordinal = /^\d+$/.test(version) ? version : null;
  await tx.$executeRaw`
    update "appointment" set "version" = ${version}, "seen_at" = ${toTimestamp(at)},
      "participation" = case when ${kind} = 'confirm' then 'accepted' else "participation" end,
      "status" = case when ${kind} = 'cancel' then 'cancelled' else "status" end
    where "id" = ${id} and case when "version" ~ '^[0-9]+$'
      then coalesce(${ordinal}::numeric >= "version"::numeric, true) else true end`;
}

/** Each bad row once, however often it comes. */
async function quarantine(tx: Transaction, rows: readonly Quarantined[], at: Instant): Promise<void> {
  if (rows.length === 0) return;
  await tx.$executeRaw`
    insert into "quarantined_row" ("id", "source", "line", "external", "field", "reason", "at")
    select distinct on (t.source, t.line, t.external, t.field, t.reason) gen_random_uuid()::text, t.*, ${toTimestamp(at)}
    from unnest(${rows.map((row) => row.source)}::text[], ${rows.map((row) => row.line)}::int[], ${rows.map((row) => row.external)}::text[],
      ${rows.map((row) => row.field)}::text[], ${rows.map((row) => row.reason)}::text[]) as t(source, line, external, field, reason)
    where not exists (select 1 from "quarantined_row" q where q."source" = t.source and q."line" is not distinct from t.line
      and q."external" is not distinct from t.external and q."field" = t.field and q."reason" = t.reason)`;
}

const SOURCE = 'scheduling system';
const SLOT_BATCH = 5_000;

async function upsertBatch(
  tx: Transaction,
  batch: Parameters<MirrorStore['upsert']>[0],
): ReturnType<MirrorStore['upsert']> {
  await upsertPatients(tx, batch.patients, batch.seenAt);
  const absent = await upsertAppointments(tx, batch.appointments, batch.seenAt);
  const bad: readonly Quarantined[] = [
    ...batch.unreadable.map(({ external, field, reason }) => ({
      source: SOURCE,
      line: null,
      external,
      field,
      reason,
    })),
    ...absent.map(({ external, field }) => ({
      source: SOURCE,
      line: null,
      external,
      field,
      reason: 'missing',
    })),
  ];
  await quarantine(tx, bad, batch.seenAt);
  return {
    patients: batch.patients.length,
    appointments: batch.appointments.length - absent.length,
    quarantined: bad.length,
  };
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
