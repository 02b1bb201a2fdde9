import { clinicianOf, officeOf, type Visit } from './places.ts';

/** One place in the book: who sees somebody, on which day from today, at which local time, for what. */
export interface Seat {
  readonly clinician: string;
  readonly day: number;
  readonly time: string;
  readonly visit: Visit;
}

/** `09:00c` = a check-up at nine; f = filling, without a letter a cleaning. */
const BOOK: readonly (readonly [clinician: string, day: number, times: string])[] = [
  ['okafor', 1, '17:45c 18:15c 18:45c'],
  ['lindqvist', 1, '17:45 18:45'],
  ['brandt', 1, '18:15f'],
  ['raman', 1, '16:45c 17:30f'],
  ['calloway', 1, '17:00 18:00'],
  ['castellano', 1, '18:45c'],
  ['lindqvist', 2, '08:00 09:00 10:00 11:00 13:00 14:00 15:00 16:00'],
  ['marsh', 2, '09:00 10:00 14:00 15:00'],
  ['okafor', 2, '08:30c 09:00c 10:30f 13:30c 14:30f 15:30c'],
  ['brandt', 2, '09:30f 11:00c 13:00f 15:00c'],
  ['whitaker', 2, '08:00 09:00 10:00 11:00 13:00 14:00 15:00 16:00'],
  ['castellano', 2, '08:30c 09:30f 11:00c 13:00f 14:30c 15:30c'],
  ['calloway', 2, '08:00 09:00 10:00 11:00 13:00 14:00 15:00'],
  ['raman', 2, '08:30c 09:30f 11:00c 13:00f 14:30c 15:00c'],
];

const VISIT_OF: Readonly<Record<string, Visit>> = { c: 'checkup', f: 'filling' };

/** Minutes since today's midnight in Chicago. */
function chicagoMinutes(seat: Seat): number {
  const [hour = 0, minute = 0] = seat.time.split(':').map(Number);
  return seat.day * 1440 + hour * 60 + minute + officeOf(clinicianOf(seat.clinician).office).toChicagoMinutes;
}

/** The sixty booked seats in the order in which they start. Late enough and early enough for any night that begins at 17:30 in Chicago. */
export function bookedSeats(): readonly Seat[] {
  const seats = BOOK.flatMap(([clinician, day, times]) =>
    times.split(' ').map((text): Seat => ({
      clinician,
      day,
      time: text.slice(0, 5),
      visit: VISIT_OF[text.slice(5)] ?? 'cleaning',
    })),
  );
  return seats.toSorted((left, right) => chicagoMinutes(left) - chicagoMinutes(right));
}

const FREE: Readonly<Record<'dentist' | 'hygienist', string>> = {
  dentist: '09:00c 10:00f 13:30c 15:00f 16:30c',
  hygienist: '09:00 10:00 14:00 15:00 16:00',
};
const FREE_EVENING: Readonly<Record<'dentist' | 'hygienist', string>> = {
  dentist: '17:00f 18:30c',
  hygienist: '17:30 18:30',
};

/** What is free for those who want another day: a little on the next evening, plenty from the third day on. */
export function freeSeats(clinicianIds: readonly string[]): readonly Seat[] {
  return clinicianIds.flatMap((clinician) => {
    const { role } = clinicianOf(clinician);
    return [2, 3, 4, 5, 6, 7, 8, 9].flatMap((day) =>
      (day === 2 ? FREE_EVENING : FREE)[role].split(' ').map((text): Seat => ({
        clinician,
        day,
        time: text.slice(0, 5),
        visit: VISIT_OF[text.slice(5)] ?? 'cleaning',
      })),
    );
  });
}
