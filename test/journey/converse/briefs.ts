import type { BriefedPerson, ConversationBrief, Opening } from '../../../src/domain/conversation.ts';
import {
  type AppointmentId,
  type AttemptId,
  type ExternalId,
  type OfferId,
  type PatientId,
  id,
} from '../../../src/domain/ids.ts';
import { instantAt, zone } from '../../../src/domain/localTime.ts';

/** A practice and its people, all invented. It is Monday, 23 November 2026, half past five in the afternoon in Chicago. */
export const CHICAGO = zone('America/Chicago');
export const NOW = instantAt('2026-11-23', 17 * 60 + 30, CHICAGO);

export const PLACE = {
  practiceName: 'Lakeside Dental',
  spokenName: 'Lakeside Dental, the Chicago office',
  zone: CHICAGO,
  spokenCallbackNumber: 'three one two, five five five, oh one hundred',
  facts: {
    parking: 'There is free parking behind the building.',
    address: 'We are at twelve Harbor Street.',
  },
  voiceId: 'voice-one',
} as const;

const opening = (slot: string, date: string, hour: number, minute = 0): Opening => {
  const start = instantAt(date, hour * 60 + minute, CHICAGO);
  return {
    slot: id<ExternalId>(slot),
    start,
    end: instantAt(date, hour * 60 + minute + 30, CHICAGO),
    provider: null,
    spokenProvider: 'Doctor Patel',
  };
};

const OPENINGS = [
  opening('s1', '2026-11-25', 9, 30),
  opening('s2', '2026-11-26', 15, 30),
  opening('s3', '2026-11-27', 10),
  opening('s4', '2026-12-01', 14),
];

export const JANE: BriefedPerson = {
  patient: id<PatientId>('jane'),
  fullName: 'Jane Miller',
  firstName: 'Jane',
  guardianName: null,
  appointments: [
    {
      appointment: id<AppointmentId>('a1'),
      start: instantAt('2026-11-24', 14 * 60 + 30, CHICAGO),
      spokenVisit: 'a cleaning',
      spokenProvider: 'Doctor Patel',
      openings: OPENINGS,
    },
  ],
};

export const SAM: BriefedPerson = {
  patient: id<PatientId>('sam'),
  fullName: 'Sam Miller',
  firstName: 'Sam',
  guardianName: null,
  appointments: [
    {
      appointment: id<AppointmentId>('a2'),
      start: instantAt('2026-11-24', 15 * 60, CHICAGO),
      spokenVisit: 'a checkup',
      spokenProvider: 'Doctor Okafor',
      openings: [],
    },
  ],
};

/** A child: Jane Miller answers for him. */
export const TIM: BriefedPerson = {
  ...SAM,
  patient: id<PatientId>('tim'),
  fullName: 'Tim Miller',
  firstName: 'Tim',
  guardianName: 'Jane Miller',
  appointments: SAM.appointments.map((a) => ({ ...a, appointment: id<AppointmentId>('a3') })),
};

export const confirmBrief = (people: readonly BriefedPerson[] = [JANE]): ConversationBrief => ({
  script: 'confirm',
  attempt: id<AttemptId>('attempt-1'),
  place: PLACE,
  now: NOW,
  discloseAi: true,
  people,
});

export const offerBrief = (): Extract<ConversationBrief, { script: 'offer' }> => ({
  script: 'offer',
  attempt: id<AttemptId>('attempt-2'),
  place: PLACE,
  now: NOW,
  discloseAi: true,
  person: { ...JANE, appointments: [] },
  offer: {
    offer: id<OfferId>('offer-1'),
    opening: opening('s9', '2026-11-24', 11),
    spokenVisit: 'a cleaning',
    replaces: { appointment: id<AppointmentId>('a7'), start: instantAt('2026-12-15', 600, CHICAGO) },
  },
});
