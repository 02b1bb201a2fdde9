/** A small practice and its people, for tests of the stages: everything has a sensible value, and a test names only what it is about. */
import type { Appointment, Patient } from '../../src/domain/appointment.ts';
import type { E164 } from '../../src/domain/call.ts';
import { id } from '../../src/domain/ids.ts';
import { instantAt, zone } from '../../src/domain/localTime.ts';
import type { DuePatient, Household, LedgerEntry } from '../../src/domain/planning.ts';
import type { CallWindow, Location, NightSettings, Practice } from '../../src/domain/practice.ts';
import { type Instant, HOUR_MS, MINUTE_MS, SECOND_MS, instant, plusMs } from '../../src/domain/time.ts';

/** An id of whatever kind is wanted. */
export const of = id;

export const CHICAGO = zone('America/Chicago');
export const NEW_YORK = zone('America/New_York');
export const DENVER = zone('America/Denver');

/** Monday, 23 November 2026, 17:30 in Chicago: no holiday anywhere. */
export const EVENING: Instant = instantAt('2026-11-23', 17 * 60 + 30, CHICAGO);

const EVERY_DAY = [{ from: 9 * 60, to: 20 * 60 }];
export const NINE_TO_EIGHT: CallWindow = {
  1: EVERY_DAY,
  2: EVERY_DAY,
  3: EVERY_DAY,
  4: EVERY_DAY,
  5: EVERY_DAY,
  6: EVERY_DAY,
};

export const SETTINGS: NightSettings = {
  horizonFromMs: 24 * HOUR_MS,
  horizonToMs: 48 * HOUR_MS,
  nightlyCron: '30 17 * * 1-5',
  caps: {
    dialsPerPhonePerDay: 2,
    dialsPerPatientPer7Days: 3,
    dialsPerAppointment: 4,
    contactsPerPatientPerDay: 1,
  },
  retry: {
    busyMs: 20 * MINUTE_MS,
    noAnswerMs: 120 * MINUTE_MS,
    carrierFailureMs: 5 * MINUTE_MS,
    busyMax: 2,
    noAnswerMax: 1,
    carrierFailureMax: 1,
  },
  coolOffMs: 3 * MINUTE_MS,
  offers: {
    minNoticeMs: 3 * HOUR_MS,
    perPatientPerDay: 1,
    chainDepthMax: 3,
    horizonMs: 21 * 24 * HOUR_MS,
  },
  ringTimeoutMs: 20 * SECOND_MS,
  callLimitMs: 240 * SECOND_MS,
  lines: 8,
  openingsHorizonMs: 10 * 24 * HOUR_MS,
  discloseAi: true,
};

export const location = (over: Partial<Location> = {}): Location => ({
  id: of('chicago'),
  external: of('loc-chicago'),
  name: 'Lakeside Dental, Chicago',
  spokenName: 'Lakeside Dental in Chicago',
  zone: CHICAGO,
  state: 'IL',
  callerId: of('+13125550100'),
  voiceId: 'voice',
  callWindow: NINE_TO_EIGHT,
  facts: {},
  ...over,
});

export const practice = (over: Partial<Practice> = {}): Practice => ({
  id: of('lakeside'),
  name: 'Lakeside Dental',
  zone: CHICAGO,
  settings: SETTINGS,
  locations: [location()],
  providers: [
    { id: of('patel'), external: of('prac-patel'), spokenName: 'Doctor Patel' },
    { id: of('lee'), external: of('prac-lee'), spokenName: 'Doctor Lee' },
  ],
  visitTypes: [
    {
      id: of('cleaning'),
      code: 'clean',
      spokenName: 'a cleaning',
      minutes: 30,
      minNoticeMs: HOUR_MS,
    },
    { id: of('checkup'), code: 'check', spokenName: 'a check-up', minutes: 60, minNoticeMs: HOUR_MS },
  ],
  ...over,
});

export const PHONE: E164 = of('+13125550101');

export const patient = (over: Partial<Patient> = {}): Patient => ({
  id: of('ada'),
  external: of('pat-ada'),
  givenName: 'Ada',
  familyName: 'Example',
  birthDate: '1980-05-05',
  phone: PHONE,
  language: 'en-US',
  deceased: false,
  state: 'IL',
  ...over,
});

export const appointment = (over: Partial<Appointment> = {}): Appointment => {
  const start = over.start ?? plusMs(EVENING, 30 * HOUR_MS);
  return {
    id: of('apt-ada'),
    external: of('ext-apt-ada'),
    version: of('1'),
    status: 'booked',
    participation: 'needs-action',
    patient: of('ada'),
    location: of('chicago'),
    provider: of('patel'),
    visitType: of('cleaning'),
    slots: [of('slot-ada')],
    start,
    end: plusMs(start, 30 * MINUTE_MS),
    ...over,
  };
};

export const duePatient = (over: Partial<DuePatient> = {}): DuePatient => ({
  patient: patient(),
  isMinor: false,
  consents: [{ kind: 'automated_voice', grantedAt: instant(0), revokedAt: null }],
  suppressed: false,
  wrongNumber: false,
  appointments: [appointment()],
  ...over,
});

export const household = (over: Partial<Household> = {}): Household => ({
  phone: PHONE,
  badPhone: null,
  phoneSuppressed: false,
  people: [duePatient()],
  ledger: [],
  ...over,
});

export const attemptAt = (placedAt: Instant, over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  phone: PHONE,
  patients: [of('ada')],
  appointments: [of('apt-ada')],
  placedAt,
  disposition: 'no_answer',
  ...over,
});

/** The same household as another person's: her phone, her appointment. */
export function neighbour(name: string, phone: string, over: Partial<Appointment> = {}): Household {
  const theirs = appointment({
    id: of(`apt-${name}`),
    external: of(`ext-apt-${name}`),
    patient: of(name),
    provider: null,
    slots: [of(`slot-${name}`)],
    ...over,
  });
  const person = patient({ id: of(name), external: of(`pat-${name}`), phone: of(phone) });
  return household({ phone: of(phone), people: [duePatient({ patient: person, appointments: [theirs] })] });
}
