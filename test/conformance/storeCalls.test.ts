import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CallStatus } from '../../src/domain/call.ts';
import type { DialDecision, DialFacts } from '../../src/domain/planning.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { CHICAGO, EVENING, of } from '../support/night.ts';
import { conversation } from '../support/endings.ts';
import { DIAL, phoneOf, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
const never = (because: Extract<DialDecision, { kind: 'never' }>['because']): DialDecision => ({
  kind: 'never',
  because,
  rules: [{ rule: because, verdict: 'refuse', detail: 'd' }],
});
const contactRow = (name: string) =>
  world
    .contact(name)
    .then((id) => world.row('select state, because, not_before, tries from contact where id = $1', [id]));

describe('claiming', () => {
  test('the gate is asked about the facts as they stand in the claim’s own transaction', async () => {
    await world.lists(
      { name: 'ann', rawPhone: '312-555-0142' },
      { name: 'ben', rawPhone: '312-555-0142', hours: 31 },
    );
    await world.plan();
    await world.sql(`update patient_phone set status = 'wrong_number' where patient_id = $1`, [
      await world.patient('ben'),
    ]);
    const seen: DialFacts[] = [];
    await world.claim('ann', {}, (facts) => {
      seen.push(facts);
      return never('no_consent');
    });
    const [ann, ben] = [await world.patient('ann'), await world.patient('ben')];
    expect(seen).toEqual([
      {
        contact: await world.contact('ann'),
        run: (await world.row<{ id: string }>('select id from campaign_run')).id,
        purpose: 'confirm',
        state: 'queued',
        phone: '+13125550142',
        location: 'chicago',
        zones: [CHICAGO],
        expiresAt: plusMs(EVENING, 29 * HOUR_MS),
        notBefore: EVENING,
        household: expect.objectContaining({ phone: '+13125550142', phoneSuppressed: false, ledger: [] }),
        offer: null,
        reservationHolds: null,
        liveAttemptOnPhone: false,
        paused: false,
        attemptsSoFar: 0,
      },
    ]);
    const people = seen[0]?.household.people ?? [];
    expect(new Map(people.map((person) => [person.patient.id, person.wrongNumber]))).toEqual(
      new Map([
        [ann, false],
        [ben, true],
      ]),
    );
    expect(
      people.map((person) =>
        person.appointments.map((appointment) => appointment.patient === person.patient.id),
      ),
    ).toEqual([[true], [true]]);
  });

  test('suppression, the pause, the ledger and a call in progress are seen', async () => {
    await world.lists('ada', { name: 'eve', rawPhone: phoneOf('ada') });
    await world.plan();
    const first = await world.calls('ada');
    await world.ends(first, 'no_answer');
    await world.store.outcomes.apply(
      first,
      {
        outcomes: [],
        writeBacks: [],
        suppressions: [],
        callbacks: [],
        offer: null,
        contact: { kind: 'call_again', notBefore: EVENING, because: 'no_answer' },
      },
      EVENING,
    );
    await world.store.practice.setPaused(of('lakeside'), true, 'desk', 'fire drill');
    await world.store.practice.save({
      practice: (await world.store.practice.current()) ?? expect.fail('no practice'),
      consents: [],
      waitlist: [],
      suppressions: [{ phone: of(phoneOf('ada')), patientExternal: null, reason: 'opted_out' }],
    });
    await world.claim('ada', {}, (facts) => {
      expect(facts).toMatchObject({
        paused: true,
        attemptsSoFar: 1,
        state: 'retry_wait',
        household: { phoneSuppressed: true },
      });
      expect(facts.household.ledger.map((entry) => entry.disposition)).toEqual(['no_answer']);
      return never('suppressed_phone');
    });
    expect(await contactRow('ada')).toMatchObject({ state: 'suppressed', because: 'suppressed_phone' });
  });

  test('to dial: an attempt, a line, the decision, and the contact is claimed', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = randomUUID();
    const claim = await world.claim('ada', { attempt });
    expect(claim).toEqual({
      kind: 'claimed',
      attempt,
      phone: phoneOf('ada'),
      callerId: '+13125550100',
      location: 'chicago',
      purpose: 'confirm',
      streamToken: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await contactRow('ada')).toMatchObject({ state: 'claimed', tries: 1 });
    expect(await world.row('select id, phone, status, claimed_at, placed_at from call_attempt')).toEqual({
      id: attempt,
      phone: phoneOf('ada'),
      status: 'intent',
      claimed_at: new Date(EVENING),
      placed_at: null,
    });
    expect(await world.row('select * from line_lease')).toEqual({
      attempt_id: attempt,
      expires_at: new Date(plusMs(EVENING, 5 * MINUTE_MS)),
    });
    expect(
      await world.row(`select verdict, because, rules, at from policy_decision where attempt_id = $1`, [
        attempt,
      ]),
    ).toEqual({
      verdict: 'dial',
      because: null,
      rules: DIAL.rules,
      at: new Date(EVENING),
    });
    expect(await world.claim('ada')).toEqual({ kind: 'no' });
  });

  test('to wait: until when and why is kept, and no line is taken', async () => {
    await world.lists('ada');
    await world.plan();
    const until = plusMs(EVENING, HOUR_MS);
    const rules = [{ rule: 'paused', verdict: 'defer' as const, detail: 'd' }];
    expect(await world.claim('ada', {}, () => ({ kind: 'defer', until, because: 'paused', rules }))).toEqual({
      kind: 'defer',
      until,
    });
    expect(await contactRow('ada')).toEqual({
      state: 'queued',
      because: 'paused',
      not_before: new Date(until),
      tries: 0,
    });
    expect(await world.row(`select because, rules from policy_decision where verdict = 'defer'`)).toEqual({
      because: 'paused',
      rules,
    });
    expect(await world.count('call_attempt')).toBe(0);
    expect(await world.claim('ada')).toMatchObject({ kind: 'claimed' });
  });

  test.each([
    ['suppressed_phone', 'suppressed'],
    ['suppressed_patient', 'suppressed'],
    ['wrong_number_before', 'suppressed'],
    ['appointment_changed', 'stale'],
    ['already_answered', 'stale'],
    ['offer_withdrawn', 'stale'],
    ['too_late', 'expired'],
    ['window_closed', 'expired'],
    ['no_consent', 'refused'],
  ] as const)('never, because of %s: the contact is %s and stays so', async (because, state) => {
    await world.lists('ada');
    await world.plan();
    expect(await world.claim('ada', {}, () => never(because))).toEqual({ kind: 'no' });
    expect(await contactRow('ada')).toMatchObject({ state, because });
    expect(await world.count(`policy_decision where verdict = 'never' and because = $1`, [because])).toBe(1);
    expect(await world.claim('ada')).toEqual({ kind: 'no' });
  });

  test('an offer that may not be made gives its slot to the next person', async () => {
    await world.lists('ada', { name: 'wes', hours: null });
    await world.waits('wes');
    await world.plan();
    const slot = await world.frees('ada');
    await world.offers(slot, 'wes');
    await world.claim('wes', {}, (facts) => {
      expect(facts).toMatchObject({ purpose: 'offer', reservationHolds: true });
      return never('no_consent');
    });
    expect(await world.row('select state from offer')).toEqual({ state: 'unreached' });
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('open');
    expect(await world.count(`outbox where job_id = $1`, [`fill-${slot}-after-1`])).toBe(1);
  });

  test('nobody is called who is unknown, refused or without a phone', async () => {
    await world.lists({ name: 'none', rawPhone: null });
    await world.plan();
    expect(await world.claim('none')).toEqual({ kind: 'no' });
    const options = { now: EVENING, lines: 1, leaseMs: 1, attempt: of<never>('a'), streamToken: 't' };
    expect(await world.store.calls.claim(of('nobody'), options, () => DIAL)).toEqual({ kind: 'no' });
  });
});

describe('two processes', () => {
  test('of many claims on one phone exactly one rings it', async () => {
    await world.lists('ada', { name: 'eve', rawPhone: phoneOf('ada') });
    await world.plan();
    await world.lists({ name: 'kim', rawPhone: phoneOf('ada') });
    await world.plan(undefined, '2026-11-24');
    const claims = await Promise.all(
      ['ada', 'kim', 'ada', 'kim'].map((name, n) =>
        world.claim(name, n % 2 === 0 ? {} : { store: world.another() }),
      ),
    );
    const kinds = claims.map((claim) => claim.kind);
    expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
    expect(await world.count(`call_attempt where phone = $1`, [phoneOf('ada')])).toBe(1);
    const loser = kinds[0] === 'claimed' || kinds[2] === 'claimed' ? 'kim' : 'ada';
    expect(await world.claim(loser)).toEqual({ kind: 'defer', until: plusMs(EVENING, 30_000) });
    expect(
      (
        await world.claim(loser, {}, (facts) =>
          never(facts.liveAttemptOnPhone ? 'phone_busy_with_us' : 'no_consent'),
        )
      ).kind,
    ).toBe('no');
    expect(await contactRow(loser)).toMatchObject({ because: 'phone_busy_with_us' });
  });

  test('there are never more calls than lines, however many claim at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await world.lists(...names);
    await world.plan();
    const claims = await Promise.all(
      names.map((name, n) =>
        world.claim(name, { lines: 3, store: n % 2 === 0 ? world.store : world.another() }),
      ),
    );
    expect(claims.filter((claim) => claim.kind === 'claimed')).toHaveLength(3);
    expect(claims.filter((claim) => claim.kind === 'no_line')).toHaveLength(5);
    expect(await world.count('line_lease')).toBe(3);
    const turnedAway = names[claims.findIndex((claim) => claim.kind === 'no_line')] ?? '';
    expect(await contactRow(turnedAway)).toMatchObject({ state: 'queued', tries: 0 });
  });

  test('a line is free again when its call ends or its lease runs out; an extended one is not', async () => {
    await world.lists('a', 'b', 'c', 'd');
    await world.plan();
    const first = await world.calls('a');
    expect(await world.claim('b', { lines: 1 })).toEqual({ kind: 'no_line' });
    await world.ends(first, 'no_answer');
    expect((await world.claim('b', { lines: 1 })).kind).toBe('claimed');
    const [b] = await world.sql<{ id: string }>(`select id from call_attempt where status <> 'ended'`);
    const late = plusMs(EVENING, 5 * MINUTE_MS);
    await world.store.calls.extendLease(of(b?.id ?? ''), plusMs(late, MINUTE_MS));
    expect(await world.claim('c', { lines: 1, now: late })).toEqual({ kind: 'no_line' });
    expect((await world.claim('c', { lines: 1, now: plusMs(late, MINUTE_MS) })).kind).toBe('claimed');
    // Its call goes on after all: it is counted again, and a call that has ended is not.
    await world.store.calls.extendLease(of(b?.id ?? ''), plusMs(late, HOUR_MS));
    await world.store.calls.extendLease(first, plusMs(late, HOUR_MS));
    expect(await world.claim('d', { lines: 2, now: plusMs(late, 2 * MINUTE_MS) })).toEqual({
      kind: 'no_line',
    });
    expect(await world.count('line_lease')).toBe(2);
  });
});

describe('an attempt', () => {
  const attemptRow = () =>
    world.row('select status, progress, sid, placed_at, answered_at, answered_by from call_attempt');

  test('is requested when the provider took it, and unknown when its answer was lost', async () => {
    await world.lists('ada');
    await world.plan();
    const claim = await world.claim('ada');
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    await world.store.calls.unknownPlacement(claim.attempt);
    expect(await attemptRow()).toMatchObject({ status: 'unknown_requested', sid: null, placed_at: null });
    await world.store.calls.placed(claim.attempt, of('CA1'), EVENING);
    expect(await attemptRow()).toMatchObject({
      status: 'requested',
      sid: 'CA1',
      placed_at: new Date(EVENING),
    });
    await world.store.calls.placed(claim.attempt, of('CA2'), plusMs(EVENING, 1));
    await world.store.calls.unknownPlacement(claim.attempt);
    expect(await attemptRow()).toMatchObject({
      status: 'requested',
      sid: 'CA1',
      placed_at: new Date(EVENING),
    });
    expect(await world.store.calls.bySid(of('CA1'))).toBe(claim.attempt);
    expect(await world.store.calls.bySid(of('CA2'))).toBeNull();
  });

  test('that was reported before its request was answered keeps what was reported', async () => {
    await world.lists('ada');
    await world.plan();
    const claim = await world.claim('ada');
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    await world.store.calls.progress(claim.attempt, { status: 'ringing' }, EVENING);
    await world.store.calls.placed(claim.attempt, of('CA1'), EVENING);
    expect(await attemptRow()).toMatchObject({ status: 'ringing', sid: 'CA1' });
  });

  test('that is answered has its time, and its contact is in the call', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    await world.store.calls.progress(attempt, { status: 'answered' }, plusMs(EVENING, 5_000));
    await world.store.calls.progress(attempt, { status: 'answered' }, plusMs(EVENING, 9_000));
    await world.store.calls.answeredBy(attempt, 'machine_end_beep');
    expect(await attemptRow()).toMatchObject({
      status: 'answered',
      answered_at: new Date(plusMs(EVENING, 5_000)),
      answered_by: 'machine_end_beep',
    });
    expect(await contactRow('ada')).toMatchObject({ state: 'in_call' });
  });

  test('ends once, with its result, its line given back, and the job of its outcome', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    const result = conversation({ path: ['greeting'] });
    const at = plusMs(EVENING, MINUTE_MS);
    const ends = (disposition: 'answered_human' | 'lost', store = world.store) =>
      store.calls.end(attempt, {
        at,
        disposition,
        result: disposition === 'lost' ? null : result,
        recordingMs: 30_000,
      });
    expect(await ends('answered_human')).toBe(true);
    expect(await Promise.all([ends('lost'), ends('lost', world.another())])).toEqual([false, false]);
    expect(
      await world.row('select status, disposition, ended_at, recording_ms, result from call_attempt'),
    ).toEqual({
      status: 'ended',
      disposition: 'answered_human',
      ended_at: new Date(at),
      recording_ms: 30_000,
      result,
    });
    expect(await world.count('line_lease')).toBe(0);
    expect(await world.row(`select job_id, subject, due_at from outbox where queue = 'outcome'`)).toEqual({
      job_id: `outcome-${attempt}`,
      subject: attempt,
      due_at: new Date(at),
    });
    const report: CallStatus[] = ['ringing', 'answered'];
    for (const status of report as ('ringing' | 'answered')[])
      await world.store.calls.progress(attempt, { status }, at);
    expect(await attemptRow()).toMatchObject({ status: 'ended', progress: 'answered' });
  });

  test('of several ends at once exactly one counts', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    const ended = { at: EVENING, disposition: 'busy', result: null, recordingMs: null } as const;
    const answers = await Promise.all(
      [world.store, world.another(), world.store].map((store) => store.calls.end(attempt, ended)),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await world.count(`outbox where queue = 'outcome'`)).toBe(1);
  });

  test('is stuck when it has no end and nobody keeps its line', async () => {
    await world.lists('a', 'b', 'c');
    await world.plan();
    const [a, b] = [await world.calls('a'), await world.calls('b')];
    const unplaced = await world.claim('c');
    await world.store.calls.progress(b, { status: 'queued' }, EVENING);
    const stuck = (at = plusMs(EVENING, 6 * MINUTE_MS)) => world.store.calls.stuck(at);
    expect(await stuck(plusMs(EVENING, 5 * MINUTE_MS))).toEqual([]);
    expect(
      (await stuck()).map(({ attempt, status, sid }) => [attempt, status, sid]).toSorted(byText),
    ).toEqual(
      [
        [a, 'requested', `CA-${a}`],
        [b, 'requested', `CA-${b}`],
        [unplaced.kind === 'claimed' ? unplaced.attempt : '', 'intent', null],
      ].toSorted(byText),
    );
    expect((await stuck())[0]).toMatchObject({
      phone: expect.stringMatching(/55501/),
      callerId: '+13125550100',
      since: EVENING,
    });
    await world.store.calls.extendLease(a, plusMs(EVENING, HOUR_MS));
    await world.ends(b, 'lost');
    expect((await stuck()).map((open) => open.sid)).toEqual([null]);
    await world.sql('delete from line_lease');
    expect(await stuck()).toHaveLength(2);
  });
});

const byText = (x: readonly unknown[], y: readonly unknown[]): number => String(x).localeCompare(String(y));

describe('what a call is about', () => {
  test('people oldest first, their appointments in order, in the words that are said', async () => {
    await world.lists(
      {
        name: 'kid',
        rawPhone: '312-555-0142',
        birthDate: '2015-01-01',
        appointment: { visitTypeCode: null, provider: null },
      },
      { name: 'mum', rawPhone: '312-555-0142', birthDate: '1985-01-01', hours: 32 },
    );
    await world.plan();
    const attempt = await world.calls('mum');
    expect(await world.store.calls.subject(attempt)).toMatchObject({
      contact: await world.contact('mum'),
      purpose: 'confirm',
      location: 'chicago',
      offer: null,
      people: [
        {
          fullName: 'Mum Example',
          guardianName: null,
          appointments: [{ spokenVisit: 'a cleaning', spokenProvider: 'Doctor Patel' }],
        },
        {
          firstName: 'Kid',
          guardianName: 'Mum Example',
          appointments: [
            {
              start: plusMs(EVENING, 30 * HOUR_MS),
              spokenVisit: 'an appointment',
              spokenProvider: 'the practice',
            },
          ],
        },
      ],
    });
    expect(await world.store.calls.subject(of('nothing'))).toBeNull();
  });

  test('an offer: the opening, and the booked appointment that would be given up', async () => {
    await world.lists('ada', { name: 'wes', hours: 60 });
    await world.waits('wes', { holdsExternal: of('ext-wes') });
    await world.plan();
    const slot = await world.frees('ada');
    await world.offers(slot, 'wes');
    const attempt = await world.calls('wes');
    const held = await world.appointment('wes');
    expect((await world.store.calls.subject(attempt))?.offer).toMatchObject({
      opening: { slot: 'slot-ada', start: plusMs(EVENING, 30 * HOUR_MS), spokenProvider: 'Doctor Patel' },
      spokenVisit: 'a cleaning',
      replaces: { appointment: held.id, start: held.start },
    });
    await world.lists({ name: 'wes', hours: 60, appointment: { status: 'cancelled', version: of('2') } });
    expect((await world.store.calls.subject(attempt))?.offer?.replaces).toBeNull();
  });
});
