/** Ended attempts and conversations, for tests that name only what they are about. */
import type { ConversationResult, Decision } from '../../src/domain/conversation.ts';
import type { EndedAttempt } from '../../src/domain/endedAttempt.ts';
import { HOUR_MS, plusMs } from '../../src/domain/time.ts';
import { EVENING, PHONE, of } from './night.ts';

export const conversation = (over: Partial<ConversationResult> = {}): ConversationResult => ({
  reached: 'human',
  answeredBy: 'human',
  verified: true,
  decisions: [],
  offer: null,
  overall: null,
  callback: null,
  transcript: [],
  latencies: [],
  path: [],
  endedBy: 'agent',
  durationMs: 30_000,
  ...over,
});

/** A conversation in which these appointments were decided. */
export const decided = (
  decisions: Readonly<Record<string, Decision>>,
  over: Partial<ConversationResult> = {},
): ConversationResult =>
  conversation({
    decisions: Object.entries(decisions).map(([appointment, decision]) => ({
      appointment: of(appointment),
      decision,
    })),
    ...over,
  });

export const ended = (over: Partial<EndedAttempt> = {}): EndedAttempt => ({
  attempt: of('attempt'),
  contact: of('contact'),
  purpose: 'confirm',
  phone: PHONE,
  disposition: 'answered_human',
  result: conversation(),
  endedAt: EVENING,
  appointments: [
    { appointment: of('a1'), patient: of('ada'), start: plusMs(EVENING, 30 * HOUR_MS) },
    { appointment: of('b1'), patient: of('bob'), start: plusMs(EVENING, 31 * HOUR_MS) },
  ],
  offer: null,
  tries: {},
  expiresAt: plusMs(EVENING, 29 * HOUR_MS),
  ...over,
});

/** An ended call about an offer to Ada. */
export const endedOffer = (over: Partial<EndedAttempt> = {}): EndedAttempt =>
  ended({
    purpose: 'offer',
    appointments: [],
    offer: { offer: of('offer'), patient: of('ada') },
    ...over,
  });
