import { describe, expect, test } from 'vitest';
import { type DialFacts, REFUSALS, type Refusal } from '../../../src/domain/planning.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { instantAt, zone } from '../../../src/domain/localTime.ts';
import { decideDial } from '../../../src/dial/gate.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { dueCalls } from '../../../src/schedule/dueCalls.ts';
import {
  CHICAGO,
  EVENING,
  PHONE,
  SETTINGS,
  appointment,
  attemptAt,
  duePatient,
  household,
  location,
  of,
  patient,
  practice,
} from '../../support/night.ts';

const facts = (over: Partial<DialFacts> = {}): DialFacts => ({
  contact: of('contact'),
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
  ...over,
});

const gate = (over: Partial<DialFacts> = {}, now = EVENING) =>
  decideDial(facts(over), { practice: practice(), rules: callingRules, now });

const because = (over: Partial<DialFacts>, now = EVENING): Refusal | 'dial' => {
  const { decision } = gate(over, now);
  return decision.kind === 'dial' ? 'dial' : decision.because;
};

const person = (over: Parameters<typeof duePatient>[0]) => ({
  household: household({ people: [duePatient(over)] }),
});

describe('the gate', () => {
  test('lets a household through whose every rule is kept, and says which', () => {
    const { decision, people } = gate();
    expect(decision.kind).toBe('dial');
    expect(decision.rules.map((r) => [r.rule, r.verdict])).toEqual([
      ['window', 'allow'],
      ['zones', 'allow'],
      ['people', 'allow'],
    ]);
    expect(people).toEqual([{ patient: 'ada', appointments: ['apt-ada'] }]);
  });

  test('lets through only those of a household who may be spoken to', () => {
    const gone = duePatient({
      patient: patient({ id: of('bob'), deceased: true }),
      appointments: [appointment({ id: of('apt-bob'), patient: of('bob') })],
    });
    expect(gate({ household: household({ people: [gone, duePatient()] }) }).people).toEqual([
      { patient: 'ada', appointments: ['apt-ada'] },
    ]);
  });

  test('puts off what is too early until it is time, and what is too late for the hours until they open', () => {
    const later = plusMs(EVENING, HOUR_MS);
    expect(gate({ notBefore: later }).decision).toMatchObject({ kind: 'defer', until: later });
    const night = instantAt('2026-11-23', 21 * 60, CHICAGO);
    expect(gate({}, night).decision).toMatchObject({
      kind: 'defer',
      because: 'window_closed',
      until: instantAt('2026-11-24', 9 * 60, CHICAGO),
    });
  });

  test('the last dial of the evening is the ring time before the hours end', () => {
    const close = instantAt('2026-11-23', 20 * 60, CHICAGO);
    expect(gate({}, plusMs(close, -SETTINGS.ringTimeoutMs)).decision.kind).toBe('dial');
    expect(gate({}, plusMs(close, 1 - SETTINGS.ringTimeoutMs)).decision.kind).toBe('defer');
  });

  test('refuses for good what could only be dialed after it has passed', () => {
    const night = instantAt('2026-11-23', 21 * 60, CHICAGO);
    const { decision } = gate({ expiresAt: instantAt('2026-11-24', 8 * 60, CHICAGO) }, night);
    expect(decision).toMatchObject({ kind: 'never', because: 'window_closed' });
  });

  test('an offer needs no appointment, and dies with its reservation', () => {
    const offer = { purpose: 'offer' as const, offer: of<NonNullable<DialFacts['offer']>>('offer') };
    const waiting = person({ appointments: [] });
    expect(because({ ...offer, ...waiting, reservationHolds: true })).toBe('dial');
    expect(because({ ...offer, ...waiting, reservationHolds: false })).toBe('offer_withdrawn');
  });

  test('an offer is not put off beyond its end', () => {
    const offer = {
      purpose: 'offer' as const,
      reservationHolds: true,
      expiresAt: plusMs(EVENING, 10 * SECOND_MS),
    };
    expect(gate({ ...offer, paused: true }).decision).toMatchObject({ kind: 'never', because: 'paused' });
  });
});

const plan = (over: Parameters<typeof household>[0], booked = [appointment()]): Refusal | 'call' => {
  const given = { practice: practice(), households: [household(over)], booked, now: EVENING };
  const decision = dueCalls(given, callingRules)[0]?.decision;
  return decision?.kind === 'never' ? decision.because : 'call';
};
const of1 = (over: Parameters<typeof duePatient>[0]) => ({ people: [duePatient(over)] });
const days = (n: number) => plusMs(EVENING, -n * 24 * HOUR_MS);

describe('every refusal is reached by a rule', () => {
  /** Those that need something to be asked of the scheduling system are reached in claimCall.test.ts. */
  const REACHED: Readonly<Record<Exclude<Refusal, 'stale_schedule'>, () => string>> = {
    no_phone: () => plan({ phone: null, badPhone: 'missing' }),
    invalid_phone: () => plan({ phone: null, badPhone: 'impossible' }),
    no_consent: () => because(person({ consents: [] })),
    suppressed_phone: () => because({ household: household({ phoneSuppressed: true }) }),
    suppressed_patient: () => because(person({ suppressed: true })),
    wrong_number_before: () => because(person({ wrongNumber: true })),
    deceased: () => because(person({ patient: patient({ deceased: true }) })),
    minor_own_phone: () => because(person({ isMinor: true })),
    unknown_location: () => because({ location: of('nowhere') }),
    unknown_area_code: () => because({ phone: of('+18005550101') }),
    no_common_window: () => {
      const guam = location({ zone: zone('Pacific/Guam'), callWindow: { 1: [{ from: 540, to: 600 }] } });
      const context = { practice: practice({ locations: [guam] }), rules: callingRules, now: EVENING };
      const { decision } = decideDial(facts(), context);
      return decision.kind === 'dial' ? 'dial' : decision.because;
    },
    window_closed: () => because({}, instantAt('2026-11-23', 21 * 60, CHICAGO)),
    too_late: () => because({ expiresAt: EVENING }),
    cap_phone_day: () =>
      because({
        household: household({ ledger: [attemptAt(plusMs(EVENING, -MINUTE_MS)), attemptAt(EVENING)] }),
      }),
    cap_patient_week: () =>
      because({
        household: household({ ledger: [attemptAt(days(1)), attemptAt(days(2)), attemptAt(days(3))] }),
      }),
    cap_appointment: () => {
      const ledger = [1, 2, 3, 4].map((n) => attemptAt(days(n), { patients: [of('bob')] }));
      return because({ household: household({ ledger }) });
    },
    cap_contact_day: () =>
      because({ household: household({ ledger: [attemptAt(EVENING, { disposition: 'answered_human' })] }) }),
    already_answered: () => because(person({ appointments: [appointment({ participation: 'accepted' })] })),
    appointment_changed: () => because(person({ appointments: [appointment({ status: 'cancelled' })] })),
    double_booked: () => plan({}, [appointment(), appointment({ id: of('other'), patient: of('bob') })]),
    unreadable_appointment: () => plan(of1({ appointments: [appointment({ end: EVENING })] })),
    language_unsupported: () => because(person({ patient: patient({ language: 'es' }) })),
    paused: () => because({ paused: true }),
    phone_busy_with_us: () => because({ liveAttemptOnPhone: true }),
    offer_withdrawn: () => because({ purpose: 'offer', reservationHolds: false }),
  };

  test.each(Object.entries(REACHED))('%s', (refusal, reach) => {
    expect(reach()).toBe(refusal);
  });

  test('and none is missing here', () => {
    expect([...Object.keys(REACHED), 'stale_schedule'].toSorted()).toEqual([...REFUSALS].toSorted());
  });
});
