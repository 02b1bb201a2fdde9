import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationBrief } from '../../../src/domain/conversation.ts';
import { MOVES } from '../../../src/converse/moves.ts';
import {
  OPENING_STATE,
  type HeardTurn,
  type Reply,
  type ScriptInput,
  type ScriptState,
} from '../../../src/converse/script/states.ts';
import { sayWhen } from '../../../src/converse/script/spokenTime.ts';
import { transition } from '../../../src/converse/script/transition.ts';
import { hearTimes } from '../../../src/converse/times.ts';
import { CHICAGO, JANE, SAM, TIM, confirmBrief, offerBrief } from '../../journey/converse/briefs.ts';

const BRIEFS: readonly ConversationBrief[] = [
  confirmBrief([JANE]),
  confirmBrief([JANE, TIM]),
  confirmBrief([JANE, SAM]),
  confirmBrief([{ ...JANE, appointments: [...JANE.appointments, ...TIM.appointments] }]),
  offerBrief(),
];

const heardTurn: fc.Arbitrary<HeardTurn> = fc.record({
  move: fc.oneof(
    {
      weight: 14,
      arbitrary: fc.constantFrom(
        'affirm' as const,
        'affirm' as const,
        'affirm' as const,
        'choose_first' as const,
        'affirm' as const,
        'deny' as const,
        'request_alternative' as const,
        'cancel' as const,
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...MOVES) },
  ),
  also: fc.constantFrom([], ['question' as const]),
  time: fc.constantFrom(
    null,
    hearTimes('Thursday after three', true),
    hearTimes('mornings', true),
    hearTimes('later', true),
  ),
  answer: fc.constantFrom(null, 'There is free parking behind the building.'),
  quote: fc.constantFrom('well', 'this is Sam', 'yes speaking'),
  factsHeard: fc.constantFrom(true, true, true, false),
});
const input: fc.Arbitrary<ScriptInput> = fc.oneof(
  { weight: 10, arbitrary: heardTurn.map((turn): ScriptInput => ({ kind: 'heard', turn })) },
  { weight: 1, arbitrary: fc.constant<ScriptInput>({ kind: 'unclear', quote: 'mumble' }) },
  { weight: 1, arbitrary: fc.constant<ScriptInput>({ kind: 'silence' }) },
  { weight: 1, arbitrary: fc.constant<ScriptInput>({ kind: 'beep' }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('landed' as const, 'taken' as const, 'pending' as const)
      .map((result): ScriptInput => ({ kind: 'booked', result })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('machine_start' as const, 'human' as const, 'machine_end_beep' as const, 'fax' as const)
      .map((verdict): ScriptInput => ({ kind: 'answered_by', verdict })),
  },
);
const walk = fc.tuple(fc.constantFrom(...BRIEFS), fc.array(input, { minLength: 1, maxLength: 60 }));

interface Step {
  readonly before: ScriptState;
  readonly input: ScriptInput;
  readonly after: ScriptState;
  readonly reply: Reply | null;
}

function follow(brief: ConversationBrief, inputs: readonly ScriptInput[]): Step[] {
  const steps: Step[] = [];
  let state = OPENING_STATE;
  for (const next of inputs) {
    const [after, reply] = transition(state, next, brief);
    steps.push({ before: state, input: next, after, reply });
    if (reply?.hangUp === true) break;
    state = after;
  }
  return steps;
}

const said = (reply: Reply | null): string => (reply?.say ?? []).map((line) => line.text).join(' ');

/** What may only be said to one person: their visit's kind, provider and time. */
function protectedOf(brief: ConversationBrief, index: number): readonly string[] {
  const people = brief.script === 'confirm' ? brief.people : [brief.person];
  const own = (people[index]?.appointments ?? []).flatMap((a) => [
    a.spokenVisit,
    a.spokenProvider,
    sayWhen(a.start, CHICAGO),
    ...a.openings.map((o) => sayWhen(o.start, CHICAGO)),
  ]);
  const offer =
    brief.script === 'offer'
      ? [
          brief.offer.spokenVisit,
          brief.offer.opening.spokenProvider,
          sayWhen(brief.offer.opening.start, CHICAGO),
        ]
      : [];
  return [...own, ...offer];
}

describe('whatever a callee says', () => {
  test('no appointment fact is spoken to anybody who was not verified for it', () => {
    let checked = 0;
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        for (const { after, reply } of follow(brief, inputs)) {
          const people = brief.script === 'confirm' ? brief.people : [brief.person];
          people.forEach((_, index) => {
            if (after.ledger.verified.includes(index)) return;
            // A fact that a verified person shares is theirs to hear.
            const shared = after.ledger.verified.flatMap((v) => protectedOf(brief, v));
            for (const fact of protectedOf(brief, index).filter((f) => !shared.includes(f))) {
              checked += 1;
              expect(said(reply)).not.toContain(fact);
            }
          });
        }
      }),
      { numRuns: 1_500 },
    );
    expect(checked).toBeGreaterThan(5_000);
  });

  test('only whoever was asked for is verified, and whoever they answer for', () => {
    let verified = 0;
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        const people = brief.script === 'confirm' ? brief.people : [brief.person];
        const nameOf = (index: number): string | undefined =>
          people[index]?.guardianName ?? people[index]?.fullName;
        for (const { before, input: next, after } of follow(brief, inputs)) {
          for (const index of after.ledger.verified.filter((v) => !before.ledger.verified.includes(v))) {
            verified += 1;
            if (before.where.at === 'identify') {
              expect(next.kind === 'heard' && next.turn.move).toBe('affirm');
              expect(before.where.person).toBe(index);
            } else {
              expect(before.ledger.verified.map(nameOf)).toContain(nameOf(index));
            }
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect(verified).toBeGreaterThan(100);
  });

  test('nothing is decided but on an answer to facts that were heard', () => {
    const decided = new Set<string>();
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        for (const { before, input: next, after } of follow(brief, inputs)) {
          for (const decision of after.ledger.decisions) {
            if (
              before.ledger.decisions.includes(decision) ||
              decision.decision.kind === 'reschedule_requested'
            )
              continue;
            decided.add(decision.decision.kind);
            if (next.kind === 'booked') expect(before.where.at).toBe('booking');
            else {
              expect(['appointment', 'cancel_check', 'read_back', 'holding']).toContain(before.where.at);
              expect(next.kind === 'heard' && next.turn.factsHeard).toBe(true);
            }
          }
          if (after.ledger.offer !== before.ledger.offer && after.ledger.offer?.kind === 'accepted') {
            decided.add('accepted');
            expect(next.kind === 'booked' || (next.kind === 'heard' && next.turn.factsHeard)).toBe(true);
          }
        }
      }),
      { numRuns: 1_500 },
    );
    expect([...decided].toSorted()).toEqual(['accepted', 'cancelled', 'confirmed', 'rescheduled']);
  });

  test('a booking is only asked for after a read-back of exactly that opening', () => {
    let bookings = 0;
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        for (const { before, reply } of follow(brief, inputs)) {
          if (reply?.book === null || reply === null) continue;
          bookings += 1;
          const where = before.where.at === 'holding' ? before.where.back : before.where;
          if (where.at === 'read_back') expect(reply.book?.to).toBe(where.to);
          else expect(where.at).toBe('offer_read_back');
        }
      }),
      { numRuns: 1_500 },
    );
    expect(bookings).toBeGreaterThan(10);
  });

  test('the same sentence never follows itself when an answer was not understood', () => {
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        let last = '';
        for (const { input: next, reply } of follow(brief, inputs)) {
          const text = said(reply);
          if (next.kind === 'unclear' && text !== '') expect(text).not.toBe(last);
          if (text !== '') last = text;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('the call ends: of itself in silence, and after forty turns in any case', () => {
    const states = new Set<string>();
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        const steps = follow(brief, inputs);
        for (const { after } of steps) states.add(after.where.at);
        const last = steps.at(-1);
        if (last === undefined || last.reply?.hangUp === true) return;
        let state = last.after;
        for (let i = 0; i < 8; i++) {
          // A booking under way comes to an end by itself.
          const booking = state.where.at === 'booking' || state.where.at === 'offer_booking';
          const [next, reply] = transition(
            state,
            booking ? { kind: 'booked', result: 'pending' } : { kind: 'silence' },
            brief,
          );
          if (reply?.hangUp === true) return;
          state = next;
        }
        throw new Error(`still talking in ${state.where.at}`);
      }),
      { numRuns: 1_500 },
    );
    expect([...states].toSorted()).toEqual([
      'another_time',
      'appointment',
      'booking',
      'cancel_check',
      'closing',
      'ended',
      'holding',
      'identify',
      'next_person',
      'offer',
      'offer_booking',
      'offer_read_back',
      'pickup',
      'propose',
      'reach',
      'read_back',
      'voicemail_message',
      'voicemail_wait',
      'which_time',
    ]);
  });

  test('an endless talker is handed to a person', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BRIEFS),
        fc.array(heardTurn, { minLength: 60, maxLength: 60 }),
        (brief, turns) => {
          const inputs = turns.flatMap((turn): ScriptInput[] => [
            { kind: 'heard', turn },
            { kind: 'booked', result: 'taken' },
          ]);
          expect(follow(brief, inputs).at(-1)?.reply?.hangUp ?? inputs.length === 0).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('every sentence can be said in under twelve seconds', () => {
    let longest = 0;
    fc.assert(
      fc.property(walk, ([brief, inputs]) => {
        for (const { reply } of follow(brief, inputs))
          for (const line of reply?.say ?? []) longest = Math.max(longest, line.text.split(/\s+/).length);
      }),
      { numRuns: 500 },
    );
    // 170 words a minute, the pace of Flash at our speed.
    expect((longest / 170) * 60).toBeLessThan(12);
    expect(longest).toBeGreaterThan(10);
  });
});
