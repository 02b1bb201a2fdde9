/**
 * Takes a contact to be called now: the phone is claimed, then the scheduling system is asked whether there is still something to call about,
 * and what could be offered instead. Nothing has been asked of the phone company when this is done.
 */
import type { ConversationBrief, ConversationResult } from '../domain/conversation.ts';
import type { AttemptId, ContactId } from '../domain/ids.ts';
import { id } from '../domain/ids.ts';
import type { CallablePerson } from '../domain/mayCall.ts';
import type { Refusal } from '../domain/planning.ts';
import type { Practice } from '../domain/practice.ts';
import { MINUTE_MS, SECOND_MS, msBetween } from '../domain/time.ts';
import { type ClaimDeps, type ClaimedCall } from './claimDeps.ts';
import { briefFor } from './briefing.ts';
import { decideDial } from './gate.ts';
import { stillDue } from './recheck.ts';

export type ClaimAnswer =
  | {
      readonly kind: 'ready';
      readonly call: ClaimedCall;
      readonly brief: ConversationBrief;
      readonly practice: Practice;
    }
  | { readonly kind: 'again_in'; readonly ms: number }
  /** Refused, resolved, or found stale: there is nothing more to do. */
  | { readonly kind: 'over' };

/** A line comes free when a call ends; about a minute. */
const NO_LINE_RETRY_MS = SECOND_MS;

/** What a lease must outlast besides ringing and talking: preparing, and closing the books. */
const LEASE_MARGIN_MS = MINUTE_MS;

/** The longest time between the decision to dial and the dial; older decisions are made again. */
const DECISION_MAX_AGE_MS = 5 * SECOND_MS;

/** The record of a call that was not made because the office had been quicker. */
const SUPERSEDED: ConversationResult = {
  reached: 'nobody',
  answeredBy: null,
  verified: false,
  decisions: [],
  offer: null,
  overall: 'superseded_by_staff',
  callback: null,
  transcript: [],
  latencies: [],
  path: [],
  endedBy: 'agent',
  durationMs: 0,
};

/** Ends the attempt before anything was asked of the phone company. What the office changed is done with; all else is tried again. */
async function notDialed(deps: ClaimDeps, attempt: AttemptId, because: Refusal): Promise<ClaimAnswer> {
  const at = deps.clock.now();
  const result = because === 'appointment_changed' ? SUPERSEDED : null;
  deps.log.warn('contact.refused', { attempt, code: because });
  await deps.store.calls.end(attempt, { at, disposition: 'never_dialed', result, recordingMs: null });
  return { kind: 'over' };
}

async function prepare(
  deps: ClaimDeps,
  call: ClaimedCall,
  practice: Practice,
  people: readonly CallablePerson[],
): Promise<ClaimAnswer> {
  const { attempt } = call;
  const decidedMs = deps.clock.monotonicMs();
  const subject = await deps.store.calls.subject(attempt);
  if (subject === null) return notDialed(deps, attempt, 'unreadable_appointment');
  const due = await stillDue(deps, subject, people);
  if (due.kind === 'superseded') return notDialed(deps, attempt, 'appointment_changed');
  if (due.kind === 'unread') return notDialed(deps, attempt, 'stale_schedule');
  const brief = await briefFor(deps, call, practice, due.subject);
  if (brief === null) return notDialed(deps, attempt, 'unknown_location');
  if (deps.clock.monotonicMs() - decidedMs > DECISION_MAX_AGE_MS) {
    deps.log.warn('vendor.slow', { vendor: 'scheduler', attempt });
    return notDialed(deps, attempt, 'stale_schedule');
  }
  return { kind: 'ready', call, brief, practice };
}

/**
 * Claims the contact and prepares its call.
 * `again_in` when the hours, the caps or the lines say later; an attempt that is claimed and then not dialed is ended `never_dialed`.
 */
export async function claimCall(deps: ClaimDeps, contact: ContactId): Promise<ClaimAnswer> {
  const { store, clock, random, rules, log } = deps;
  const practice = await store.practice.current();
  if (practice === null) return { kind: 'over' };
  const { ringTimeoutMs, callLimitMs, lines } = practice.settings;
  const now = clock.now();
  const allowed: { people: readonly CallablePerson[] } = { people: [] };
  const claim = await store.calls.claim(
    contact,
    {
      now,
      lines,
      leaseMs: ringTimeoutMs + callLimitMs + LEASE_MARGIN_MS,
      attempt: id<AttemptId>(random.uuid()),
      streamToken: random.uuid(),
    },
    (facts) => {
      const answer = decideDial(facts, { practice, rules, now });
      allowed.people = answer.people;
      return answer.decision;
    },
  );
  switch (claim.kind) {
    case 'claimed':
      log.info('contact.claimed', { contact, attempt: claim.attempt });
      return prepare(deps, claim, practice, allowed.people);
    case 'defer':
      log.info('contact.deferred', { contact });
      return { kind: 'again_in', ms: Math.max(SECOND_MS, msBetween(now, claim.until)) };
    case 'no_line':
      return { kind: 'again_in', ms: NO_LINE_RETRY_MS };
    case 'no':
      return { kind: 'over' };
  }
}
