/** What the database itself refuses, whoever writes: each partial index and each check by its name, and the counterpart that it lets through. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreWorld, phoneOf } from '../support/storeFixtures.ts';

const world = new StoreWorld();

const DIVISION_BY_ZERO = '22012';

interface Refusal {
  /** The index, check or foreign key that says no. */
  readonly rule: string;
  readonly breaks: string;
  /** Nearly the same, and allowed. */
  readonly allowed?: string;
}

const attempt = (id: string, status: string, phone: string, more = 'null, null, null') =>
  `insert into call_attempt (id, contact_id, phone, caller_id, status, stream_token, claimed_at, disposition, ended_at, applied_at)
   select '${id}', id, '${phone}', '+13125550100', '${status}', 't', now(), ${more} from contact limit 1`;
const ENDED = `'busy', now(), null`;
const offer = (id: string, entry: string, state: string, slot = 'slot-a') =>
  `insert into offer (id, slot_id, waitlist_entry_id, fence, state, created_at, expires_at, ended_at)
   values ('${id}', '${slot}', '${entry}', 1, '${state}', now(), now(), ${state === 'open' ? 'null' : 'now()'})`;
const outcome = (id: string, appointment: string, about: string) =>
  `insert into outcome (id, attempt_id, appointment_id, offer_id, kind, at) values ('${id}', 'attempt', ${appointment}, ${about}, 'no_decision', now())`;
const command = (id: string, kind: string, state: string, about: string, fence: string, settled = 'null') =>
  `insert into write_back (id, key, kind, lane, offer_id, fence, command, state, created_at, settled_at)
   values ('${id}', '${id}', '${kind}', 'l', ${about}, ${fence}, '{}', '${state}', now(), ${settled})`;
const contact = (
  state: string,
  purpose = 'confirm',
  phone = `'+13125550142'`,
  because = 'null',
  place = `'chicago'`,
  about = 'null',
) =>
  `insert into contact (id, run_id, key, purpose, phone, location_id, caller_id, state, because, expires_at, created_at, offer_id)
   select gen_random_uuid(), id, gen_random_uuid(), '${purpose}', ${phone}, ${place}, '+13125550100', '${state}', ${because}, now(), now(), ${about} from campaign_run`;
const slot = (set: string) => `update slot set ${set} where id = 'slot-b'`;
const ANN = `(select id from appointment where external = 'ext-ann')`;

const REFUSALS: readonly Refusal[] = [
  {
    rule: 'call_attempt_one_live_per_phone',
    breaks: attempt('x', 'intent', phoneOf('ann')),
    allowed: attempt('x', 'ended', phoneOf('ann'), ENDED),
  },
  { rule: 'call_attempt_ended_has_disposition', breaks: attempt('x', 'ended', '+13125550142') },
  { rule: 'call_attempt_ended_has_disposition', breaks: attempt('x', 'ringing', '+13125550142', ENDED) },
  {
    rule: 'call_attempt_ended_has_disposition',
    breaks: attempt('x', 'ended', '+13125550142', `'busy', null, null`),
  },
  { rule: 'call_attempt_status', breaks: attempt('x', 'dialing', '+13125550142') },
  {
    rule: 'call_attempt_applied_after_end',
    breaks: `update call_attempt set applied_at = now()`,
    allowed: `update call_attempt set applied_at = now(), status = 'ended', disposition = 'busy', ended_at = now()`,
  },
  {
    rule: 'call_attempt_sid_key',
    breaks: `${attempt('x', 'intent', '+13125550142')}; update call_attempt set sid = 'CA1'`,
  },
  {
    rule: 'offer_one_live_per_slot',
    breaks: offer('x', 'wait-joe', 'open'),
    allowed: offer('x', 'wait-joe', 'declined'),
  },
  { rule: 'offer_one_live_per_slot', breaks: offer('x', 'wait-joe', 'accepted') },
  {
    rule: 'offer_one_live_per_slot',
    breaks: offer('x', 'wait-joe', 'landed'),
    allowed: offer('x', 'wait-joe', 'closed'),
  },
  {
    rule: 'offer_one_open_per_entry',
    breaks: offer('x', 'wait-wes', 'open', 'slot-b'),
    allowed: offer('x', 'wait-wes', 'landed', 'slot-b'),
  },
  { rule: 'offer_state', breaks: `update offer set state = 'maybe', ended_at = now()` },
  {
    rule: 'offer_ended_has_time',
    breaks: `update offer set state = 'declined'`,
    allowed: `update offer set state = 'declined', ended_at = now()`,
  },
  { rule: 'slot_filled_once', breaks: `update slot set state = 'booked', filled_by_offer_id = 'offer-a'` },
  { rule: 'slot_state', breaks: slot(`state = 'free'`) },
  { rule: 'slot_ends_after_it_starts', breaks: slot('end_at = start_at') },
  {
    rule: 'slot_freed_has_time',
    breaks: slot('freed_at = null'),
    allowed: slot(`freed_at = null, state = 'imported'`),
  },
  { rule: 'slot_chain_depth', breaks: slot('chain_depth = -1') },
  {
    rule: 'slot_reserved_has_fence',
    breaks: slot(`state = 'reserved'`),
    allowed: slot(`state = 'reserved', fence = 1`),
  },
  {
    rule: 'slot_booked_has_offer',
    breaks: slot(`state = 'booked'`),
    allowed: slot(`state = 'booked', filled_by_offer_id = 'offer-a'`),
  },
  { rule: 'slot_booked_has_offer', breaks: slot(`filled_by_offer_id = 'offer-a'`) },
  {
    rule: 'waitlist_entry_state',
    breaks: `update waitlist_entry set state = 'gone'`,
    allowed: `update waitlist_entry set state = 'paused'`,
  },
  { rule: 'contact_run_id_key_key', breaks: `update contact set key = 'same'` },
  { rule: 'contact_state', breaks: contact('done'), allowed: contact('stale') },
  { rule: 'contact_purpose', breaks: contact('queued', 'sale'), allowed: contact('queued', 'callback') },
  {
    rule: 'contact_dialable',
    breaks: contact('queued', 'confirm', 'null'),
    allowed: contact('human', 'confirm', 'null'),
  },
  { rule: 'contact_dialable', breaks: contact('retry_wait', 'confirm', `'+13125550142'`, 'null', 'null') },
  {
    rule: 'contact_refused_says_why',
    breaks: contact('refused'),
    allowed: contact('refused', 'confirm', 'null', `'no_phone'`),
  },
  { rule: 'contact_offer_has_offer', breaks: contact('queued', 'offer') },
  {
    rule: 'contact_offer_has_offer',
    breaks: contact('queued', 'confirm', `'+13125550142'`, 'null', `'chicago'`, `'offer-a'`),
    allowed: contact('queued', 'offer', `'+13125550142'`, 'null', `'chicago'`, `'offer-a'`),
  },
  { rule: 'contact_phone_e164', breaks: contact('queued', 'confirm', `'312-555-0142'`) },
  {
    rule: 'outcome_one_per_appointment',
    breaks: `${outcome('o1', ANN, 'null')}; ${outcome('o2', ANN, 'null')}`,
    allowed: `${outcome('o1', ANN, 'null')}; ${outcome('o2', 'null', `'offer-a'`)}; ${outcome('o3', 'null', 'null')}`,
  },
  {
    rule: 'outcome_one_per_offer',
    breaks: `${outcome('o1', 'null', `'offer-a'`)}; ${outcome('o2', 'null', `'offer-a'`)}`,
  },
  {
    rule: 'outcome_one_per_call',
    breaks: `${outcome('o1', 'null', 'null')}; ${outcome('o2', 'null', 'null')}`,
  },
  { rule: 'outcome_about_one_thing', breaks: outcome('o1', ANN, `'offer-a'`) },
  {
    rule: 'outcome_attempt_id_fkey',
    breaks: `${outcome('o1', 'null', 'null')}; update outcome set attempt_id = 'nobody'`,
  },
  { rule: 'write_back_kind', breaks: command('w', 'move', 'pending', 'null', 'null') },
  { rule: 'write_back_state', breaks: command('w', 'confirm', 'lost', 'null', 'null') },
  {
    rule: 'write_back_offer_has_fence',
    breaks: command('w', 'book', 'pending', `'offer-a'`, 'null'),
    allowed: command('w', 'cancel', 'pending', `'offer-a'`, 'null'),
  },
  {
    rule: 'write_back_one_booking_per_offer',
    breaks: `${command('w', 'book', 'dead', `'offer-a'`, '1', 'now()')}; ${command('v', 'book', 'pending', `'offer-a'`, '1')}`,
    allowed: `${command('w', 'book', 'pending', `'offer-a'`, '1')}; ${command('v', 'cancel', 'pending', `'offer-a'`, 'null')}`,
  },
  {
    rule: 'write_back_landed_has_time',
    breaks: command('w', 'confirm', 'landed', 'null', 'null'),
    allowed: command('w', 'confirm', 'landed', 'null', 'null', 'now()'),
  },
  { rule: 'write_back_landed_has_time', breaks: command('w', 'confirm', 'dead', 'null', 'null') },
  { rule: 'write_back_offer_id_fkey', breaks: command('w', 'book', 'pending', `'offer-x'`, '1') },
  {
    rule: 'promise_write_back_id_fkey',
    breaks: `insert into promise (id, attempt_id, write_back_id, made_at) values ('p', 'attempt', 'w', now())`,
  },
  {
    rule: 'consent_revoked_after_granted',
    breaks: `insert into consent (id, patient_external, kind, source, granted_at, revoked_at) values ('c', 'p', 'voice', 's', now(), now() - interval '1 day')`,
    allowed: `insert into consent (id, patient_external, kind, source, granted_at, revoked_at) values ('c', 'p', 'voice', 's', now(), now())`,
  },
  {
    rule: 'suppression_names_somebody',
    breaks: `insert into suppression (id, reason, at) values ('s', 'opted_out', now())`,
  },
  { rule: 'appointment_ends_after_it_starts', breaks: `update appointment set end_at = start_at` },
  {
    rule: 'callback_state',
    breaks: `insert into callback (id, reason, quote, state, created_at) values ('c', 'question', '', 'lost', now())`,
  },
  { rule: 'promise_state', breaks: promiseThat(`'forgotten', now()`) },
  {
    rule: 'promise_closed_has_time',
    breaks: promiseThat(`'kept', null`),
    allowed: promiseThat(`'kept', now()`),
  },
  { rule: 'promise_closed_has_time', breaks: promiseThat(`'open', now()`) },
  {
    rule: 'patient_phone_status',
    breaks: `update patient_phone set status = 'old'`,
    allowed: `update patient_phone set status = 'wrong_number'`,
  },
  {
    rule: 'outbox_queue',
    breaks: `insert into outbox (id, job_id, queue, subject, due_at, created_at) values ('o', 'j', 'mail', 's', now(), now())`,
    allowed: `insert into outbox (id, job_id, queue, subject, due_at, created_at) values ('o', 'j', 'fill', 's', now(), now())`,
  },
];

function promiseThat(is: string): string {
  return `${command('w', 'confirm', 'pending', 'null', 'null')};
    insert into promise (id, attempt_id, write_back_id, made_at, state, closed_at) values ('p', 'attempt', 'w', now(), ${is})`;
}

const slotRow = (id: string) =>
  `('${id}', '${id}', 'chicago', now(), now() + interval '1 hour', 'open', now())`;

afterAll(() => world.close());
beforeAll(async () => {
  await world.open();
  await world.lists('ann', { name: 'bob', hours: 31 });
  await world.waits('wes');
  await world.waits('joe');
  await world.plan();
  await world.claim('ann', { attempt: 'attempt' });
  await world.sql(
    `insert into slot (id, external, location_id, start_at, end_at, state, freed_at) values ${slotRow('slot-a')}, ${slotRow('slot-b')}`,
  );
  await world.sql(offer('offer-a', 'wait-wes', 'open'));
});

test.each(REFUSALS.map((refusal) => [refusal.rule, refusal] as const))(
  '%s',
  async (rule, { breaks, allowed }) => {
    await expect(world.sql(breaks)).rejects.toMatchObject({ constraint: rule });
    // Several statements at once are one transaction: what was let through is taken back by the division.
    if (allowed !== undefined)
      await expect(world.sql(`${allowed}; select 1 / 0`)).rejects.toMatchObject({ code: DIVISION_BY_ZERO });
  },
);

test('nobody may take away what others stand on', async () => {
  for (const table of ['contact', 'call_attempt', 'slot', 'campaign_run', 'patient', 'practice'])
    await expect(world.sql(`delete from ${table}`)).rejects.toMatchObject({
      code: expect.stringMatching(/^2300[13]|23503$/),
    });
});
