import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { BriefedAppointment } from '../../../src/domain/conversation.ts';
import type { ContactId } from '../../../src/domain/ids.ts';
import type { DialFacts } from '../../../src/domain/planning.ts';
import { err, ok } from '../../../src/domain/result.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { claimCall } from '../../../src/dial/claimCall.ts';
import type { ClaimDeps } from '../../../src/dial/claimDeps.ts';
import type { CallStore, CallSubject, Claim } from '../../../src/ports/store/callStore.ts';
import type { MirrorStore } from '../../../src/ports/store/mirrorStore.ts';
import type { PracticeStore } from '../../../src/ports/store/practiceStore.ts';
import type { SchedulingSystem, SystemAppointment, SystemSlot } from '../../../src/ports/schedulingSystem.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import {
  CHICAGO,
  EVENING,
  PHONE,
  SETTINGS,
  appointment,
  duePatient,
  household,
  of,
  patient,
  practice,
} from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { recordingLog } from '../../support/recordingLog.ts';
import { seededRandom } from '../../support/seededRandom.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const contact = of<ContactId>('contact');

const seen = (over: Partial<SystemAppointment> = {}): SystemAppointment => {
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

const freeSlot = (name: string, hours: number, over: Partial<SystemSlot> = {}): SystemSlot => ({
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

const person = (name: string) => ({
  patient: of<CallSubject['people'][number]['patient']>(name),
  fullName: `${name} Example`,
  firstName: name,
  guardianName: null,
  appointments: [briefed(name)],
});

const subject = (over: Partial<CallSubject> = {}): CallSubject => ({
  contact,
  purpose: 'confirm',
  location: of('chicago'),
  people: [person('ada')],
  offer: null,
  ...over,
});

const facts: DialFacts = {
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

let clock = virtualClock(EVENING);
let mirrored: SystemAppointment[] = [];
let ended: Parameters<CallStore['end']>[] = [];
beforeEach(() => {
  clock = virtualClock(EVENING);
  mirrored = [];
  ended = [];
});

function deps(over: {
  readonly facts?: DialFacts;
  readonly subject?: CallSubject | null;
  readonly claim?: Claim;
  readonly scheduling?: Partial<SchedulingSystem>;
}): { readonly deps: ClaimDeps; readonly log: ReturnType<typeof recordingLog> } {
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

const codes = (log: ReturnType<typeof recordingLog>): unknown[] =>
  log.lines.filter(([, event]) => event === 'contact.refused').map(([, , fields]) => fields.code);

describe('claiming a call', () => {
  test('gives a brief with the place, the people and openings that can be booked', async () => {
    const answer = await claimCall(deps({}).deps, contact);
    expect(answer).toMatchObject({
      kind: 'ready',
      call: { phone: PHONE, callerId: '+13125550100' },
      brief: {
        script: 'confirm',
        discloseAi: true,
        now: EVENING,
        place: {
          spokenName: 'Lakeside Dental in Chicago',
          spokenCallbackNumber: 'three one two, five five five, oh one hundred',
        },
        people: [
          {
            patient: 'ada',
            appointments: [
              {
                appointment: 'apt-ada',
                openings: [
                  { slot: 's1', provider: 'lee', spokenProvider: 'Doctor Lee' },
                  { slot: 's2', provider: null, spokenProvider: 'one of our clinicians' },
                ],
              },
            ],
          },
        ],
      },
    });
    expect(ended).toEqual([]);
  });

  test('asks for openings that leave the notice of the visit, at its place, of its kind and length', async () => {
    const findSlots = vi.fn(async () => ok([]));
    await claimCall(deps({ scheduling: { findSlots } }).deps, contact);
    expect(findSlots).toHaveBeenCalledExactlyOnceWith({
      span: { from: plusMs(EVENING, HOUR_MS), to: plusMs(EVENING, SETTINGS.openingsHorizonMs) },
      location: 'loc-chicago',
      visitTypeCode: 'clean',
      minutes: 30,
      limit: 60,
    });
  });

  test('goes without openings when they cannot be read', async () => {
    const findSlots = async () => err({ kind: 'unavailable' as const });
    const answer = await claimCall(deps({ scheduling: { findSlots } }).deps, contact);
    expect(answer).toMatchObject({
      kind: 'ready',
      brief: { people: [{ appointments: [{ openings: [] }] }] },
    });
  });

  test('tells the mirror what was seen, so that a change is sent with the newest version', async () => {
    const getAppointment: SchedulingSystem['getAppointment'] = async (external) =>
      ok(seen({ external, version: of('7') }));
    await claimCall(deps({ scheduling: { getAppointment } }).deps, contact);
    expect(mirrored.map((a) => a.version)).toEqual(['7']);
  });

  test('is not made when staff were quicker, and the attempt says so', async () => {
    const { deps: given, log } = deps({
      scheduling: { getAppointment: async () => ok(seen({ status: 'cancelled' })) },
    });
    expect(await claimCall(given, contact)).toEqual({ kind: 'over' });
    expect(ended).toMatchObject([
      [
        expect.any(String),
        { disposition: 'never_dialed', result: { overall: 'superseded_by_staff', verified: false } },
      ],
    ]);
    expect(codes(log)).toEqual(['appointment_changed']);
  });

  test.each<[string, Partial<SystemAppointment>]>([
    ['moved to another time', { start: plusMs(EVENING, 31 * HOUR_MS) }],
    ['answered', { participation: 'accepted' }],
  ])('is not made about an appointment that was %s', async (_what, over) => {
    const getAppointment = async () => ok(seen(over));
    expect(await claimCall(deps({ scheduling: { getAppointment } }).deps, contact)).toEqual({ kind: 'over' });
  });

  test('is made about those of a household that are still due', async () => {
    const bob = duePatient({
      patient: patient({ id: of('bob') }),
      appointments: [appointment({ id: of('apt-bob'), patient: of('bob') })],
    });
    const getAppointment: SchedulingSystem['getAppointment'] = async (external) =>
      ok(external === 'ext-apt-bob' ? null : seen({ external }));
    const answer = await claimCall(
      deps({
        facts: { ...facts, household: household({ people: [duePatient(), bob] }) },
        subject: subject({ people: [person('ada'), person('bob')] }),
        scheduling: { getAppointment },
      }).deps,
      contact,
    );
    expect(answer).toMatchObject({ kind: 'ready', brief: { people: [{ patient: 'ada' }] } });
  });

  test('leaves out whoever opted out since the evening was planned', async () => {
    const bob = duePatient({
      patient: patient({ id: of('bob') }),
      suppressed: true,
      appointments: [appointment({ id: of('apt-bob'), patient: of('bob') })],
    });
    const answer = await claimCall(
      deps({
        facts: { ...facts, household: household({ people: [duePatient(), bob] }) },
        subject: subject({ people: [person('ada'), person('bob')] }),
      }).deps,
      contact,
    );
    expect(answer.kind === 'ready' && answer.brief.script === 'confirm' && answer.brief.people).toMatchObject(
      [{ patient: 'ada' }],
    );
  });

  test('is put off when the schedule cannot be read: nobody is rung on an old word', async () => {
    const { deps: given, log } = deps({
      scheduling: { getAppointment: async () => err({ kind: 'unavailable' }) },
    });
    expect(await claimCall(given, contact)).toEqual({ kind: 'over' });
    expect(ended[0]?.[1]).toMatchObject({ disposition: 'never_dialed', result: null });
    expect(codes(log)).toEqual(['stale_schedule']);
  });

  test('is put off when the answer took so long that the decision is old', async () => {
    const getAppointment: SchedulingSystem['getAppointment'] = async (external) => {
      await clock.sleep(6 * SECOND_MS);
      return ok(seen({ external }));
    };
    const { deps: given, log } = deps({ scheduling: { getAppointment } });
    const answering = claimCall(given, contact);
    await clock.advance(6 * SECOND_MS);
    expect(await answering).toEqual({ kind: 'over' });
    expect(codes(log)).toEqual(['stale_schedule']);
  });

  test('of an offer looks whether the slot is still free', async () => {
    const opening = {
      slot: of<SystemSlot['external']>('s1'),
      start: plusMs(EVENING, 20 * HOUR_MS),
      end: plusMs(EVENING, 21 * HOUR_MS),
      provider: null,
      spokenProvider: 'Doctor Lee',
    };
    const offered = subject({
      purpose: 'offer',
      people: [{ ...person('ada'), appointments: [] }],
      offer: { offer: of('offer'), opening, spokenVisit: 'a cleaning', replaces: null },
    });
    const about = {
      subject: offered,
      facts: {
        ...facts,
        purpose: 'offer' as const,
        offer: of<NonNullable<DialFacts['offer']>>('offer'),
        reservationHolds: true,
      },
    };
    const free = { getSlot: async () => ok(freeSlot('s1', 20)) };
    expect(await claimCall(deps({ ...about, scheduling: free }).deps, contact)).toMatchObject({
      kind: 'ready',
      brief: { script: 'offer', offer: { offer: 'offer' } },
    });
    const busy = { getSlot: async () => ok(freeSlot('s1', 20, { status: 'busy' })) };
    expect(await claimCall(deps({ ...about, scheduling: busy }).deps, contact)).toEqual({ kind: 'over' });
    expect(ended[0]?.[1].result?.overall).toBe('superseded_by_staff');
  });

  test('comes again when every line is taken, and when the gate says later', async () => {
    expect(await claimCall(deps({ claim: { kind: 'no_line' } }).deps, contact)).toEqual({
      kind: 'again_in',
      ms: SECOND_MS,
    });
    const later = { ...facts, notBefore: plusMs(EVENING, HOUR_MS) };
    expect(await claimCall(deps({ facts: later }).deps, contact)).toEqual({ kind: 'again_in', ms: HOUR_MS });
  });

  test('is over when the gate refuses', async () => {
    expect(await claimCall(deps({ facts: { ...facts, expiresAt: EVENING } }).deps, contact)).toEqual({
      kind: 'over',
    });
  });
});
