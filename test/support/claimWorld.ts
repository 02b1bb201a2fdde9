/** A claim's surroundings: one household that may be called, and a schedule that still has its appointment. */
import type { BriefedAppointment } from '../../src/domain/conversation.ts';
import type { ContactId } from '../../src/domain/ids.ts';
import type { DialFacts } from '../../src/domain/planning.ts';
import { ok } from '../../src/domain/result.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import type { ClaimDeps } from '../../src/dial/claimDeps.ts';
import type { CallStore, CallSubject, Claim } from '../../src/ports/store/callStore.ts';
import type { MirrorStore } from '../../src/ports/store/mirrorStore.ts';
import type { PracticeStore } from '../../src/ports/store/practiceStore.ts';
import type { SchedulingSystem, SystemAppointment, SystemSlot } from '../../src/ports/schedulingSystem.ts';
import { callingRules } from '../../src/schedule/callingRules.ts';
import { CHICAGO, EVENING, PHONE, appointment, household, of, practice } from './night.ts';
import { onlyThese } from './onlyThese.ts';
import { recordingLog } from './recordingLog.ts';
import { seededRandom } from './seededRandom.ts';
import { type VirtualClock, virtualClock } from './virtualClock.ts';

export const contact = of<ContactId>('contact');

export const seen = (over: Partial<SystemAppointment> = {}): SystemAppointment => {
  const { external, version, status, participation, start, end } = appointment();
  return {
    external,
    version,
    status,
    participation,
    patient: of('pat-ada'),
    location: of('loc-chicago'),
    provider: of('prac-patel'),
    visitTypeCode: 'clean',
    slots: [],
    start,
    end,
    ...over,
  };
};

export const freeSlot = (name: string, hours: number, over: Partial<SystemSlot> = {}): SystemSlot => ({
  external: of(name),
  version: of('1'),
  status: 'free',
  start: plusMs(EVENING, hours * HOUR_MS),
  end: plusMs(EVENING, hours * HOUR_MS + 30 * MINUTE_MS),
  provider: of('prac-lee'),
  location: of('loc-chicago'),
  visitTypeCode: 'clean',
  ...over,
});

const briefed = (name: string): BriefedAppointment => ({
  appointment: of(`apt-${name}`),
  start: appointment().start,
  spokenVisit: 'a cleaning',
  spokenProvider: 'Doctor Patel',
  openings: [],
});

export const person = (name: string) => ({
  patient: of<CallSubject['people'][number]['patient']>(name),
  fullName: `${name} Example`,
  firstName: name,
  guardianName: null,
  appointments: [briefed(name)],
});

export const subject = (over: Partial<CallSubject> = {}): CallSubject => ({
  contact,
  purpose: 'confirm',
  location: of('chicago'),
  people: [person('ada')],
  offer: null,
  ...over,
});

export const facts: DialFacts = {
  contact,
  run: of('run'),
  purpose: 'confirm',
  state: 'queued',
  phone: PHONE,
  location: of('chicago'),
  zones: [CHICAGO],
  expiresAt: plusMs(EVENING, 29 * HOUR_MS),
  notBefore: EVENING,
  household: household(),
  offer: null,
  reservationHolds: null,
  liveAttemptOnPhone: false,
  paused: false,
  attemptsSoFar: 0,
};

/** What the claim and the call left behind. */
export interface ClaimWorld {
  readonly deps: ClaimDeps;
  readonly clock: VirtualClock;
  readonly log: ReturnType<typeof recordingLog>;
  readonly mirrored: readonly SystemAppointment[];
  readonly ended: readonly Parameters<CallStore['end']>[];
}

export function claimWorld(over: {
  readonly facts?: DialFacts;
  readonly subject?: CallSubject | null;
  readonly claim?: Claim;
  readonly scheduling?: Partial<SchedulingSystem>;
}): ClaimWorld {
  const clock = virtualClock(EVENING);
  const mirrored: SystemAppointment[] = [];
  const ended: Parameters<CallStore['end']>[] = [];
  const log = recordingLog();
  const calls: Partial<CallStore> = {
    async claim(_contact, options, decide) {
      const decision = decide(over.facts ?? facts);
      if (over.claim !== undefined) return over.claim;
      if (decision.kind === 'defer') return { kind: 'defer', until: decision.until };
      if (decision.kind === 'never') return { kind: 'no' };
      const { attempt, streamToken } = options;
      const callerId = of<typeof PHONE>('+13125550100');
      const location = of<DialFacts['location']>('chicago');
      return { kind: 'claimed', attempt, streamToken, phone: PHONE, callerId, location, purpose: 'confirm' };
    },
    subject: async () => (over.subject === undefined ? subject() : over.subject),
    async end(...args) {
      ended.push(args);
      return true;
    },
  };
  const mirror: Partial<MirrorStore> = {
    appointment: async (id) => appointment({ id, external: of(`ext-${id}`), start: appointment().start }),
    async upsert(batch) {
      mirrored.push(...batch.appointments);
      return { patients: 0, appointments: batch.appointments.length, quarantined: 0 };
    },
  };
  const scheduling: Partial<SchedulingSystem> = {
    getAppointment: async (external) => ok(seen({ external })),
    findSlots: async () => ok([freeSlot('s1', 50), freeSlot('s2', 74, { provider: of('prac-unknown') })]),
    ...over.scheduling,
  };
  return {
    log,
    clock,
    mirrored,
    ended,
    deps: {
      store: {
        practice: onlyThese<PracticeStore>({ current: async () => practice() }),
        mirror: onlyThese<MirrorStore>(mirror),
        calls: onlyThese<CallStore>(calls),
      },
      scheduling: onlyThese<SchedulingSystem>(scheduling),
      rules: callingRules,
      clock,
      random: seededRandom(1),
      log: log.log,
    },
  };
}
