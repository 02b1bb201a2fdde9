/** The demo's clock: the real one, shifted so that it is 17:30 on a weekday, no holiday, at the practice, whatever the hour outside. */
import { type LocalDate, addDays, instantAt, localTimeAt, weekdayOf } from '../domain/localTime.ts';
import { type Instant, type Zone, msBetween } from '../domain/time.ts';
import { isHoliday } from '../schedule/holidays.ts';

const START_MINUTE = 17 * 60 + 30;
/** Caps look back seven days; a demo day begins beyond them, so that every evening can ring everybody. */
const DAYS_BETWEEN = 8;
const FRIDAY = 5;

/** The first day from this one on which people may be called in all of these states. */
function callingDayFrom(date: LocalDate, states: readonly string[]): LocalDate {
  let day = date;
  while (weekdayOf(day) > FRIDAY || isHoliday(day, states)) day = addDays(day, 1);
  return day;
}

/**
 * @param now the real time.
 * @param states where the practice's people live, for their holidays.
 * @param before the local date of the demo day before, null for the first.
 * @returns what to add to the real clock, in milliseconds.
 */
export function demoShiftMs(
  now: Instant,
  zone: Zone,
  states: readonly string[],
  before: LocalDate | null,
): number {
  const earliest = before === null ? localTimeAt(now, zone).date : addDays(before, DAYS_BETWEEN);
  return msBetween(now, instantAt(callingDayFrom(earliest, states), START_MINUTE, zone));
}
