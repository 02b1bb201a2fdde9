/** Holds a wish that was heard against a real time, in the location's wall clock. The calendar is luxon's, behind domain/localTime. */
import { type LocalDate, type MinuteOfDay, type Weekday, addDays, localTimeAt } from '../domain/localTime.ts';
import type { Instant, Zone } from '../domain/time.ts';
import type { Clock, DayPart, TimeWish } from './times.ts';

/** What the wish is relative to. */
export interface WishContext {
  readonly now: Instant;
  readonly zone: Zone;
  /** The times on the table when it was said: "later" than these. */
  readonly about: readonly Instant[];
}

/** Does a real time meet the wish? */
export function fitsWish(wish: TimeWish, at: Instant, context: WishContext): boolean {
  const local = localTimeAt(at, context.zone);
  const minute = local.hour * 60 + local.minute;
  return (
    fitsDay(wish, local.date, local.weekday, local.day, local.month, context) &&
    fitsClock(wish, minute) &&
    fitsPart(wish, minute) &&
    fitsShift(wish, at, context.about)
  );
}

function fitsDay(
  wish: TimeWish,
  date: LocalDate,
  weekday: Weekday,
  day: number,
  month: number,
  { now, zone }: WishContext,
): boolean {
  const today = localTimeAt(now, zone);
  if (wish.weekdays.length > 0 && !wish.weekdays.includes(weekday)) return false;
  if (wish.notWeekdays.includes(weekday)) return false;
  if (wish.day === 'today' && date !== today.date) return false;
  if (wish.day === 'tomorrow' && date !== addDays(today.date, 1)) return false;
  if (wish.dayOfMonth !== null && wish.dayOfMonth !== day) return false;
  if (wish.month !== null && wish.month !== month) return false;
  // Weeks run from Monday; ISO dates compare as text.
  const nextMonday = addDays(today.date, 8 - today.weekday);
  if (wish.week === 'this' && date >= nextMonday) return false;
  return wish.week !== 'next' || (date >= nextMonday && date < addDays(nextMonday, 7));
}

/** Without am or pm, one to six are meant after noon and seven to twelve as on a receptionist's day sheet. */
const likely = (clock: Clock): MinuteOfDay =>
  clock.certain ? clock.minute : clock.minute < 7 * 60 ? clock.minute + 720 : clock.minute;

function fitsClock(wish: TimeWish, minute: MinuteOfDay): boolean {
  if (wish.after !== null && minute < likely(wish.after)) return false;
  if (wish.before !== null && minute > likely(wish.before)) return false;
  if (wish.at === null) return true;
  return wish.at.certain ? minute === wish.at.minute : minute % 720 === wish.at.minute % 720;
}

const inPart = (part: DayPart, minute: MinuteOfDay): boolean => {
  if (part === 'morning') return minute < 720;
  return part === 'afternoon' ? minute >= 720 && minute < 1020 : minute >= 1020;
};

const fitsPart = (wish: TimeWish, minute: MinuteOfDay): boolean =>
  (wish.part === null || inPart(wish.part, minute)) &&
  (wish.notPart === null || !inPart(wish.notPart, minute));

function fitsShift(wish: TimeWish, at: Instant, about: readonly Instant[]): boolean {
  // "Later than three" names its bound; "later" alone is meant from what is on the table.
  if (wish.shift === null || about.length === 0) return true;
  return wish.shift === 'later' ? about.every((other) => at > other) : about.every((other) => at < other);
}
