/** Days on which nobody is called: the public holidays of the United States and of a state, with their substitute days. */
import Holidays from 'date-holidays';
import type { LocalDate } from '../domain/localTime.ts';

const calendars = new Map<string, ReadonlySet<LocalDate>>();

function calendarOf(state: string | null, year: number): ReadonlySet<LocalDate> {
  const key = `${state ?? 'US'}-${year}`;
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const calendar = state === null ? new Holidays('US') : new Holidays('US', state);
  const days = new Set(
    calendar
      .getHolidays(year)
      .filter((holiday) => holiday.type === 'public')
      .map((holiday) => holiday.date.slice(0, 10)),
  );
  calendars.set(key, days);
  return days;
}

/** True on a public holiday of the country or of one of these states. */
export function isHoliday(date: LocalDate, states: readonly string[]): boolean {
  const year = Number(date.slice(0, 4));
  return [null, ...states].some((state) => calendarOf(state, year).has(date));
}
