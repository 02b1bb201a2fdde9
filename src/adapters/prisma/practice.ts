import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseZone } from '../../domain/localTime.ts';
import type { E164 } from '../../domain/call.ts';
import type { ExternalId, LocationId, PracticeId, ProviderId, VisitTypeId } from '../../domain/ids.ts';
import type { CallWindow, NightSettings, Practice } from '../../domain/practice.ts';
import type { Instant, Zone } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PracticeImport, PracticeStore } from '../../ports/store/practiceStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, type Transaction, inTransaction, toJson, toTimestamp } from './database.ts';

type PracticeRow = Row.Practice & {
  readonly locations: readonly Row.Location[];
  readonly providers: readonly Row.Provider[];
  readonly visitTypes: readonly Row.VisitType[];
};

function knownZone(name: string): Zone {
  const parsed = parseZone(name);
  if (!parsed.ok) throw new Error(`the database holds an unknown time zone: ${name}`);
  return parsed.value;
}

function practiceOf(row: PracticeRow): Practice {
  return {
    id: row.id as PracticeId,
    name: row.name,
    zone: knownZone(row.zone),
    settings: row.settings as unknown as NightSettings,
    locations: row.locations.map((location) => ({
      id: location.id as LocationId,
      external: location.external as ExternalId,
      name: location.name,
      spokenName: location.spokenName,
      zone: knownZone(location.zone),
      state: location.state,
      callerId: location.callerId as E164,
      voiceId: location.voiceId,
      callWindow: location.callWindow as unknown as CallWindow,
      facts: location.facts as unknown as Readonly<Record<string, string>>,
    })),
    providers: row.providers.map((provider) => ({
      id: provider.id as ProviderId,
      external: provider.external as ExternalId,
      spokenName: provider.spokenName,
    })),
    visitTypes: row.visitTypes.map((visit) => ({
      id: visit.id as VisitTypeId,
      code: visit.code,
      spokenName: visit.spokenName,
      minutes: visit.minutes,
      minNoticeMs: Number(visit.minNoticeMs),
    })),
  };
}

async function saveFurniture(tx: Transaction, practice: Practice): Promise<void> {
  const { id: practiceId } = practice;
  for (const location of practice.locations) {
    const row = {
      practiceId,
      external: location.external,
      name: location.name,
      spokenName: location.spokenName,
      zone: location.zone,
      state: location.state,
      callerId: location.callerId,
      voiceId: location.voiceId,
      callWindow: toJson(location.callWindow),
      facts: toJson(location.facts),
    };
    await tx.location.upsert({
      where: { id: location.id },
      create: { id: location.id, ...row },
      update: row,
    });
  }
  for (const provider of practice.providers) {
    const row = { practiceId, external: provider.external, spokenName: provider.spokenName };
    await tx.provider.upsert({
      where: { id: provider.id },
      create: { id: provider.id, ...row },
      update: row,
    });
  }
  for (const visit of practice.visitTypes) {
    const row = {
      practiceId,
      code: visit.code,
      spokenName: visit.spokenName,
      minutes: visit.minutes,
      minNoticeMs: BigInt(visit.minNoticeMs),
    };
    await tx.visitType.upsert({ where: { id: visit.id }, create: { id: visit.id, ...row }, update: row });
  }
}

async function savePeople(tx: Transaction, bundle: PracticeImport): Promise<void> {
  const externals = [
    ...bundle.consents.map((row) => row.patientExternal),
    ...bundle.waitlist.map((row) => row.patientExternal),
  ];
  const known = await tx.patient.findMany({
    where: { external: { in: externals } },
    select: { id: true, external: true },
  });
  const idOf = new Map(known.map((row) => [row.external, row.id]));
  for (const consent of bundle.consents) {
    const key = {
      patientExternal: consent.patientExternal,
      kind: consent.kind,
      grantedAt: toTimestamp(consent.grantedAt),
    };
    const row = { source: consent.source, patientId: idOf.get(consent.patientExternal) ?? null };
    await tx.consent.upsert({
      where: { patientExternal_kind_grantedAt: key },
      create: { id: randomUUID(), ...key, ...row },
      update: row,
    });
  }
  for (const entry of bundle.waitlist) {
    const row = {
      patientExternal: entry.patientExternal,
      patientId: idOf.get(entry.patientExternal) ?? null,
      locations: [...entry.locations],
      visitTypeId: entry.visitType,
      providerId: entry.provider,
      available: toJson(entry.available),
      priority: entry.priority,
      joinedAt: toTimestamp(entry.joinedAt),
      minNoticeMs: BigInt(entry.minNoticeMs),
      holdsExternal: entry.holdsExternal,
    };
    await tx.waitlistEntry.upsert({ where: { id: entry.id }, create: { id: entry.id, ...row }, update: row });
  }
}

async function saveSuppressions(tx: Transaction, bundle: PracticeImport, at: Instant): Promise<void> {
  for (const row of bundle.suppressions) {
    const key = { phone: row.phone, patientExternal: row.patientExternal, reason: row.reason };
    if ((await tx.suppression.count({ where: key })) > 0) continue;
    const patient = row.patientExternal
      ? await tx.patient.findUnique({ where: { external: row.patientExternal }, select: { id: true } })
      : null;
    await tx.suppression.create({
      data: { id: randomUUID(), ...key, patientId: patient?.id ?? null, at: toTimestamp(at) },
    });
  }
}

async function save(db: Database, clock: Clock, bundle: PracticeImport): ReturnType<PracticeStore['save']> {
  await inTransaction(db, async (tx) => {
    const { practice } = bundle;
    const row = { name: practice.name, zone: practice.zone, settings: toJson(practice.settings) };
    const before = await tx.practice.findUnique({ where: { id: practice.id }, select: { settings: true } });
    const changed = before !== null && !isDeepStrictEqual(before.settings, practice.settings);
    await tx.practice.upsert({
      where: { id: practice.id },
      create: { id: practice.id, ...row },
      update: { ...row, ...(changed ? { settingsVersion: { increment: 1 } } : {}) },
    });
    await saveFurniture(tx, practice);
    await savePeople(tx, bundle);
    await saveSuppressions(tx, bundle, clock.now());
  });
  return {
    waitlist: bundle.waitlist.length,
    consents: bundle.consents.length,
    suppressions: bundle.suppressions.length,
  };
}

async function setPaused(
  db: Database,
  at: Instant,
  ...[practice, paused, actor, reason]: Parameters<PracticeStore['setPaused']>
) {
  await inTransaction(db, async (tx) => {
    await tx.practice.update({ where: { id: practice }, data: { paused } });
    const action = paused ? 'pause' : 'resume';
    await tx.auditEvent.create({
      data: { id: randomUUID(), actor, action, subject: practice, reason, at: toTimestamp(at) },
    });
  });
}

async function missingPatients(db: Database): Promise<readonly ExternalId[]> {
  const unknown = { where: { patientId: null }, select: { patientExternal: true } } as const;
  const [consents, entries] = await Promise.all([
    db.consent.findMany({ ...unknown, distinct: ['patientExternal'] }),
    db.waitlistEntry.findMany({ ...unknown, distinct: ['patientExternal'] }),
  ]);
  return [...new Set([...consents, ...entries].map((row) => row.patientExternal))] as ExternalId[];
}

async function missingAppointments(db: Database): Promise<readonly ExternalId[]> {
  const rows = await db.$queryRaw<{ readonly external: string }[]>`
    select distinct w."holds_external" as "external" from "waitlist_entry" w
    where w."holds_external" is not null and w."state" = 'active'
      and not exists (select 1 from "appointment" a where a."external" = w."holds_external")`;
  return rows.map((row) => row.external as ExternalId);
}

/** The practice, its consents and its waitlist. */
export function practiceStore(db: Database, clock: Clock): PracticeStore {
  return {
    async current() {
      const row = await db.practice.findFirst({
        include: { locations: { orderBy: { id: 'asc' } }, providers: true, visitTypes: true },
        orderBy: { updatedAt: 'desc' },
      });
      return row === null ? null : practiceOf(row);
    },
    save: (bundle) => save(db, clock, bundle),
    setPaused: (...asked) => setPaused(db, clock.now(), ...asked),
    async isPaused(practice) {
      return (
        (await db.practice.findUnique({ where: { id: practice }, select: { paused: true } }))?.paused ?? false
      );
    },
    missingPatients: () => missingPatients(db),
    missingAppointments: () => missingAppointments(db),
    async demoShiftMs() {
      const row = await db.practice.findFirst({ select: { demoShiftMs: true } });
      return row === null || row.demoShiftMs === null ? null : Number(row.demoShiftMs);
    },
    async setDemoShiftMs(shiftMs) {
      await db.practice.updateMany({ data: { demoShiftMs: BigInt(shiftMs) } });
    },
    async patientName(patient) {
      const row = await db.patient.findUnique({ where: { id: patient } });
      return row === null ? null : { full: `${row.givenName} ${row.familyName}`, first: row.givenName };
    },
  };
}
