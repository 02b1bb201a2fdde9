/** The demo's clock: the real one, shifted so that it is 17:30 on a weekday at the practice, whatever the hour outside. */
import { type LocalDate, addDays, instantAt, localTimeAt, weekdayOf } from '../domain/localTime.ts';
import { type Instant, type Zone, msBetween } from '../domain/time.ts';

const START_MINUTE = 17 * 60 + 30;
/** Caps look back seven days; a demo day begins beyond them, so that every evening can ring everybody. */
const DAYS_BETWEEN = 8;
const FRIDAY = 5;

function weekdayFrom(date: LocalDate): LocalDate {
  let day = date;
  while (weekdayOf(day) > FRIDAY) day = addDays(day, 1);
  return day;
}

/**
 * @param now the real time.
 * @param before the local date of the demo day before, null for the first.
 * @returns what to add to the real clock, in milliseconds.
 */
export function demoShiftMs(now: Instant, zone: Zone, before: LocalDate | null): number {
  const earliest = before === null ? localTimeAt(now, zone).date : addDays(before, DAYS_BETWEEN);
  return msBetween(now, instantAt(weekdayFrom(earliest), START_MINUTE, zone));
}
