import { describe, expect, test } from 'vitest';
import type { Household, PlannedContact, Refusal } from '../../../src/domain/planning.ts';
import { HOUR_MS, MINUTE_MS, instant, plusMs } from '../../../src/domain/time.ts';
import { instantAt } from '../../../src/domain/localTime.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import { doubleBookings, dueCalls } from '../../../src/schedule/dueCalls.ts';
import {
  CHICAGO,
  DENVER,
  EVENING,
  PHONE,
  SETTINGS,
  appointment,
  attemptAt,
  duePatient,
  household,
  location,
  neighbour,
  of,
  patient,
  practice,
} from '../../support/night.ts';

const HOUR = HOUR_MS;

function plan(
  households: readonly Household[],
  over: { readonly now?: typeof EVENING; readonly practice?: ReturnType<typeof practice> } = {},
): readonly PlannedContact[] {
  const booked = households.flatMap((h) => h.people.flatMap((p) => p.appointments));
  const now = over.now ?? EVENING;
  return dueCalls({ practice: over.practice ?? practice(), households, booked, now }, callingRules);
}

const why = (contact: PlannedContact | undefined): Refusal | 'call' | undefined =>
  contact?.decision.kind === 'never' ? contact.decision.because : contact === undefined ? undefined : 'call';

const one = (over: Parameters<typeof duePatient>[0]): Household => household({ people: [duePatient(over)] });

describe('a household', () => {
  test('with consent, a phone and an open window is called at once', () => {
    const [contact, ...others] = plan([household()]);
    expect(others).toEqual([]);
    expect(contact).toMatchObject({
      phone: PHONE,
      purpose: 'confirm',
      location: 'chicago',
      callerId: '+13125550100',
      zones: ['America/Chicago'],
      people: [{ patient: 'ada', appointments: ['apt-ada'] }],
      decision: { kind: 'call_at', at: EVENING },
      expiresAt: plusMs(EVENING, 30 * HOUR - SETTINGS.ringTimeoutMs - SETTINGS.callLimitMs),
    });
  });

  test('outside its hours is called when they open', () => {
    const night = instantAt('2026-11-23', 23 * 60, CHICAGO);
    const later = one({ appointments: [appointment({ start: plusMs(night, 40 * HOUR) })] });
    expect(plan([later], { now: night })[0]?.decision).toMatchObject({
      kind: 'call_at',
      at: instantAt('2026-11-24', 9 * 60, CHICAGO),
    });
  });

  test('whose hours open only after the appointment is not called, and the office sees why', () => {
    const saturday = instantAt('2026-11-28', 21 * 60, CHICAGO);
    const sunday = one({ appointments: [appointment({ start: instantAt('2026-11-30', 8 * 60, CHICAGO) })] });
    expect(why(plan([sunday], { now: saturday })[0])).toBe('window_closed');
  });

  test('rings once for two people, each with all their appointments', () => {
    const second = appointment({ id: of('apt-2'), start: plusMs(EVENING, 26 * HOUR), provider: of('lee') });
    const bob = duePatient({
      patient: patient({ id: of('bob') }),
      appointments: [
        appointment({ id: of('apt-bob'), patient: of('bob'), start: plusMs(EVENING, 33 * HOUR) }),
      ],
    });
    const contacts = plan([
      household({ people: [duePatient({ appointments: [second, appointment()] }), bob] }),
    ]);
    expect(contacts).toHaveLength(1);
    expect(contacts[0]?.people).toEqual([
      { patient: 'ada', appointments: ['apt-2', 'apt-ada'] },
      { patient: 'bob', appointments: ['apt-bob'] },
    ]);
    expect(contacts[0]?.expiresAt).toBe(plusMs(second.start, -SETTINGS.ringTimeoutMs - SETTINGS.callLimitMs));
  });

  test('of one who may be called and one who may not is called about the first, and the second stands alone with a reason', () => {
    const bob = duePatient({
      patient: patient({ id: of('bob'), deceased: true }),
      appointments: [appointment({ id: of('apt-bob'), patient: of('bob'), provider: of('lee') })],
    });
    const contacts = plan([household({ people: [duePatient(), bob] })]);
    expect(contacts.map((c) => [c.phone, c.people.map((p) => p.patient), why(c)])).toEqual([
      [PHONE, ['ada'], 'call'],
      [null, ['bob'], 'deceased'],
    ]);
  });

  test('of a child and a parent is called; a child with a phone of its own is not', () => {
    const child = duePatient({ patient: patient({ id: of('kid') }), isMinor: true });
    const parent = duePatient({
      appointments: [
        appointment({ id: of('apt-parent'), provider: null, start: plusMs(EVENING, 29 * HOUR) }),
      ],
    });
    expect(plan([household({ people: [child, parent] })]).map(why)).toEqual(['call']);
    expect(plan([household({ people: [child] })]).map(why)).toEqual(['minor_own_phone']);
  });

  test('goes by the office of its first appointment', () => {
    const denver = location({
      id: of('denver'),
      zone: DENVER,
      callerId: of('+13035550100'),
    });
    const there = appointment({
      id: of('apt-d'),
      location: of('denver'),
      start: plusMs(EVENING, 25 * HOUR),
      provider: null,
    });
    const [contact] = plan([one({ appointments: [appointment(), there] })], {
      practice: practice({ locations: [location(), denver] }),
    });
    expect(contact).toMatchObject({ location: 'denver', callerId: '+13035550100' });
    expect(contact?.zones).toEqual(['America/Denver', 'America/Chicago']);
  });
});

describe('the evening', () => {
  test('is in the order in which appointments start', () => {
    const contacts = plan([
      neighbour('cy', '+13125550103', { start: plusMs(EVENING, 40 * HOUR) }),
      neighbour('di', '+13125550104', { start: plusMs(EVENING, 25 * HOUR) }),
      household(),
    ]);
    expect(contacts.map((c) => c.people[0]?.patient)).toEqual(['di', 'ada', 'cy']);
  });

  test('is the same for the same facts', () => {
    const households = [household(), neighbour('cy', '+13125550103'), neighbour('di', '+18005550104')];
    expect(plan(households)).toEqual(plan(households));
  });
});

describe('caps', () => {
  test('two dials to the phone today put the third off until tomorrow', () => {
    const ledger = [attemptAt(plusMs(EVENING, -HOUR)), attemptAt(plusMs(EVENING, -2 * HOUR))];
    expect(plan([household({ ledger })])[0]?.decision).toMatchObject({
      kind: 'call_at',
      at: instantAt('2026-11-24', 9 * 60, CHICAGO),
    });
  });

  test('somebody who was talked to today is not called again today, whatever the phone', () => {
    const ledger = [
      attemptAt(plusMs(EVENING, -HOUR), { phone: of('+13125550199'), disposition: 'answered_machine' }),
    ];
    expect(plan([household({ ledger })])[0]?.decision).toMatchObject({
      kind: 'call_at',
      at: instantAt('2026-11-24', 9 * 60, CHICAGO),
    });
  });

  test('a cap that lasts until after the appointment refuses for good', () => {
    const soon = one({ appointments: [appointment({ start: instantAt('2026-11-24', 8 * 60, CHICAGO) })] });
    const ledger = [attemptAt(plusMs(EVENING, -HOUR)), attemptAt(plusMs(EVENING, -2 * HOUR))];
    expect(why(plan([{ ...soon, ledger }])[0])).toBe('cap_phone_day');
  });

  test('what never rang counts for nothing', () => {
    const ledger = [
      attemptAt(plusMs(EVENING, -HOUR), { disposition: 'never_dialed' }),
      attemptAt(plusMs(EVENING, -HOUR), { disposition: 'provider_error' }),
    ];
    expect(plan([household({ ledger })])[0]?.decision).toMatchObject({ kind: 'call_at', at: EVENING });
  });
});

describe('double bookings', () => {
  const start = plusMs(EVENING, 30 * HOUR);
  const at = (name: string, minutes: number, over: Parameters<typeof appointment>[0] = {}) =>
    appointment({
      id: of(`apt-${name}`),
      patient: of(name),
      start: plusMs(start, minutes * MINUTE_MS),
      ...over,
    });

  test('are two appointments of one provider that share time', () => {
    expect([...doubleBookings([at('a', 0), at('b', 20), at('c', 50)])].toSorted()).toEqual([
      'apt-a',
      'apt-b',
    ]);
  });

  test('are not neighbours, other providers or cancelled ones', () => {
    expect(doubleBookings([at('a', 0), at('b', 30)]).size).toBe(0);
    expect(doubleBookings([at('a', 0), at('b', 10, { provider: of('lee') })]).size).toBe(0);
    expect(doubleBookings([at('a', 0), at('b', 10, { provider: null })]).size).toBe(0);
    expect(doubleBookings([at('a', 0), at('b', 10, { status: 'cancelled' })]).size).toBe(0);
  });

  test('are also one patient in two places', () => {
    const there = at('x', 10, { patient: of('a'), provider: of('lee') });
    expect([...doubleBookings([at('a', 0), there])].toSorted()).toEqual(['apt-a', 'apt-x']);
  });

  test('refuse both, though one of them was answered long ago', () => {
    const booked = [
      appointment(),
      appointment({ id: of('other'), patient: of('bob'), participation: 'accepted' }),
    ];
    const facts = { practice: practice(), households: [household()], booked, now: EVENING };
    expect(dueCalls(facts, callingRules).map(why)).toEqual(['double_booked']);
  });
});

describe('consent', () => {
  const granted = instant(0);
  const consents = (kind: 'voice' | 'automated_voice', revokedAt: typeof EVENING | null = null) => [
    { kind, grantedAt: granted, revokedAt },
  ];

  test('by giving the number suffices in Illinois and not in California', () => {
    expect(plan([one({ consents: consents('voice') })]).map(why)).toEqual(['call']);
    const californian = household({
      phone: of('+12135550101'),
      people: [duePatient({ consents: consents('voice') })],
    });
    expect(plan([californian]).map(why)).toEqual(['no_consent']);
    const agreed = household({
      phone: of('+12135550101'),
      people: [duePatient({ consents: consents('automated_voice') })],
    });
    expect(plan([agreed]).map(why)).toEqual(['call']);
  });

  test('ends when it is revoked, and begins when it is given', () => {
    expect(plan([one({ consents: consents('voice', EVENING) })]).map(why)).toEqual(['no_consent']);
    const later = [{ kind: 'voice' as const, grantedAt: plusMs(EVENING, 1), revokedAt: null }];
    expect(plan([one({ consents: later })]).map(why)).toEqual(['no_consent']);
  });
});
