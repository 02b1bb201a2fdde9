/** Dates, times and lists written out for the voice, in the location's wall time. A synthesiser that is given "11/24" says "slash". */
import { type LocalTime, addDays, localTimeAt } from '../../domain/localTime.ts';
import type { Instant, Zone } from '../../domain/time.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const ORDINALS =
  `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
   seventeenth eighteenth nineteenth twentieth`.split(/\s+/);
const NUMBERS =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
   nineteen`.split(/\s+/);
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];

/** 0..59 in words. */
function inWords(number: number): string {
  if (number < 20) return NUMBERS[number] ?? '';
  const tens = TENS[Math.floor(number / 10)] ?? '';
  return number % 10 === 0 ? tens : `${tens} ${NUMBERS[number % 10] ?? ''}`;
}

/** 1..31: "twenty fourth". */
export function ordinal(day: number): string {
  if (day <= 20) return ORDINALS[day - 1] ?? '';
  if (day === 30) return 'thirtieth';
  return `${TENS[Math.floor(day / 10)] ?? ''} ${ORDINALS[(day % 10) - 1] ?? ''}`;
}

/** "two thirty PM", "nine AM", "ten oh five AM", "noon". */
export function sayClock(local: Pick<LocalTime, 'hour' | 'minute'>): string {
  if (local.hour === 12 && local.minute === 0) return 'noon';
  const hour = inWords(local.hour % 12 === 0 ? 12 : local.hour % 12);
  const half = local.hour < 12 ? 'AM' : 'PM';
  if (local.minute === 0) return `${hour} ${half}`;
  return `${hour} ${local.minute < 10 ? 'oh ' : ''}${inWords(local.minute)} ${half}`;
}

/** "Tuesday, November twenty fourth" */
const sayDate = (local: LocalTime): string =>
  `${WEEKDAYS[local.weekday - 1] ?? ''}, ${MONTHS[local.month - 1] ?? ''} ${ordinal(local.day)}`;

/** "Tuesday, November twenty fourth, at two thirty PM": unmistakable, for anything that is decided. */
export function sayWhen(at: Instant, zone: Zone): string {
  const local = localTimeAt(at, zone);
  return `${sayDate(local)}, at ${sayClock(local)}`;
}

/** Shorter, for re-asking: "tomorrow at two thirty PM", "Tuesday at two thirty PM" within six days, else the whole date. */
export function sayWhenShortly(at: Instant, now: Instant, zone: Zone): string {
  const local = localTimeAt(at, zone);
  const today = localTimeAt(now, zone).date;
  if (local.date === today) return `today at ${sayClock(local)}`;
  if (local.date === addDays(today, 1)) return `tomorrow at ${sayClock(local)}`;
  const near = [2, 3, 4, 5, 6].some((days) => local.date === addDays(today, days));
  return near ? `${WEEKDAYS[local.weekday - 1] ?? ''} at ${sayClock(local)}` : sayWhen(at, zone);
}
