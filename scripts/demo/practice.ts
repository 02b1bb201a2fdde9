import { CLINICIANS, OFFICES, PRACTICE, VISITS } from './places.ts';
import type { Booked, Someone, Waiting } from './roster.ts';

type Data = Readonly<Record<string, unknown>>;

/** What a FHIR server does not hold; the shape that `rollcall import --practice FILE` reads. */
export function makePractice(booked: readonly Booked[], waiting: readonly Waiting[]): Data {
  const people = [...booked, ...waiting].map(({ someone }) => someone);
  return {
    practice: { ...PRACTICE },
    locations: OFFICES.map((office) => ({
      id: office.id,
      fhirLocation: `loc-${office.id}`,
      name: `${PRACTICE.name}, ${office.city}`,
      spokenName: `${PRACTICE.name} in ${office.city}`,
      zone: office.zone,
      state: office.state,
      callerId: office.callerId,
      voiceId: office.voiceId,
      callWindow: callWindow(),
      facts: office.facts,
    })),
    providers: CLINICIANS.map((clinician) => ({
      id: clinician.id,
      fhirPractitioner: `prac-${clinician.id}`,
      spokenName: clinician.spokenName,
    })),
    visitTypes: Object.entries(VISITS).map(([id, visit]) => ({
      id,
      code: id,
      name: visit.name,
      spokenName: visit.spokenName,
      minutes: visit.minutes,
      minNoticeMinutes: 120,
    })),
    settings: settings(),
    consents: people.filter(({ dirt }) => dirt !== 'no_consent').map(consent),
    suppressions: people
      .filter(({ dirt }) => dirt === 'opted_out')
      .map(({ id, phone }) => ({ patient: id, phone, reason: 'opted_out' })),
    waitlist: waiting.map(entry),
  };
}

function callWindow(): Data {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [['09:00', '20:00']]]);
  return { ...Object.fromEntries(days), sat: [['10:00', '18:00']] };
}

/** Seconds where a practice would say minutes or hours: the demo's night is short. */
function settings(): Data {
  return {
    horizonHours: [24, 48],
    nightlyCron: '30 17 * * 1-5',
    caps: {
      dialsPerPhonePerDay: 2,
      dialsPerPatientPer7Days: 3,
      dialsPerAppointment: 4,
      contactsPerPatientPerDay: 1,
    },
    retry: {
      busySeconds: 15,
      noAnswerSeconds: 20,
      carrierFailureSeconds: 10,
      busyMax: 1,
      noAnswerMax: 1,
      carrierFailureMax: 1,
    },
    coolOffSeconds: 5,
    offers: { minNoticeMinutes: 180, perPatientPerDay: 1, chainDepthMax: 3, horizonDays: 21 },
    ringTimeoutSeconds: 20,
    callLimitSeconds: 240,
    lines: 14,
    openingsHorizonDays: 10,
    discloseAi: true,
  };
}

function consent(someone: Someone): Data {
  return {
    patient: someone.id,
    kind: 'automated_voice',
    source: 'registration form, section 4',
    grantedOn: `2025-${String(1 + (Number(someone.id.slice(4)) % 9)).padStart(2, '0')}-15`,
  };
}

function entry(one: Waiting, row: number): Data {
  return {
    id: `wait-${String(row + 1).padStart(2, '0')}`,
    patient: one.someone.id,
    locations: [one.someone.office],
    visitType: one.visit,
    provider: one.clinician,
    available: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: one.hours[0], to: one.hours[1] },
    ],
    priority: 0,
    joinedOn: `2025-${String(1 + Math.floor(row / 3)).padStart(2, '0')}-${String(4 + (row % 3) * 9).padStart(2, '0')}`,
    minNoticeMinutes: one.minNoticeMinutes,
    holds: one.holdsDay === null ? null : `apt-later-${one.someone.id.replace('pat-', '')}`,
  };
}
