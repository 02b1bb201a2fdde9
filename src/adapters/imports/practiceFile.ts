/**
 * Reads the practice file of `rollcall import --practice`: what a scheduling system does not hold. demo/practice.json is an example.
 * Days are `mon`..`sun`, clock times `HH:MM` of the location, amounts of time say their unit in their name.
 */
import { z } from 'zod';
import type { E164 } from '../../domain/call.ts';
import {
  type ExternalId,
  type LocationId,
  type PracticeId,
  type ProviderId,
  type VisitTypeId,
  type WaitlistEntryId,
  id,
} from '../../domain/ids.ts';
import { type MinuteOfDay, type Weekday, instantAt, parseZone } from '../../domain/localTime.ts';
import { parsePhone } from '../../domain/phone.ts';
import type { CallWindow, NightSettings, Practice } from '../../domain/practice.ts';
import { type Result, err, ok } from '../../domain/result.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Zone } from '../../domain/time.ts';
import type { PracticeImport } from '../../ports/store/practiceStore.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const WEEKDAY: Readonly<Record<(typeof DAYS)[number], Weekday>> = {
  mon: 1,
  tue: 2,
  wed: 3,
  thu: 4,
  fri: 5,
  sat: 6,
  sun: 7,
};

const Day = z.enum(DAYS);
const ClockTime = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time like 09:00')
  .transform((text): MinuteOfDay => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
const LocalDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-11-24');
const Text = z.string().trim().min(1, 'may not be empty');
const Count = z.number().int().nonnegative();
const Amount = z.number().nonnegative();

const ZoneName = z.string().transform((name, context): Zone => {
  const parsed = parseZone(name);
  if (parsed.ok) return parsed.value;
  context.addIssue(`must be an IANA time zone like America/Chicago, not "${name}"`);
  return z.NEVER;
});

const Phone = z.string().transform((raw, context): E164 => {
  const parsed = parsePhone(raw);
  if (parsed.ok) return parsed.value;
  context.addIssue('must be a phone number like +13125550100');
  return z.NEVER;
});

const Settings = z.strictObject({
  horizonHours: z.tuple([Amount, Amount]),
  nightlyCron: Text,
  caps: z.strictObject({
    dialsPerPhonePerDay: Count,
    dialsPerPatientPer7Days: Count,
    dialsPerAppointment: Count,
    contactsPerPatientPerDay: Count,
  }),
  retry: z.strictObject({
    busySeconds: Amount,
    noAnswerSeconds: Amount,
    carrierFailureSeconds: Amount,
    busyMax: Count,
    noAnswerMax: Count,
    carrierFailureMax: Count,
  }),
  coolOffSeconds: Amount,
  offers: z.strictObject({
    minNoticeMinutes: Amount,
    perPatientPerDay: Count,
    chainDepthMax: Count,
    horizonDays: Amount,
  }),
  ringTimeoutSeconds: z.number().min(5).max(60),
  callLimitSeconds: z.number().min(30).max(1800),
  lines: z.number().int().min(1).max(1000),
  openingsHorizonDays: Amount,
  discloseAi: z.boolean(),
});

const File = z.strictObject({
  practice: z.strictObject({ id: Text, name: Text, zone: ZoneName }),
  settings: Settings,
  locations: z
    .array(
      z.strictObject({
        id: Text,
        fhirLocation: Text,
        name: Text,
        spokenName: Text,
        zone: ZoneName,
        state: z.string().regex(/^[A-Z]{2}$/, 'must be a state like IL'),
        address: z.string().optional(),
        callerId: Phone,
        voiceId: Text,
        callWindow: z.partialRecord(Day, z.array(z.tuple([ClockTime, ClockTime]))),
        facts: z.record(z.string(), Text),
      }),
    )
    .min(1, 'must name at least one location'),
  providers: z.array(
    z.strictObject({ id: Text, fhirPractitioner: Text, name: z.string().optional(), spokenName: Text }),
  ),
  visitTypes: z.array(
    z.strictObject({
      id: Text,
      code: Text,
      name: z.string().optional(),
      spokenName: Text,
      minutes: z.number().int().positive(),
      minNoticeMinutes: Amount,
    }),
  ),
  consents: z.array(
    z.strictObject({
      patient: Text,
      kind: z.enum(['automated_voice', 'voice']),
      source: Text,
      grantedOn: LocalDate,
    }),
  ),
  suppressions: z
    .array(z.strictObject({ patient: Text.optional(), phone: Phone.optional(), reason: Text }))
    .default([]),
  waitlist: z.array(
    z.strictObject({
      id: Text,
      patient: Text,
      locations: z.array(Text).min(1),
      visitType: Text,
      provider: Text.nullable(),
      available: z.array(z.strictObject({ days: z.array(Day), from: ClockTime, to: ClockTime })),
      priority: z.number().int(),
      joinedOn: LocalDate,
      minNoticeMinutes: Amount,
      holds: Text.nullable(),
    }),
  ),
});

type PracticeFile = z.output<typeof File>;

const DAY_MS = 24 * HOUR_MS;

function settingsOf(file: PracticeFile['settings']): NightSettings {
  const [fromHours, toHours] = file.horizonHours;
  return {
    horizonFromMs: fromHours * HOUR_MS,
    horizonToMs: toHours * HOUR_MS,
    nightlyCron: file.nightlyCron,
    caps: file.caps,
    retry: {
      busyMs: file.retry.busySeconds * SECOND_MS,
      noAnswerMs: file.retry.noAnswerSeconds * SECOND_MS,
      carrierFailureMs: file.retry.carrierFailureSeconds * SECOND_MS,
      busyMax: file.retry.busyMax,
      noAnswerMax: file.retry.noAnswerMax,
      carrierFailureMax: file.retry.carrierFailureMax,
    },
    coolOffMs: file.coolOffSeconds * SECOND_MS,
    offers: {
      minNoticeMs: file.offers.minNoticeMinutes * MINUTE_MS,
      perPatientPerDay: file.offers.perPatientPerDay,
      chainDepthMax: file.offers.chainDepthMax,
      horizonMs: file.offers.horizonDays * DAY_MS,
    },
    ringTimeoutMs: file.ringTimeoutSeconds * SECOND_MS,
    callLimitMs: file.callLimitSeconds * SECOND_MS,
    lines: file.lines,
    openingsHorizonMs: file.openingsHorizonDays * DAY_MS,
    discloseAi: file.discloseAi,
  };
}

const windowOf = (days: PracticeFile['locations'][number]['callWindow']): CallWindow =>
  Object.fromEntries(
    DAYS.flatMap((day) => {
      const spans = days[day];
      return spans === undefined ? [] : [[WEEKDAY[day], spans.map(([from, to]) => ({ from, to }))]];
    }),
  );

function practiceOf(file: PracticeFile): Practice {
  return {
    id: id<PracticeId>(file.practice.id),
    name: file.practice.name,
    zone: file.practice.zone,
    settings: settingsOf(file.settings),
    locations: file.locations.map((location) => ({
      id: id<LocationId>(location.id),
      external: id<ExternalId>(location.fhirLocation),
      name: location.name,
      spokenName: location.spokenName,
      zone: location.zone,
      state: location.state,
      callerId: location.callerId,
      voiceId: location.voiceId,
      callWindow: windowOf(location.callWindow),
      facts: location.facts,
    })),
    providers: file.providers.map((provider) => ({
      id: id<ProviderId>(provider.id),
      external: id<ExternalId>(provider.fhirPractitioner),
      spokenName: provider.spokenName,
    })),
    visitTypes: file.visitTypes.map((visit) => ({
      id: id<VisitTypeId>(visit.id),
      code: visit.code,
      spokenName: visit.spokenName,
      minutes: visit.minutes,
      minNoticeMs: visit.minNoticeMinutes * MINUTE_MS,
    })),
  };
}

function bundleOf(file: PracticeFile): PracticeImport {
  const { zone } = file.practice;
  return {
    practice: practiceOf(file),
    consents: file.consents.map((consent) => ({
      patientExternal: id<ExternalId>(consent.patient),
      kind: consent.kind,
      source: consent.source,
      grantedAt: instantAt(consent.grantedOn, 0, zone),
    })),
    suppressions: file.suppressions.map((row) => ({
      phone: row.phone ?? null,
      patientExternal: row.patient === undefined ? null : id<ExternalId>(row.patient),
      reason: row.reason,
    })),
    waitlist: file.waitlist.map((entry) => ({
      id: id<WaitlistEntryId>(entry.id),
      patientExternal: id<ExternalId>(entry.patient),
      locations: entry.locations.map((location) => id<LocationId>(location)),
      visitType: id<VisitTypeId>(entry.visitType),
      provider: entry.provider === null ? null : id<ProviderId>(entry.provider),
      available: entry.available.flatMap(({ days, from, to }) =>
        days.map((day) => ({ weekday: WEEKDAY[day], from, to })),
      ),
      priority: entry.priority,
      joinedAt: instantAt(entry.joinedOn, 0, zone),
      minNoticeMs: entry.minNoticeMinutes * MINUTE_MS,
      holdsExternal: entry.holds === null ? null : id<ExternalId>(entry.holds),
    })),
  };
}

/** Names that point at nothing: found together, so that one run of the import shows them all. */
function danglingNames(file: PracticeFile): readonly string[] {
  const locations = new Set(file.locations.map((location) => location.id));
  const visits = new Set(file.visitTypes.map((visit) => visit.id));
  const providers = new Set(file.providers.map((provider) => provider.id));
  return file.waitlist.flatMap((entry, index) => [
    ...entry.locations
      .filter((name) => !locations.has(name))
      .map((name) => `waitlist.${index}.locations: there is no location "${name}"`),
    ...(visits.has(entry.visitType)
      ? []
      : [`waitlist.${index}.visitType: there is no visit type "${entry.visitType}"`]),
    ...(entry.provider === null || providers.has(entry.provider)
      ? []
      : [`waitlist.${index}.provider: there is no provider "${entry.provider}"`]),
  ]);
}

/**
 * @param text the file's content.
 * @returns the import, or every mistake in it, each as `path: what to do`.
 */
export function parsePracticeFile(text: string): Result<PracticeImport, readonly string[]> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return err(['the file is not JSON']);
  }
  const parsed = File.safeParse(raw);
  if (!parsed.success)
    return err(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`));
  const dangling = danglingNames(parsed.data);
  return dangling.length > 0 ? err(dangling) : ok(bundleOf(parsed.data));
}
