import { describe, expect, test } from 'vitest';
import type { PlannedContact } from '../../src/domain/planning.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { CHICAGO, EVENING, of } from '../support/night.ts';
import {
  CALL_NOW,
  EMPTY_IMPORT,
  phoneOf,
  storeWorld,
  systemAppointment,
  systemPatient,
} from '../support/storeFixtures.ts';

const world = storeWorld();
const SPAN = { from: plusMs(EVENING, 24 * HOUR_MS), to: plusMs(EVENING, 48 * HOUR_MS) };
const households = () => world.store.plan.households(of('lakeside'), SPAN, EVENING);
const named = (people: Awaited<ReturnType<typeof households>>[number]['people']) =>
  people.map(({ patient }) => patient.givenName);

const ledgers = async () =>
  (await households()).map(({ ledger }) => ledger.map((entry) => entry.disposition));

describe('who might be called', () => {
  test('people whose booked appointment in the span has no answer yet, soonest first', async () => {
    await world.lists(
      { name: 'late', hours: 47 },
      { name: 'early', hours: 24 },
      { name: 'tomorrow', hours: 23.9 },
      { name: 'beyond', hours: 48 },
      { name: 'accepted', appointment: { participation: 'accepted' } },
      { name: 'declined', appointment: { participation: 'declined' } },
      { name: 'cancelled', appointment: { status: 'cancelled' } },
    );
    expect((await households()).map(({ people }) => named(people))).toEqual([['Early'], ['Late']]);
  });

  test('two people on one phone are one household, however the number is written', async () => {
    await world.lists(
      { name: 'ann', rawPhone: '(312) 555-0142' },
      { name: 'ben', rawPhone: '+1 312 555 0142', hours: 31 },
    );
    const [one, ...more] = await households();
    expect(more).toEqual([]);
    expect(one).toMatchObject({ phone: '+13125550142', badPhone: null, phoneSuppressed: false });
    expect(named(one?.people ?? [])).toEqual(['Ann', 'Ben']);
    expect(one?.people.map((person) => person.appointments.length)).toEqual([1, 1]);
  });

  test('people without a number, or with an impossible one, stand alone and say which', async () => {
    await world.lists(
      { name: 'none', rawPhone: null },
      { name: 'blank', rawPhone: ' ' },
      { name: 'odd', rawPhone: '12' },
    );
    const seen = (await households()).map(({ phone, badPhone, people }) => [
      named(people)[0],
      phone,
      badPhone,
    ]);
    expect(seen.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['Blank', null, 'missing'],
      ['None', null, 'missing'],
      ['Odd', null, 'impossible'],
    ]);
  });

  test('a number that was told to be wrong stays wrong when the system lists it again, until it lists another', async () => {
    await world.lists('ada');
    await world.sql(`update patient_phone set status = 'wrong_number'`);
    await world.lists('ada');
    expect((await households())[0]?.people[0]?.wrongNumber).toBe(true);
    await world.lists({ name: 'ada', rawPhone: '312-555-0177' });
    const [household] = await households();
    expect(household?.phone).toBe('+13125550177');
    expect(household?.people[0]?.wrongNumber).toBe(false);
  });

  test('consents, minority and both kinds of suppression come with them', async () => {
    await world.lists('ada', { name: 'kid', birthDate: '2015-01-01' }, 'gone');
    await world.store.practice.save({
      ...EMPTY_IMPORT,
      consents: [
        {
          patientExternal: of('pat-ada'),
          kind: 'automated_voice',
          source: 'form',
          grantedAt: plusMs(EVENING, -HOUR_MS),
        },
      ],
      suppressions: [
        { phone: of(phoneOf('kid')), patientExternal: null, reason: 'opted_out' },
        { phone: null, patientExternal: of('pat-gone'), reason: 'deceased' },
      ],
    });
    const all = await households();
    const of1 = (name: string) => all.find((household) => named(household.people)[0] === name);
    expect(of1('Ada')).toMatchObject({
      phoneSuppressed: false,
      people: [
        { isMinor: false, suppressed: false, consents: [{ kind: 'automated_voice', revokedAt: null }] },
      ],
    });
    expect(of1('Kid')).toMatchObject({
      phoneSuppressed: true,
      people: [{ isMinor: true, suppressed: false }],
    });
    expect(of1('Gone')).toMatchObject({ phoneSuppressed: false, people: [{ suppressed: true }] });
  });

  test('the ledger holds the week’s attempts to the phone and to the person, a call in progress among them', async () => {
    await world.lists('ada', 'bob');
    await world.plan();
    const attempt = await world.calls('ada');
    expect(await ledgers()).toEqual([[null], []]);
    await world.ends(attempt, 'no_answer');
    expect(await ledgers()).toEqual([['no_answer'], []]);
    await world.lists({ name: 'ada', rawPhone: '312-555-0199' });
    expect(await ledgers()).toEqual([['no_answer'], []]);
    await world.sql(`update call_attempt set disposition = 'never_dialed'`);
    expect(await ledgers()).toEqual([[], []]);
    await world.sql(
      `update call_attempt set disposition = 'busy', claimed_at = claimed_at - interval '7 days 1 second'`,
    );
    expect(await ledgers()).toEqual([[], []]);
  });
});

describe('storing a plan', () => {
  test('planning again adds nothing', async () => {
    await world.lists('ada', 'bob');
    const first = await world.plan();
    expect(first).toMatchObject({
      added: 2,
      contacts: [{ state: 'queued', notBefore: EVENING }, { state: 'queued' }],
    });
    const again = await world.plan();
    expect(again).toEqual({ run: first.run, added: 0, contacts: [] });
  });

  test('evenings that are planned at once share no appointment', async () => {
    await world.lists('ada', 'bob');
    const dates = ['23', '23', '24', '25', '26', '27'].map((day) => `2026-11-${day}`);
    const plans = await Promise.all(dates.map((date) => world.plan(undefined, date)));
    expect(plans.map((plan) => plan.added).filter((added) => added > 0)).toEqual([2]);
    expect(await world.count('contact')).toBe(2);
    expect(await world.count(`outbox where queue = 'call'`)).toBe(2);
  });

  test('a household is planned once an evening, even when its call has ended without an answer', async () => {
    await world.lists('ada');
    await world.plan();
    await world.sql(`update contact set state = 'expired'`);
    expect((await world.plan()).added).toBe(0);
    expect((await world.plan(undefined, '2026-11-24')).added).toBe(1);
  });

  test('an appointment with a live contact gets no second one the next evening; one that came to nothing does', async () => {
    await world.lists('ada', 'bob');
    await world.plan((name) =>
      name === 'bob' ? { kind: 'never', because: 'no_consent', rules: [] } : CALL_NOW,
    );
    const next = await world.plan(undefined, '2026-11-24');
    expect(next.added).toBe(1);
    expect(
      await world.sql(
        'select l.patient_id from contact_patient l join contact c on c.id = l.contact_id where c.run_id = $1',
        [next.run],
      ),
    ).toEqual([{ patient_id: await world.patient('bob') }]);
  });

  test('a household of which one appointment is under way is called about the others', async () => {
    await world.lists({ name: 'ann', rawPhone: '312-555-0142' });
    await world.plan();
    await world.lists({ name: 'ben', rawPhone: '312-555-0142', hours: 31 });
    expect((await world.plan(undefined, '2026-11-24')).added).toBe(1);
    const [contact] = await world.sql<{ id: string }>(
      `select id from contact where run_id = (select id from campaign_run where local_date = '2026-11-24')`,
    );
    expect(await world.count('contact_patient where contact_id = $1', [contact?.id])).toBe(1);
    expect(await world.count('contact_appointment where contact_id = $1', [contact?.id])).toBe(1);
  });

  test('a refusal is stored with its reason and its rules, and nobody is told to call', async () => {
    await world.lists({ name: 'none', rawPhone: null }, 'bob');
    const rules = [{ rule: 'no_consent', verdict: 'refuse' as const, detail: 'no row' }];
    await world.plan(() => ({ kind: 'never', because: 'no_consent', rules }));
    expect(
      await world.sql(
        `select c.state, c.because, d.verdict, d.because as said, d.rules from contact c join policy_decision d on d.contact_id = c.id order by 2`,
      ),
    ).toEqual([
      { state: 'refused', because: 'no_consent', verdict: 'never', said: 'no_consent', rules },
      { state: 'refused', because: 'no_phone', verdict: 'never', said: 'no_phone', rules: [] },
    ]);
    expect(await world.count('outbox')).toBe(0);
  });

  test('all of a contact is stored', async () => {
    await world.lists('ada');
    const at = plusMs(EVENING, HOUR_MS);
    const rules = [{ rule: 'window', verdict: 'allow' as const, detail: 'it’s {"open"}' }];
    await world.plan(() => ({ kind: 'call_at', at, rules }));
    expect(
      await world.row(
        'select purpose, phone, location_id, caller_id, zones, state, because, not_before, expires_at, tries, created_at from contact',
      ),
    ).toEqual({
      purpose: 'confirm',
      phone: phoneOf('ada'),
      location_id: 'chicago',
      caller_id: '+13125550100',
      zones: [CHICAGO],
      state: 'queued',
      because: null,
      not_before: new Date(at),
      expires_at: new Date(plusMs(EVENING, 29 * HOUR_MS)),
      tries: 0,
      created_at: new Date(EVENING),
    });
    expect(await world.row('select verdict, rules from policy_decision')).toEqual({
      verdict: 'call_at',
      rules,
    });
    expect(await world.row('select queue, subject, due_at, sent_at from outbox')).toEqual({
      queue: 'call',
      subject: await world.contact('ada'),
      due_at: new Date(at),
      sent_at: null,
    });
  });

  test('four thousand households are planned within five seconds', { timeout: 60_000 }, async () => {
    const people = Array.from({ length: 4_000 }, (_, n) => ({
      name: `p${n}`,
      rawPhone: `+1${201 + Math.floor(n / 100)}55501${String(n % 100).padStart(2, '0')}`,
    }));
    await world.store.mirror.upsert({
      patients: people.map(systemPatient),
      appointments: people.map(systemAppointment),
      unreadable: [],
      seenAt: EVENING,
    });
    const all = await households();
    const contacts = all.map((household): PlannedContact => ({
      phone: household.phone,
      purpose: 'confirm',
      location: of('chicago'),
      callerId: of('+13125550100'),
      zones: [CHICAGO],
      people: household.people.map(({ patient, appointments }) => ({
        patient: patient.id,
        appointments: appointments.map((appointment) => appointment.id),
      })),
      decision: CALL_NOW,
      expiresAt: SPAN.from,
    }));
    const began = performance.now();
    const plan = await world.store.plan.savePlan({
      practice: of('lakeside'),
      localDate: of('2026-11-23'),
      plannedAt: EVENING,
      contacts,
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(plan.added).toBe(4_000);
    expect(await world.count(`outbox where queue = 'call'`)).toBe(4_000);
    expect(await world.count('policy_decision')).toBe(4_000);
  });
});

describe('jobs that are asked for', () => {
  test('are given out soonest first, a day ahead at the most, until they are marked', async () => {
    await world.lists('ada', 'bob', 'far');
    const hours: Readonly<Record<string, number>> = { ada: 2, bob: 1, far: 25 };
    await world.plan((name) => ({
      kind: 'call_at',
      at: plusMs(EVENING, (hours[name] ?? 0) * HOUR_MS),
      rules: [],
    }));
    const due = await world.store.plan.dueNudges(EVENING, 10);
    const [ada, bob] = [await world.contact('ada'), await world.contact('bob')];
    expect(due).toEqual([
      {
        id: expect.any(String),
        jobId: `call-${bob}-0`,
        queue: 'call',
        subject: bob,
        dueAt: plusMs(EVENING, HOUR_MS),
      },
      {
        id: expect.any(String),
        jobId: `call-${ada}-0`,
        queue: 'call',
        subject: ada,
        dueAt: plusMs(EVENING, 2 * HOUR_MS),
      },
    ]);
    expect(await world.store.plan.dueNudges(EVENING, 1)).toEqual(due.slice(0, 1));
    await world.store.plan.nudged([due[0]?.id ?? '']);
    expect(await world.store.plan.dueNudges(EVENING, 10)).toEqual(due.slice(1));
    expect(await world.store.plan.dueNudges(plusMs(EVENING, 2 * HOUR_MS), 10)).toHaveLength(2);
    expect(await world.row('select sent_at from outbox where sent_at is not null')).toEqual({
      sent_at: new Date(EVENING),
    });
  });
});
