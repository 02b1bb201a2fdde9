import { describe, expect, test } from 'vitest';
import type { OfferId } from '../../../src/domain/ids.ts';
import { err, ok } from '../../../src/domain/result.ts';
import { HOUR_MS, SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { claimCall } from '../../../src/dial/claimCall.ts';
import type { SchedulingSystem, SystemAppointment } from '../../../src/ports/schedulingSystem.ts';
import {
  type ClaimWorld,
  claimWorld,
  contact,
  facts,
  freeSlot,
  person,
  seen,
  subject,
} from '../../support/claimWorld.ts';
import {
  EVENING,
  PHONE,
  SETTINGS,
  appointment,
  duePatient,
  household,
  of,
  patient,
} from '../../support/night.ts';

const claimIn = (world: ClaimWorld) => claimCall(world.deps, contact);

const codes = ({ log }: ClaimWorld): unknown[] =>
  log.lines.filter(([, event]) => event === 'contact.refused').map(([, , fields]) => fields.code);

const bob = (over: Parameters<typeof duePatient>[0] = {}) =>
  duePatient({
    patient: patient({ id: of('bob') }),
    appointments: [appointment({ id: of('apt-bob'), patient: of('bob') })],
    ...over,
  });

const both = { subject: subject({ people: [person('ada'), person('bob')] }) };

describe('claiming a call', () => {
  test('gives a brief with the place, the people and openings that can be booked', async () => {
    const world = claimWorld({});
    expect(await claimIn(world)).toMatchObject({
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
    expect(world.ended).toEqual([]);
  });

  test('asks for openings that leave the notice of the visit, at its place, of its kind and length', async () => {
    const asked: Parameters<SchedulingSystem['findSlots']>[0][] = [];
    const scheduling: Partial<SchedulingSystem> = {
      async findSlots(query) {
        asked.push(query);
        return ok([]);
      },
    };
    await claimIn(claimWorld({ scheduling }));
    expect(asked).toEqual([
      {
        span: { from: plusMs(EVENING, HOUR_MS), to: plusMs(EVENING, SETTINGS.openingsHorizonMs) },
        location: 'loc-chicago',
        visitTypeCode: 'clean',
        minutes: 30,
        limit: 60,
      },
    ]);
  });

  test('goes without openings when they cannot be read', async () => {
    const scheduling = { findSlots: async () => err({ kind: 'unavailable' as const }) };
    expect(await claimIn(claimWorld({ scheduling }))).toMatchObject({
      kind: 'ready',
      brief: { people: [{ appointments: [{ openings: [] }] }] },
    });
  });

  test('tells the mirror what was seen, so that a change is sent with the newest version', async () => {
    const world = claimWorld({
      scheduling: { getAppointment: async (external) => ok(seen({ external, version: of('7') })) },
    });
    await claimIn(world);
    expect(world.mirrored.map((a) => a.version)).toEqual(['7']);
  });

  test('comes again when every line is taken, and when the gate says later', async () => {
    expect(await claimIn(claimWorld({ claim: { kind: 'no_line' } }))).toEqual({
      kind: 'again_in',
      ms: SECOND_MS,
    });
    const later = { ...facts, notBefore: plusMs(EVENING, HOUR_MS) };
    expect(await claimIn(claimWorld({ facts: later }))).toEqual({ kind: 'again_in', ms: HOUR_MS });
  });

  test('is over when the gate refuses', async () => {
    const world = claimWorld({ facts: { ...facts, expiresAt: EVENING } });
    expect(await claimIn(world)).toEqual({ kind: 'over' });
    expect(world.ended).toEqual([]);
  });
});

describe('a household whose appointments changed meanwhile', () => {
  test('is not called when staff were quicker, and the attempt says so', async () => {
    const world = claimWorld({
      scheduling: { getAppointment: async () => ok(seen({ status: 'cancelled' })) },
    });
    expect(await claimIn(world)).toEqual({ kind: 'over' });
    expect(world.ended.map(([, how]) => how)).toMatchObject([
      { disposition: 'never_dialed', result: { overall: 'superseded_by_staff', verified: false } },
    ]);
    expect(codes(world)).toEqual(['appointment_changed']);
  });

  test.each<[string, Partial<SystemAppointment>]>([
    ['moved to another time', { start: plusMs(EVENING, 31 * HOUR_MS) }],
    ['answered', { participation: 'accepted' }],
  ])('is not called about one that was %s', async (_what, over) => {
    const world = claimWorld({ scheduling: { getAppointment: async () => ok(seen(over)) } });
    expect(await claimIn(world)).toEqual({ kind: 'over' });
    expect(codes(world)).toEqual(['appointment_changed']);
  });

  test('is called about those that are still due', async () => {
    const world = claimWorld({
      ...both,
      facts: { ...facts, household: household({ people: [duePatient(), bob()] }) },
      scheduling: {
        getAppointment: async (external) => ok(external === 'ext-apt-bob' ? null : seen({ external })),
      },
    });
    const answer = await claimIn(world);
    expect(answer.kind === 'ready' && answer.brief.script === 'confirm' && answer.brief.people).toMatchObject(
      [{ patient: 'ada' }],
    );
  });

  test('is called without those who opted out since the evening was planned', async () => {
    const world = claimWorld({
      ...both,
      facts: { ...facts, household: household({ people: [duePatient(), bob({ suppressed: true })] }) },
    });
    const answer = await claimIn(world);
    expect(answer.kind === 'ready' && answer.brief.script === 'confirm' && answer.brief.people).toMatchObject(
      [{ patient: 'ada' }],
    );
  });

  test('is put off when the schedule cannot be read: nobody is rung on an old word', async () => {
    const world = claimWorld({
      scheduling: { getAppointment: async () => err({ kind: 'unavailable' }) },
    });
    expect(await claimIn(world)).toEqual({ kind: 'over' });
    expect(world.ended[0]?.[1]).toMatchObject({ disposition: 'never_dialed', result: null });
    expect(codes(world)).toEqual(['stale_schedule']);
  });

  test('is put off when the answer took so long that the decision is old', async () => {
    const world = claimWorld({
      scheduling: {
        async getAppointment(external) {
          await world.clock.sleep(6 * SECOND_MS);
          return ok(seen({ external }));
        },
      },
    });
    const answering = claimIn(world);
    await world.clock.advance(6 * SECOND_MS);
    expect(await answering).toEqual({ kind: 'over' });
    expect(codes(world)).toEqual(['stale_schedule']);
  });
});

describe('an offer', () => {
  const offered = {
    subject: subject({
      purpose: 'offer',
      people: [{ ...person('ada'), appointments: [] }],
      offer: {
        offer: of('offer'),
        opening: {
          slot: of('s1'),
          start: plusMs(EVENING, 20 * HOUR_MS),
          end: plusMs(EVENING, 21 * HOUR_MS),
          provider: null,
          spokenProvider: 'Doctor Lee',
        },
        spokenVisit: 'a cleaning',
        replaces: null,
      },
    }),
    facts: { ...facts, purpose: 'offer' as const, offer: of<OfferId>('offer'), reservationHolds: true },
  };

  test('is made while its slot is free', async () => {
    const world = claimWorld({ ...offered, scheduling: { getSlot: async () => ok(freeSlot('s1', 20)) } });
    expect(await claimIn(world)).toMatchObject({
      kind: 'ready',
      brief: { script: 'offer', offer: { offer: 'offer' } },
    });
  });

  test.each(['busy', 'busy-tentative', 'entered-in-error'] as const)(
    'is not made once it is %s',
    async (status) => {
      const world = claimWorld({
        ...offered,
        scheduling: { getSlot: async () => ok(freeSlot('s1', 20, { status })) },
      });
      expect(await claimIn(world)).toEqual({ kind: 'over' });
      expect(world.ended[0]?.[1].result?.overall).toBe('superseded_by_staff');
    },
  );
});
