/**
 * The one file that knows wall clocks. Everything else counts in instants.
 * Daylight saving: "24 hours" is a duration, "tomorrow" is a calendar day; the two differ twice a year.
 */
import { DateTime, IANAZone } from 'luxon';
import { type Result, err, ok } from './result.ts';
import { type Instant, type Span, type Zone, instant } from './time.ts';

/** Minutes from local midnight, 0..1440. */
export type MinuteOfDay = number;

/** ISO weekday: 1 = Monday .. 7 = Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** `2026-11-24`, a local calendar day. */
export type LocalDate = string;

export interface LocalTime {
  readonly date: LocalDate;
  readonly weekday: Weekday;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Accepts only names of the IANA data base that this machine knows. */
export function parseZone(
  name: string,
): Result<Zone, { readonly kind: 'unknown_zone'; readonly name: string }> {
  return IANAZone.isValidZone(name) && name.includes('/')
    ? ok(name as Zone)
    : err({ kind: 'unknown_zone', name });
}

/**
 * For names that are literals or were checked before.
 * @throws RangeError when the zone is unknown.
 */
export function zone(name: string): Zone {
  const parsed = parseZone(name);
  if (!parsed.ok) throw new RangeError(`unknown time zone ${name}`);
  return parsed.value;
}

export function localTimeAt(at: Instant, where: Zone): LocalTime {
  const local = DateTime.fromMillis(at, { zone: where });
  return {
    date: local.toFormat('yyyy-MM-dd'),
    weekday: local.weekday as Weekday,
    year: local.year,
    month: local.month,
    day: local.day,
    hour: local.hour,
    minute: local.minute,
  };
}

/** The instant of a wall-clock minute. In the spring gap the clock is read as moved on; in the autumn overlap the first pass counts. */
export function instantAt(date: LocalDate, minute: MinuteOfDay, where: Zone): Instant {
  const midnight = DateTime.fromISO(date, { zone: where });
  if (!midnight.isValid) throw new RangeError(`not a local date: ${date}`);
  const at =
    minute === 1440
      ? midnight.plus({ days: 1 })
      : midnight.set({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const first = at.getPossibleOffsets()[0] ?? at;
  return instant(first.toMillis());
}

/** Calendar arithmetic: the same wall clock, other day. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return DateTime.fromISO(date, { zone: 'utc' }).plus({ days }).toFormat('yyyy-MM-dd');
}

export const weekdayOf = (date: LocalDate): Weekday =>
  DateTime.fromISO(date, { zone: 'utc' }).weekday as Weekday;

/** The local day that holds `at`, as a span; 23, 24 or 25 hours long. */
export function localDay(at: Instant, where: Zone): Span {
  const start = DateTime.fromMillis(at, { zone: where }).startOf('day');
  return { from: instant(start.toMillis()), to: instant(start.plus({ days: 1 }).toMillis()) };
}

/** ISO 8601 with offset, for wire formats and people who read JSON: `2026-11-24T14:30:00.000-06:00`. */
export function isoIn(at: Instant, where: Zone): string {
  return DateTime.fromMillis(at, { zone: where }).toISO() ?? '';
}

export const isoUtc = (at: Instant): string => DateTime.fromMillis(at, { zone: 'utc' }).toISO() ?? '';

/**
 * Reads an ISO 8601 date-time that says its offset. A naive one is an error of its own, because guessing a zone moves a person's
 * appointment by hours.
 */
export function parseIso(
  text: string,
): Result<Instant, { readonly kind: 'naive' | 'malformed'; readonly text: string }> {
  if (!/^\d{4}-\d{2}-\d{2}T/.test(text)) return err({ kind: 'malformed', text });
  if (!/(Z|[+-]\d{2}:?\d{2})$/.test(text)) return err({ kind: 'naive', text });
  const parsed = DateTime.fromISO(text, { setZone: true });
  return parsed.isValid ? ok(instant(parsed.toMillis())) : err({ kind: 'malformed', text });
}

/** Reads a naive local date-time in a zone that somebody vouched for (an import's `--zone`). */
export function parseLocal(
  text: string,
  where: Zone,
): Result<Instant, { readonly kind: 'malformed'; readonly text: string }> {
  const parsed = DateTime.fromISO(text.replace(' ', 'T'), { zone: where });
  return parsed.isValid ? ok(instant(parsed.toMillis())) : err({ kind: 'malformed', text });
}

/** `5:30 PM CST`, for pages and reports. */
export function clockTime(at: Instant, where: Zone): string {
  return DateTime.fromMillis(at, { zone: where }).setLocale('en-US').toFormat('h:mm a ZZZZ');
}
