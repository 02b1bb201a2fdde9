import { randomUUID } from 'node:crypto';
import type { E164 } from '../../domain/call.ts';
import type { ContactId, LocationId } from '../../domain/ids.ts';
import type { ContactPurpose, DialDecision } from '../../domain/planning.ts';
import { type Instant, plusMs } from '../../domain/time.ts';
import type { CallStore, Claim } from '../../ports/store/callStore.ts';
import {
  type Database,
  type Transaction,
  inTransaction,
  isUniqueViolation,
  lock,
  toJson,
  toTimestamp,
} from './database.ts';
import { readContact, readDialFacts } from './dialFacts.ts';
import { endOffer } from './offers.ts';

type Options = Parameters<CallStore['claim']>[1];
type Contact = NonNullable<Awaited<ReturnType<typeof readContact>>>;

const CLAIMABLE: ReadonlySet<string> = new Set(['queued', 'retry_wait', 'held']);

const record = (
  tx: Transaction,
  contact: string,
  decision: DialDecision,
  attempt: string | null,
  at: Instant,
) =>
  tx.policyDecision.create({
    data: {
      id: randomUUID(),
      contactId: contact,
      attemptId: attempt,
      verdict: decision.kind,
      because: decision.kind === 'dial' ? null : decision.because,
      rules: toJson(decision.rules),
      at: toTimestamp(at),
    },
  });

/** What a refusal at the gate makes of the contact. */
const STATE_AFTER_REFUSAL: Readonly<Record<string, string>> = {
  suppressed_phone: 'suppressed',
  suppressed_patient: 'suppressed',
  wrong_number_before: 'suppressed',
  appointment_changed: 'stale',
  already_answered: 'stale',
  offer_withdrawn: 'stale',
  too_late: 'expired',
  window_closed: 'expired',
};

async function refuse(tx: Transaction, contact: Contact, because: string, at: Instant): Promise<void> {
  await tx.contact.update({
    where: { id: contact.id },
    data: { state: STATE_AFTER_REFUSAL[because] ?? 'refused', because },
  });
  // An offer that cannot be made gives its slot back, for the next person.
  if (contact.offerId !== null) await endOffer(tx, contact.offerId, 'unreached', at);
}

/** Lines are counted over all processes; the caller holds the lock on them. */
async function linesInUse(tx: Transaction, now: Instant): Promise<number> {
  await tx.lineLease.deleteMany({ where: { expiresAt: { lte: toTimestamp(now) } } });
  return tx.lineLease.count();
}

async function dial(
  tx: Transaction,
  contact: Contact,
  decision: DialDecision,
  options: Options,
): Promise<Claim> {
  await lock(tx, 'lines');
  if ((await linesInUse(tx, options.now)) >= options.lines) return { kind: 'no_line' };
  const { phone, callerId, locationId } = contact;
  if (phone === null || callerId === null || locationId === null) return { kind: 'no' };
  await tx.callAttempt.create({
    data: {
      id: options.attempt,
      contactId: contact.id,
      phone,
      callerId,
      status: 'intent',
      streamToken: options.streamToken,
      claimedAt: toTimestamp(options.now),
      line: { create: { expiresAt: toTimestamp(plusMs(options.now, options.leaseMs)) } },
    },
  });
  await record(tx, contact.id, decision, options.attempt, options.now);
  await tx.contact.update({ where: { id: contact.id }, data: { state: 'claimed', tries: { increment: 1 } } });
  return {
    kind: 'claimed',
    attempt: options.attempt,
    phone: phone as E164,
    callerId: callerId as E164,
    location: locationId as LocationId,
    purpose: contact.purpose as ContactPurpose,
    streamToken: options.streamToken,
  };
}

/** See CallStore.claim. */
export async function claim(
  db: Database,
  id: ContactId,
  options: Options,
  decide: Parameters<CallStore['claim']>[2],
): Promise<Claim> {
  try {
    return await inTransaction(db, async (tx) => {
      const before = await tx.contact.findUnique({ where: { id }, select: { phone: true } });
      if (before === null || before.phone === null) return { kind: 'no' };
      await lock(tx, `phone-${before.phone}`);
      const contact = await readContact(tx, id);
      if (contact === null || !CLAIMABLE.has(contact.state)) return { kind: 'no' };
      const facts = await readDialFacts(tx, contact, options.now);
      if (facts === null) return { kind: 'no' };
      const decision = decide(facts);
      if (decision.kind === 'dial') return dial(tx, contact, decision, options);
      await record(tx, id, decision, null, options.now);
      if (decision.kind === 'never') {
        await refuse(tx, contact, decision.because, options.now);
        return { kind: 'no' };
      }
      await tx.contact.update({
        where: { id },
        data: { notBefore: toTimestamp(decision.until), because: decision.because },
      });
      return { kind: 'defer', until: decision.until };
    });
  } catch (error) {
    // The index on live attempts per phone is the last word: somebody else is on that phone now.
    if (isUniqueViolation(error)) return { kind: 'defer', until: plusMs(options.now, 30_000) };
    throw error;
  }
}
