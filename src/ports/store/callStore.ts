import type { AnsweredBy, CallProgress, E164 } from '../../domain/call.ts';
import type { BriefedOffer, BriefedPerson, ConversationResult } from '../../domain/conversation.ts';
import type { Disposition } from '../../domain/disposition.ts';
import type { AttemptId, CallSid, ContactId, LocationId } from '../../domain/ids.ts';
import type { ContactPurpose, DialDecision, DialFacts } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';

export type Claim =
  | {
      readonly kind: 'claimed';
      readonly attempt: AttemptId;
      readonly phone: E164;
      readonly callerId: E164;
      readonly location: LocationId;
      readonly purpose: ContactPurpose;
      readonly streamToken: string;
    }
  | { readonly kind: 'defer'; readonly until: Instant }
  /** Refused for good, already over, or no such contact. */
  | { readonly kind: 'no' }
  /** Every line is in use. */
  | { readonly kind: 'no_line' };

/** An attempt that should have ended and has not: the reconciler's work. */
export interface OpenAttempt {
  readonly attempt: AttemptId;
  readonly sid: CallSid | null;
  readonly phone: E164;
  readonly callerId: E164;
  readonly status: 'intent' | 'requested' | 'unknown_requested' | 'ringing' | 'answered';
  readonly since: Instant;
}

/** What a call needs to know of its people, without the openings (those come fresh from the scheduling system). */
export interface CallSubject {
  readonly contact: ContactId;
  readonly purpose: ContactPurpose;
  readonly location: LocationId;
  readonly people: readonly BriefedPerson[];
  readonly offer: (Omit<BriefedOffer, 'opening'> & { readonly opening: BriefedOffer['opening'] }) | null;
}

/** Attempts: claimed before anything is asked of the provider, ended exactly once. */
export interface CallStore {
  /**
   * In one transaction under a lock on the phone: reads the facts, asks `decide`, stores its decision record, and on `dial` takes a line lease
   * and inserts the attempt (status intent). The partial unique index on live attempts per phone makes a second claim fail.
   */
  claim(
    contact: ContactId,
    options: {
      readonly now: Instant;
      readonly lines: number;
      readonly leaseMs: number;
      readonly attempt: AttemptId;
      readonly streamToken: string;
    },
    decide: (facts: DialFacts) => DialDecision,
  ): Promise<Claim>;
  placed(attempt: AttemptId, sid: CallSid, at: Instant): Promise<void>;
  /** The answer to the dial request was lost: status unknown_requested, to be reconciled before any redial. */
  unknownPlacement(attempt: AttemptId): Promise<void>;
  /** Folds a provider report; late and repeated ones change nothing. */
  progress(attempt: AttemptId, progress: CallProgress, at: Instant): Promise<void>;
  answeredBy(attempt: AttemptId, verdict: AnsweredBy): Promise<void>;
  /** Keeps the line until then, also when the lease had run out; a call that has ended gets none. */
  extendLease(attempt: AttemptId, until: Instant): Promise<void>;
  /**
   * Ends the attempt: disposition, the conversation's result when there was one, the line given back, and the outbox row of the `outcome` job, in
   * one transaction. Ending it again changes nothing. @returns whether this call ended it.
   */
  end(
    attempt: AttemptId,
    ended: {
      readonly at: Instant;
      readonly disposition: Disposition;
      readonly result: ConversationResult | null;
      readonly recordingMs: number | null;
    },
  ): Promise<boolean>;
  subject(attempt: AttemptId): Promise<CallSubject | null>;
  bySid(sid: CallSid): Promise<AttemptId | null>;
  /** Attempts without an end whose last sign is older than `before`. */
  stuck(before: Instant): Promise<readonly OpenAttempt[]>;
}
