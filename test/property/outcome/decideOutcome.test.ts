import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  ConversationResult,
  Decision,
  OfferDecision,
  Reached,
} from '../../../src/domain/conversation.ts';
import {
  DISPOSITIONS,
  OUTCOMES,
  type OutcomeKind,
  isRightPartyContact,
} from '../../../src/domain/disposition.ts';
import type { EndedAttempt } from '../../../src/domain/endedAttempt.ts';
import { decideOutcome } from '../../../src/outcome/decideOutcome.ts';
import { retryPlanner } from '../../../src/schedule/retryPlan.ts';
import { decided, ended, endedOffer } from '../../support/endings.ts';
import { CHICAGO, EVENING, SETTINGS, of } from '../../support/night.ts';

const OPENING = { slot: of('s1'), start: EVENING, end: EVENING, provider: null, spokenProvider: '' } as const;
const decision = fc.constantFrom<Decision>(
  { kind: 'confirmed' },
  { kind: 'cancelled' },
  { kind: 'rescheduled', to: { ...OPENING, slot: of('s1') }, booking: 'pending' },
  { kind: 'reschedule_requested', wish: 'later' },
  { kind: 'no_decision' },
);
const offer = fc.constantFrom<OfferDecision | null>(
  null,
  { kind: 'accepted', booking: 'landed' },
  { kind: 'lost_slot' },
  { kind: 'declined' },
  { kind: 'no_decision' },
);
const result: fc.Arbitrary<ConversationResult | null> = fc.option(
  fc
    .record({
      decisions: fc.dictionary(fc.constantFrom('a1', 'b1'), decision, { noNullPrototype: true }),
      offer,
      verified: fc.boolean(),
      overall: fc.option(fc.constantFrom<OutcomeKind>(...OUTCOMES)),
      reached: fc.constantFrom<Reached>('human', 'machine', 'fax', 'nobody'),
      callback: fc.option(fc.constant({ reason: 'question' as const, quote: 'why' })),
    })
    .map(({ decisions, ...rest }) => decided(decisions, rest)),
);
const attempt: fc.Arbitrary<EndedAttempt> = fc
  .record({
    result,
    disposition: fc.constantFrom(...DISPOSITIONS),
    about: fc.constantFrom('confirm', 'offer'),
  })
  .map(({ about, ...over }) => (about === 'offer' ? endedOffer(over) : ended(over)));

describe('any ended attempt', () => {
  test('has an outcome for everything it was about; only a verified right party changes anything; every outcome is met', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(attempt, (end) => {
        const changes = decideOutcome(end, retryPlanner(SETTINGS, CHICAGO));
        const covered = end.offer === null ? end.appointments.map((a) => a.appointment) : [null];
        expect(changes.outcomes.map((o) => o.appointment)).toEqual(covered);
        for (const { kind } of changes.outcomes) {
          seen.add(kind);
          if (isRightPartyContact(kind)) expect(end.result?.verified).toBe(true);
        }
        if (end.result?.verified !== true) expect(changes.writeBacks).toEqual([]);
        for (const { appointment } of changes.writeBacks) expect(covered).toContain(appointment);
        expect(changes.offer === null).toBe(end.offer === null);
        if (end.offer !== null) expect(changes.contact.kind).toBe('stop');
      }),
      { numRuns: 3_000 },
    );
    expect([...seen].toSorted()).toEqual([...OUTCOMES].toSorted());
  });

  test('in which somebody was talked with and something stayed open ends with a person, or with nobody to be called', () => {
    let open = 0;
    fc.assert(
      fc.property(result, (talk) => {
        if (talk?.reached !== 'human') return;
        const end = ended({ result: talk });
        const changes = decideOutcome(end, retryPlanner(SETTINGS, CHICAGO));
        const undecided = changes.outcomes.some((o) => !isRightPartyContact(o.kind));
        if (!undecided) return;
        open += 1;
        expect(changes.contact).toMatchObject({ kind: 'stop' });
        expect(changes.contact).not.toMatchObject({ state: 'resolved' });
      }),
      { numRuns: 1_000 },
    );
    expect(open).toBeGreaterThan(20);
  });
});
