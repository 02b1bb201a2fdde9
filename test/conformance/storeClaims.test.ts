import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DialDecision, DialFacts } from '../../src/domain/planning.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { CHICAGO, EVENING, of } from '../support/night.ts';
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
