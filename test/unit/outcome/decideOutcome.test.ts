import { describe, expect, test } from 'vitest';
import type { Decision, OfferDecision } from '../../../src/domain/conversation.ts';
import type { Disposition, OutcomeKind } from '../../../src/domain/disposition.ts';
import type { EndedAttempt, OutcomeChanges } from '../../../src/domain/endedAttempt.ts';
import type { RetryPlan } from '../../../src/domain/planning.ts';
import { HOUR_MS, plusMs } from '../../../src/domain/time.ts';
import { decideOutcome } from '../../../src/outcome/decideOutcome.ts';
import { conversation, decided, ended, endedOffer } from '../../support/endings.ts';
import { EVENING, of } from '../../support/night.ts';

const LATER: RetryPlan = { kind: 'call_again', notBefore: plusMs(EVENING, HOUR_MS), because: 'busy' };
const decide = (attempt: EndedAttempt): OutcomeChanges => decideOutcome(attempt, () => LATER);
const kinds = (changes: OutcomeChanges): readonly OutcomeKind[] => changes.outcomes.map((o) => o.kind);

const CONFIRMED: Decision = { kind: 'confirmed' };
const CANCELLED: Decision = { kind: 'cancelled' };
const MOVED: Decision = {
  kind: 'rescheduled',
  booking: 'landed',
  to: { slot: of('s1'), start: EVENING, end: EVENING, provider: null, spokenProvider: 'Doctor Lee' },
};
const WISH: Decision = { kind: 'reschedule_requested', wish: 'some Friday' };

describe('a verified right party', () => {
  test('who confirmed one and cancelled one has both written back, and is done', () => {
    expect(decide(ended({ result: decided({ a1: CONFIRMED, b1: CANCELLED }) }))).toEqual({
      outcomes: [
        { appointment: 'a1', offer: null, kind: 'confirmed' },
        { appointment: 'b1', offer: null, kind: 'cancelled' },
      ],
      writeBacks: [
        { kind: 'confirm', appointment: 'a1' },
        { kind: 'cancel', appointment: 'b1', reason: 'pat-crs' },
      ],
      suppressions: [],
      callbacks: [],
      offer: null,
      contact: { kind: 'stop', state: 'resolved', because: 'decided' },
    });
  });

  test('who moved is not cancelled here: what the booking replaces is released when it lands', () => {
    const changes = decide(ended({ result: decided({ a1: MOVED, b1: CONFIRMED }) }));
    expect(kinds(changes)).toEqual(['rescheduled', 'confirmed']);
    expect(changes.writeBacks).toEqual([{ kind: 'confirm', appointment: 'b1' }]);
  });

  test('who wants another time is rung back about it, once, in her own words', () => {
    const result = decided(
      { a1: WISH, b1: CONFIRMED },
      { callback: { reason: 'reschedule', quote: 'some Friday' } },
    );
    expect(decide(ended({ result })).callbacks).toEqual([
      { reason: 'reschedule', quote: 'some Friday', patient: 'ada', appointment: 'a1' },
    ]);
  });

  test('who decided one of two leaves the other to a person', () => {
    const result = decided(
      { a1: CONFIRMED },
      { transcript: [{ party: 'callee', text: 'I have to run', fromMs: 0, toMs: 900 }] },
    );
    const changes = decide(ended({ result }));
    expect(kinds(changes)).toEqual(['confirmed', 'no_decision']);
    expect(changes.callbacks).toEqual([
      { reason: 'not_understood', quote: 'I have to run', patient: 'bob', appointment: 'b1' },
    ]);
    expect(changes.contact).toEqual({ kind: 'stop', state: 'human', because: 'no_decision' });
  });

  test('who asked a question as well is rung back about it', () => {
    const asked = { reason: 'question' as const, quote: 'does it hurt' };
    const changes = decide(ended({ result: decided({ a1: CONFIRMED, b1: CONFIRMED }, { callback: asked }) }));
    expect(changes.callbacks).toEqual([{ ...asked, patient: 'ada', appointment: null }]);
    expect(changes.contact).toMatchObject({ state: 'resolved' });
  });
});

describe('nobody verified', () => {
  test('changes nothing, whatever was said', () => {
    const result = decided({ a1: CANCELLED, b1: CONFIRMED }, { verified: false, overall: 'confirmed' });
    const changes = decide(ended({ result }));
    expect(changes.writeBacks).toEqual([]);
    expect(kinds(changes)).toEqual(['verification_failed', 'verification_failed']);
    expect(changes.contact).toMatchObject({ kind: 'stop', state: 'human' });
    expect(changes.callbacks).toHaveLength(1);
  });

  test('takes no offer either', () => {
    const offer: OfferDecision = { kind: 'accepted', booking: 'landed' };
    const changes = decide(endedOffer({ result: conversation({ verified: false, offer }) }));
    expect(changes.offer).toEqual({ offer: 'offer', became: 'no_decision' });
    expect(kinds(changes)).toEqual(['no_decision']);
  });
});

describe('what silences', () => {
  test('an opt-out silences the phone', () => {
    const changes = decide(ended({ result: conversation({ overall: 'opted_out', verified: false }) }));
    expect(changes.suppressions).toEqual([{ scope: 'phone', patient: null, reason: 'opted_out' }]);
    expect(changes.contact).toEqual({ kind: 'stop', state: 'suppressed', because: 'opted_out' });
    expect(changes.callbacks).toEqual([]);
  });

  test('an opt-out after a confirmation keeps the confirmation', () => {
    const result = decided({ a1: CONFIRMED, b1: CONFIRMED }, { overall: 'opted_out' });
    expect(decide(ended({ result })).writeBacks).toHaveLength(2);
  });

  test('a wrong number cuts the phone from its people and asks the office to correct it', () => {
    const changes = decide(ended({ result: conversation({ overall: 'wrong_number', verified: false }) }));
    expect(changes.suppressions).toEqual([
      { scope: 'phone_patient_link', patient: 'ada', reason: 'wrong_number' },
      { scope: 'phone_patient_link', patient: 'bob', reason: 'wrong_number' },
    ]);
    expect(changes.callbacks.map((c) => c.reason)).toEqual(['wrong_number']);
  });

  test('a number that cannot exist does the same', () => {
    const changes = decide(ended({ disposition: 'invalid_number', result: null }));
    expect(changes.suppressions.map((s) => s.scope)).toEqual(['phone_patient_link', 'phone_patient_link']);
    expect(changes.callbacks.map((c) => c.reason)).toEqual(['wrong_number']);
  });

  test('a death silences the person', () => {
    const changes = decide(
      ended({ result: conversation({ overall: 'deceased_reported', verified: false }) }),
    );
    expect(changes.suppressions.map((s) => [s.scope, s.reason])).toEqual([
      ['patient', 'deceased'],
      ['patient', 'deceased'],
    ]);
    expect(changes.callbacks).toHaveLength(1);
  });
});

describe('nobody reached', () => {
  test.each<Disposition>([
    'busy',
    'no_answer',
    'carrier_failure',
    'provider_error',
    'never_dialed',
    'rejected',
  ])('%s follows the cadence and has an outcome for each appointment', (disposition) => {
    const changes = decide(ended({ disposition, result: null }));
    expect(changes.contact).toEqual(LATER);
    expect(kinds(changes)).toEqual(['no_decision', 'no_decision']);
    expect(changes.callbacks).toEqual([]);
  });

  test('a voicemail follows the cadence', () => {
    const result = conversation({ reached: 'machine', verified: false, overall: 'voicemail_left' });
    const changes = decide(ended({ disposition: 'answered_machine', result }));
    expect(kinds(changes)).toEqual(['voicemail_left', 'voicemail_left']);
    expect(changes.contact).toEqual(LATER);
  });

  test.each<Disposition>(['answered_human', 'answered_unknown', 'lost'])(
    '%s without a conversation is our failure, and a person rings back',
    (disposition) => {
      const changes = decide(ended({ disposition, result: null }));
      expect(kinds(changes)).toEqual(['system_failure', 'system_failure']);
      expect(changes.callbacks.map((c) => c.reason)).toEqual(['system_failure']);
      expect(changes.contact).toEqual({ kind: 'stop', state: 'human', because: 'system_failure' });
    },
  );

  test('what the office changed before we rang is stale', () => {
    const result = conversation({ reached: 'nobody', verified: false, overall: 'superseded_by_staff' });
    const changes = decide(ended({ disposition: 'never_dialed', result }));
    expect(kinds(changes)).toEqual(['superseded_by_staff', 'superseded_by_staff']);
    expect(changes.contact).toEqual({ kind: 'stop', state: 'stale', because: 'superseded_by_staff' });
    expect(changes.callbacks).toEqual([]);
  });
});

describe('an offer', () => {
  test.each<[OfferDecision, OutcomeKind, NonNullable<OutcomeChanges['offer']>['became']]>([
    [{ kind: 'accepted', booking: 'landed' }, 'accepted_offer', 'accepted'],
    [{ kind: 'accepted', booking: 'pending' }, 'accepted_offer', 'accepted'],
    [{ kind: 'lost_slot' }, 'accepted_offer_lost_slot', 'lost_slot'],
    [{ kind: 'declined' }, 'declined_offer', 'declined'],
    [{ kind: 'no_decision' }, 'no_decision', 'no_decision'],
  ])('answered %j', (offer, kind, became) => {
    const changes = decide(endedOffer({ result: conversation({ offer }) }));
    expect(changes.outcomes).toEqual([{ appointment: null, offer: 'offer', kind }]);
    expect(changes.offer).toEqual({ offer: 'offer', became });
    expect(changes.contact).toEqual({ kind: 'stop', state: 'resolved', because: kind });
    expect(changes.callbacks).toEqual([]);
    expect(changes.writeBacks).toEqual([]);
  });

  test.each<[Disposition, EndedAttempt['result']]>([
    ['busy', null],
    ['no_answer', null],
    ['answered_machine', conversation({ reached: 'machine', verified: false })],
    ['never_dialed', conversation({ reached: 'nobody', verified: false, overall: 'superseded_by_staff' })],
  ])('that reached nobody (%s) goes to the next person and is not repeated', (disposition, result) => {
    const changes = decide(endedOffer({ disposition, result }));
    expect(changes.offer).toEqual({ offer: 'offer', became: 'unreached' });
    expect(changes.contact.kind).toBe('stop');
  });
});
