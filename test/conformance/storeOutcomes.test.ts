import { describe, expect, test } from 'vitest';
import type { OutcomeChanges } from '../../src/domain/endedAttempt.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import { conversation } from '../support/endings.ts';
import { EVENING, of } from '../support/night.ts';
import { NO_CHANGES, phoneOf, storeWorld } from '../support/storeFixtures.ts';

const world = storeWorld();
const apply = (
  attempt: Parameters<typeof world.store.outcomes.apply>[0],
  changes: Partial<OutcomeChanges>,
  store = world.store,
) => store.outcomes.apply(attempt, { ...NO_CHANGES, ...changes }, world.clock.now());
const contactState = async (name: string) =>
  (await world.row<{ state: string }>('select state from contact where id = $1', [await world.contact(name)]))
    .state;

const again = (minutes: number) =>
  ({
    contact: { kind: 'call_again', notBefore: plusMs(EVENING, minutes * MINUTE_MS), because: 'busy' },
  }) as const;

describe('an ended attempt as the outcome stage reads it', () => {
  test('has its people, its result and how often its contact was tried', async () => {
    await world.lists('ada');
    await world.plan();
    const first = await world.talksWith(
      'ada',
      { contact: { kind: 'call_again', notBefore: EVENING, because: 'busy' } },
      'busy',
    );
    const second = await world.calls('ada');
    expect(await world.store.outcomes.ended(second)).toBeNull();
    const result = conversation({ path: ['greeting'] });
    await world.store.calls.end(second, {
      at: EVENING,
      disposition: 'answered_human',
      result,
      recordingMs: null,
    });
    const { id, patient, start } = await world.appointment('ada');
    expect(await world.store.outcomes.ended(second)).toEqual({
      attempt: second,
      contact: await world.contact('ada'),
      purpose: 'confirm',
      phone: phoneOf('ada'),
      disposition: 'answered_human',
      result,
      endedAt: EVENING,
      appointments: [{ appointment: id, patient, start }],
      offer: null,
      tries: { busy: 1, answered_human: 1 },
      expiresAt: plusMs(EVENING, 29 * HOUR_MS),
    });
    expect(first).not.toBe(second);
    expect(await world.store.outcomes.ended(of('nothing'))).toBeNull();
  });

  test('of an offer names whom it was made to', async () => {
    await world.lists('ada', { name: 'wes', hours: null });
    await world.waits('wes');
    await world.plan();
    const reserved = await world.offers(await world.frees('ada'), 'wes');
    const attempt = await world.calls('wes');
    await world.ends(attempt);
    expect(await world.store.outcomes.ended(attempt)).toMatchObject({
      purpose: 'offer',
      appointments: [],
      offer: { offer: reserved?.offer, patient: await world.patient('wes') },
    });
  });
});

describe('applying an outcome', () => {
  test('writes everything of it, once, however often and by however many it is applied', async () => {
    await world.lists(
      { name: 'ann', rawPhone: phoneOf('ann') },
      { name: 'ben', rawPhone: phoneOf('ann'), hours: 31 },
    );
    await world.plan();
    const [ann, ben] = [await world.appointment('ann'), await world.appointment('ben')];
    const attempt = await world.calls('ann');
    await world.ends(attempt);
    const changes: Partial<OutcomeChanges> = {
      outcomes: [
        { appointment: ann.id, offer: null, kind: 'confirmed' },
        { appointment: ben.id, offer: null, kind: 'cancelled' },
      ],
      writeBacks: [
        { kind: 'confirm', appointment: ann.id },
        { kind: 'cancel', appointment: ben.id, reason: 'pat-crs' },
      ],
      callbacks: [
        { reason: 'question', quote: 'Where do I park?', patient: ben.patient, appointment: ben.id },
      ],
      suppressions: [{ scope: 'patient', patient: ben.patient, reason: 'deceased' }],
    };
    const answers = await Promise.all([apply(attempt, changes), apply(attempt, changes, world.another())]);
    expect(answers.toSorted((a, b) => a.localeCompare(b))).toEqual(['already', 'applied']);
    const other = { outcomes: [{ appointment: null, offer: null, kind: 'no_decision' as const }] };
    expect(await apply(attempt, other)).toBe('already');
    const outcomes = await world.sql('select appointment_id, offer_id, kind, at from outcome order by kind');
    expect(outcomes).toEqual([
      { appointment_id: ben.id, offer_id: null, kind: 'cancelled', at: new Date(EVENING) },
      { appointment_id: ann.id, offer_id: null, kind: 'confirmed', at: new Date(EVENING) },
    ]);
    const commands = await world.commands();
    expect(commands.map(({ state, command }) => [state, command])).toEqual([
      ['pending', { kind: 'confirm', appointment: ann.id, external: 'ext-ann', version: '1' }],
      [
        'pending',
        { kind: 'cancel', appointment: ben.id, external: 'ext-ben', version: '1', reason: 'pat-crs' },
      ],
    ]);
    const jobs = await world.sql<{ job_id: string }>(
      `select job_id from outbox where queue = 'writeback' order by job_id`,
    );
    expect(jobs.map((job) => job.job_id)).toEqual(
      commands.map(({ id }) => `writeback-${id}-0`).toSorted((a, b) => a.localeCompare(b)),
    );
    expect(
      await world.row('select reason, quote, state, attempt_id, patient_id, appointment_id from callback'),
    ).toEqual({
      reason: 'question',
      quote: 'Where do I park?',
      state: 'open',
      attempt_id: attempt,
      patient_id: ben.patient,
      appointment_id: ben.id,
    });
    expect(await world.row('select patient_id, phone, reason from suppression')).toEqual({
      patient_id: ben.patient,
      phone: null,
      reason: 'deceased',
    });
    expect(await contactState('ann')).toBe('resolved');
    const [run] = await world.sql('select run_id from write_back union select run_id from callback');
    expect(run).toEqual(await world.row('select id as run_id from campaign_run'));
  });

  test('leaves nothing behind when a part of it cannot be written', async () => {
    await world.lists('ada');
    await world.plan();
    const { id } = await world.appointment('ada');
    const attempt = await world.calls('ada');
    await world.ends(attempt);
    const twice = { appointment: id, offer: null, kind: 'confirmed' } as const;
    await expect(
      apply(attempt, { writeBacks: [{ kind: 'confirm', appointment: id }], outcomes: [twice, twice] }),
    ).rejects.toThrow('Unique constraint');
    expect(await world.count('write_back')).toBe(0);
    expect(await world.count('outcome')).toBe(0);
    expect(await contactState('ada')).toBe('claimed');
    expect(await apply(attempt, { outcomes: [twice] })).toBe('applied');
  });

  test('waits for the end of the call', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    expect(await apply(attempt, {})).toBe('already');
    expect(await contactState('ada')).toBe('claimed');
  });

  test('to call again: later, because of what happened, with a job of its own each time', async () => {
    await world.lists('ada');
    await world.plan();
    await world.talksWith('ada', again(20), 'busy');
    await world.talksWith('ada', again(40), 'busy');
    const contact = await world.contact('ada');
    expect(await world.row('select state, because, not_before, tries from contact')).toEqual({
      state: 'retry_wait',
      because: 'busy',
      not_before: new Date(plusMs(EVENING, 40 * MINUTE_MS)),
      tries: 2,
    });
    expect(await world.sql(`select job_id, due_at from outbox where queue = 'call' order by due_at`)).toEqual(
      [
        { job_id: `call-${contact}-0`, due_at: new Date(EVENING) },
        { job_id: `call-${contact}-1`, due_at: new Date(plusMs(EVENING, 20 * MINUTE_MS)) },
        { job_id: `call-${contact}-2`, due_at: new Date(plusMs(EVENING, 40 * MINUTE_MS)) },
      ],
    );
  });

  test('does not wake a contact that is over', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    await world.ends(attempt, 'busy');
    await world.sql(`update contact set state = 'stale'`);
    await apply(attempt, { contact: { kind: 'call_again', notBefore: EVENING, because: 'busy' } });
    expect(await contactState('ada')).toBe('stale');
    expect(await world.count(`outbox where queue = 'call'`)).toBe(1);
  });
});

describe('suppression', () => {
  test('of a phone reaches everybody who waits to be called on it, in whatever run, at once', async () => {
    await world.lists('ada', { name: 'wes', hours: null, rawPhone: phoneOf('ada') }, 'bob');
    await world.waits('wes');
    await world.plan();
    const slot = await world.frees('bob');
    await world.lists({ name: 'kim', rawPhone: phoneOf('ada'), hours: 31 });
    await world.plan(undefined, '2026-11-24');
    const reserved = await world.offers(slot, 'wes');
    await world.sql('update contact set phone = $1 where id = $2', [phoneOf('ada'), reserved?.contact]);
    const attempt = await world.calls('ada');
    await world.store.outcomes.suppressNow(of(phoneOf('ada')), 'opted_out', EVENING, attempt);
    await world.store.outcomes.suppressNow(of(phoneOf('ada')), 'opted_out', EVENING, attempt);
    expect([await contactState('ada'), await contactState('kim'), await contactState('wes')]).toEqual([
      'claimed',
      'suppressed',
      'suppressed',
    ]);
    expect(await world.row('select phone, reason, attempt_id from suppression')).toEqual({
      phone: phoneOf('ada'),
      reason: 'opted_out',
      attempt_id: attempt,
    });
    // The slot that was held for one of them goes round again.
    expect(await world.row('select state from offer')).toEqual({ state: 'unreached' });
    expect((await world.store.fill.freedSlot(slot))?.state).toBe('open');
    await world.ends(attempt);
    await apply(attempt, {
      suppressions: [{ scope: 'phone', patient: null, reason: 'opted_out' }],
      contact: { kind: 'stop', state: 'suppressed', because: 'opted_out' },
    });
    expect(await world.count('suppression')).toBe(1);
    expect(await contactState('ada')).toBe('suppressed');
  });

  test('waits for a claim on the same phone, and the next claim sees it', async () => {
    await world.lists('ada');
    await world.plan();
    const attempt = await world.calls('ada');
    await world.ends(attempt, 'busy');
    await apply(attempt, { contact: { kind: 'call_again', notBefore: EVENING, because: 'busy' } });
    const [, claim] = await Promise.all([
      world.another().outcomes.suppressNow(of(phoneOf('ada')), 'opted_out', EVENING, attempt),
      world.claim('ada'),
    ]);
    const suppressedFirst = (await contactState('ada')) === 'suppressed';
    expect(claim.kind).toBe(suppressedFirst ? 'no' : 'claimed');
  });

  test('of a link marks that number wrong for the people of the call alone', async () => {
    await world.lists(
      { name: 'ann', rawPhone: phoneOf('ann') },
      { name: 'ben', rawPhone: phoneOf('ann'), hours: 31 },
      { name: 'cat', rawPhone: phoneOf('ann'), hours: null },
    );
    await world.plan();
    await world.talksWith('ann', {
      suppressions: [
        { scope: 'phone_patient_link', patient: await world.patient('ann'), reason: 'wrong_number' },
      ],
    });
    const wrong = () =>
      world.sql<{ external: string }>(
        `select p.external from patient_phone l join patient p on p.id = l.patient_id where l.status = 'wrong_number' order by 1`,
      );
    expect(await wrong()).toEqual([{ external: 'pat-ann' }]);
    await world.plan(undefined, '2026-11-24');
    await world.talksWith('ben', {
      suppressions: [{ scope: 'phone_patient_link', patient: null, reason: 'wrong_number' }],
    });
    expect(await wrong()).not.toContainEqual({ external: 'pat-cat' });
    expect(await wrong()).toContainEqual({ external: 'pat-ben' });
  });
});
