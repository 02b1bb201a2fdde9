/** Instants as a page says them, in the zone of the place they concern. */
import { type LocalDate, clockTime, localTimeAt, parseIso, weekdayOf } from '../domain/localTime.ts';
import type { Instant, Zone } from '../domain/time.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** `Monday, November 23, 2026`. */
export function longDate(date: LocalDate): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${WEEKDAYS[weekdayOf(date) - 1]}, ${MONTHS[Number(month) - 1]} ${Number(day)}, ${year}`;
}

/** `Tue, Nov 24, 5:45 PM CST`; nothing for no instant. */
export function dayAndTime(at: Instant | null, where: Zone): string {
  if (at === null) return '';
  const local = localTimeAt(at, where);
  const weekday = WEEKDAYS[local.weekday - 1]?.slice(0, 3);
  const month = MONTHS[local.month - 1]?.slice(0, 3);
  return `${weekday}, ${month} ${local.day}, ${clockTime(at, where)}`;
}

const UTC_INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** A rule's detail with its UTC instants said in local time. */
export const inLocalTime = (detail: string, where: Zone): string =>
  detail.replaceAll(UTC_INSTANT, (text) => {
    const at = parseIso(text);
    return at.ok ? dayAndTime(at.value, where) : text;
  });
