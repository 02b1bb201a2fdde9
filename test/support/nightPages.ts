/** A practice, one night of rows and everything that pages are served from, for tests of what they show. */
import { Hono } from 'hono';
import { application } from '../../src/web/application.ts';
import type { Application } from '../../src/web/application.ts';
import type { NightStore } from '../../src/web/snapshot.ts';
import type { CallbackHandlers } from '../../src/web/twilioRoutes.ts';
import type { E164 } from '../../src/domain/call.ts';
import type {
  AttemptId,
  ContactId,
  ExternalId,
  LocationId,
  PracticeId,
  RunId,
} from '../../src/domain/ids.ts';
import { id } from '../../src/domain/ids.ts';
import { zone } from '../../src/domain/localTime.ts';
import type { Practice } from '../../src/domain/practice.ts';
import type {
  CallDetail,
  CallRow,
  CallbackRow,
  ContactRow,
  NightNumbers,
  PromiseRow,
  SlotRow,
} from '../../src/domain/report.ts';
import { err } from '../../src/domain/result.ts';
import { instant } from '../../src/domain/time.ts';
import type { Recordings } from '../../src/ports/recordings.ts';
import { silentLog } from './silentLog.ts';
import { virtualClock } from './virtualClock.ts';

/** 5:30 PM in Chicago on Monday, 23 November 2026. */
export const EVENING_MS = Date.UTC(2026, 10, 23, 23, 30);
const HOUR_MS = 3_600_000;

const location = (name: string, zoneName: string): Practice['locations'][number] => ({
  id: id<LocationId>(name.toLowerCase()),
  external: id<ExternalId>(`ext-${name}`),
  name: `Lakeside Dental, ${name}`,
  spokenName: `Lakeside Dental in ${name}`,
  zone: zone(zoneName),
  state: 'IL',
  callerId: id<E164>('+13125550100'),
  voiceId: 'v1',
  callWindow: {},
  facts: {},
});

export const practice: Practice = {
  id: id<PracticeId>('p1'),
  name: 'Lakeside Dental',
  zone: zone('America/Chicago'),
  settings: {
    horizonFromMs: 24 * HOUR_MS,
    horizonToMs: 48 * HOUR_MS,
    nightlyCron: '30 17 * * 1-5',
    caps: {
      dialsPerPhonePerDay: 3,
      dialsPerPatientPer7Days: 3,
      dialsPerAppointment: 3,
      contactsPerPatientPerDay: 1,
    },
    retry: {
      busyMs: 1,
      noAnswerMs: 1,
      carrierFailureMs: 1,
      busyMax: 1,
      noAnswerMax: 1,
      carrierFailureMax: 1,
    },
    coolOffMs: 1,
    offers: { minNoticeMs: 1, perPatientPerDay: 1, chainDepthMax: 1, horizonMs: 1 },
    ringTimeoutMs: 25_000,
    callLimitMs: 300_000,
    lines: 10,
    openingsHorizonMs: 1,
    discloseAi: true,
  },
  locations: [location('Chicago', 'America/Chicago'), location('Denver', 'America/Denver')],
  providers: [],
  visitTypes: [],
};

export function callRow(attempt: string, change: Partial<CallRow> = {}): CallRow {
  return {
    attempt: id<AttemptId>(attempt),
    contact: id<ContactId>(`contact-${attempt}`),
    purpose: 'confirm',
    location: id<LocationId>('chicago'),
    patientName: 'Maya Alvarez',
    placedAt: instant(EVENING_MS),
    endedAt: instant(EVENING_MS + 41_000),
    disposition: 'answered_human',
    outcomes: ['confirmed'],
    state: 'ended',
    lastLine: null,
    medianLatencyMs: 300,
    recordingMs: 40_000,
    ...change,
  };
}

export const contactRow = (contact: string, change: Partial<ContactRow> = {}): ContactRow => ({
  contact: id<ContactId>(contact),
  purpose: 'confirm',
  state: 'refused',
  location: null,
  patientNames: ['Dana Mercer'],
  notBefore: null,
  because: 'no_phone',
  ...change,
});

export const slotRow = (slot: string, change: Partial<SlotRow> = {}): SlotRow => ({
  slot,
  start: instant(EVENING_MS + 24 * HOUR_MS),
  location: id<LocationId>('chicago'),
  state: 'unfilled',
  because: 'too_little_notice',
  filledBy: null,
  ...change,
});

export const callbackRow = (callback: string, change: Partial<CallbackRow> = {}): CallbackRow => ({
  callback,
  patientName: 'Carla Sandoval',
  reason: 'question',
  quote: 'Is there parking?',
  createdAt: instant(EVENING_MS),
  appointmentStart: null,
  attempt: null,
  ...change,
});

export const nightNumbers = (change: Partial<NightNumbers> = {}): NightNumbers => ({
  planned: 1,
  plannedConfirm: 1,
  plannedOffer: 0,
  refused: 0,
  refusedBy: {},
  dialed: 1,
  answered: 1,
  byDisposition: {},
  byOutcome: {},
  freed: 0,
  filled: 0,
  writeBacks: 0,
  landed: 0,
  superseded: 0,
  notLanded: 0,
  held: {},
  callbacks: 0,
  promisesOpen: 0,
  unexplained: 0,
  live: 0,
  ...change,
});

interface Night {
  readonly numbers?: NightNumbers;
  readonly calls?: readonly CallRow[];
  readonly contacts?: readonly ContactRow[];
  readonly slots?: readonly SlotRow[];
  readonly callbacks?: readonly CallbackRow[];
  readonly promises?: readonly PromiseRow[];
  readonly details?: readonly CallDetail[];
}

/** A store that holds the night of 2026-11-23, whose rows a test may replace as the night goes on. */
export function nightStore(night: Night = {}): NightStore & { now: Night; reads: number } {
  const store = {
    now: night,
    reads: 0,
    practice: { current: () => Promise.resolve(practice), isPaused: () => Promise.resolve(false) },
    report: {
      run: (date: string | null) => {
        store.reads += 1;
        const tonight = { run: id<RunId>('r1'), date: '2026-11-23', plannedAt: instant(EVENING_MS) };
        return Promise.resolve(date === null || date === tonight.date ? tonight : null);
      },
      numbers: () => Promise.resolve(store.now.numbers ?? nightNumbers()),
      calls: () => Promise.resolve(store.now.calls ?? []),
      contacts: () => Promise.resolve(store.now.contacts ?? []),
      slots: () => Promise.resolve(store.now.slots ?? []),
      callbacks: () => Promise.resolve(store.now.callbacks ?? []),
      promises: () => Promise.resolve(store.now.promises ?? []),
      call: (attempt: AttemptId) =>
        Promise.resolve(store.now.details?.find((detail) => detail.row.attempt === attempt) ?? null),
    },
  };
  return store;
}

/** Refuses every callback as forged. */
const STRANGERS_ONLY: CallbackHandlers = {
  read: () => err({ kind: 'forged', status: 403 }),
  progress: () => Promise.resolve(),
  answeredBy: () => Promise.resolve(),
  resume: () => Promise.resolve('<Response/>'),
};

/** One recording under one id. */
export const recordingsOf = (attempt: string, file: Uint8Array): Recordings => ({
  create: () => {
    throw new Error('pages record nothing');
  },
  read: (asked) => Promise.resolve(asked === attempt ? file : null),
});

export function pages(change: Partial<Application> = {}): Hono {
  return application({
    store: nightStore(),
    clock: virtualClock(EVENING_MS),
    log: silentLog,
    operatorToken: 'let-me-in-please',
    callbacks: STRANGERS_ONLY,
    board: new Hono().get('/queues', (c) => c.text('the board')).get('/queues/api/queues', (c) => c.json([])),
    recordings: () => null,
    surroundings: () => ({ emulated: [], demoClock: false, handsets: () => null }),
    ...change,
  });
}

/** What @hono/node-server hands to an app: who is at the other end of the socket. */
export const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
