import { describe, expect, test } from 'vitest';
import { JANE, SAM, TIM, confirmBrief } from './briefs.ts';
import { call } from './call.ts';

const ME = { to: /am i speaking with/i, say: 'Yes, this is she.' };
const DETAILS = /Patel|Okafor|cleaning|checkup|Tuesday|thirty PM/;

test('a person who confirms is confirmed, and hears goodbye', async () => {
  const held = await call(confirmBrief(), {
    habits: [ME, { to: /does that still work/i, say: "Yes, I'll be there." }],
  });
  expect(held.said).toEqual([
    'Hello, this is the AI scheduling assistant for Lakeside Dental, the Chicago office. This call is recorded. Am I speaking with Jane Miller?',
    'Thank you. You have a cleaning with Doctor Patel on Tuesday, November twenty fourth, at two thirty PM. Does that still work for you?',
    "Great, you're confirmed. Thank you. Goodbye.",
  ]);
  expect(held.result.decisions).toEqual([{ appointment: 'a1', decision: { kind: 'confirmed' } }]);
  expect(held.result).toMatchObject({
    reached: 'human',
    verified: true,
    overall: null,
    callback: null,
    endedBy: 'agent',
  });
  expect(held.result.latencies.length).toBeGreaterThanOrEqual(3);
  expect(Math.max(...held.result.latencies.map((l) => l.firstAudioMs))).toBeLessThan(1_000);
  expect(held.result.latencies.every((l) => l.speech === 'cached')).toBe(true);
});

test('the recording is as long as the call and has both sides', async () => {
  const held = await call(confirmBrief(), { habits: [ME, { to: /does that still work/i, say: 'Yes.' }] });
  expect(held.recordings.closed).toBe(true);
  expect(held.recordings.calleeBytes).toBe(held.recordings.agentBytes);
  expect(Math.abs(held.recordings.calleeBytes / 8 - held.result.durationMs)).toBeLessThan(30);
  expect(held.recordings.agentVoiceBytes / 8).toBeGreaterThan(15_000);
});

describe('another day', () => {
  test('is negotiated, read back, booked, and told as it is', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: "No, I can't make it, I need a different day." },
        { to: /which works better/i, say: 'Do you have anything on Friday morning?' },
        { to: /would that work/i, say: 'Yes, that works.' },
        { to: /is that right/i, say: 'Yes.' },
      ],
    });
    expect(held.said.join(' | ')).toContain(
      'I can offer Wednesday, November twenty fifth, at nine thirty AM, or Thursday, November twenty sixth, at three thirty PM. Which works better?',
    );
    expect(held.said.join(' | ')).toContain(
      "So that's a cleaning with Doctor Patel on Friday, November twenty seventh, at ten AM. Is that right?",
    );
    expect(held.frontDesk.wanted).toMatchObject([{ kind: 'move', appointment: 'a1', to: { slot: 's3' } }]);
    expect(held.said.at(-1)).toMatch(/^You're booked for Friday.*Goodbye\.$/);
    expect(held.result.decisions).toMatchObject([
      { appointment: 'a1', decision: { kind: 'rescheduled', booking: 'landed', to: { slot: 's3' } } },
    ]);
  });

  test('is chosen by position, and by its own words', async () => {
    for (const [answer, slot] of [
      ['The second one, please.', 's2'],
      ['Thursday works.', 's2'],
      ['The first one.', 's1'],
      ["Let's do nine thirty.", 's1'],
    ] as const) {
      const held = await call(confirmBrief(), {
        habits: [
          ME,
          { to: /does that still work/i, say: 'Can I reschedule?' },
          { to: /which works better/i, say: answer },
          { to: /is that right/i, say: 'Yes.' },
        ],
      });
      expect({ answer, slot: held.frontDesk.wanted[0]?.to.slot }).toEqual({ answer, slot });
    }
  });

  test('that is taken meanwhile is not called booked; another is proposed', async () => {
    const held = await call(confirmBrief(), {
      bookings: ['taken', 'landed'],
      habits: [
        ME,
        { to: /does that still work/i, say: 'Can we reschedule?' },
        { to: /which works better/i, say: 'The first one.' },
        { to: /is that right/i, say: 'Yes.' },
        { to: /just been taken/i, say: 'The first one.' },
        { to: /is that right/i, say: 'Yes.' },
      ],
    });
    expect(held.frontDesk.wanted.map((w) => w.to.slot)).toEqual(['s1', 's2']);
    expect(held.said.filter((line) => /booked for/.test(line))).toHaveLength(1);
    expect(held.result.decisions[0]?.decision).toMatchObject({ kind: 'rescheduled', to: { slot: 's2' } });
  });

  test('that could not be booked in time is a promise, not a booking', async () => {
    const held = await call(confirmBrief(), {
      bookings: ['pending'],
      habits: [
        ME,
        { to: /does that still work/i, say: 'I need to reschedule.' },
        { to: /which works better/i, say: 'The first one.' },
        { to: /is that right/i, say: 'Yes.' },
      ],
    });
    expect(held.said.some((line) => /booked for/.test(line))).toBe(false);
    expect(held.said.at(-1)).toMatch(/the office will confirm it/);
    expect(held.result.decisions[0]?.decision).toMatchObject({ kind: 'rescheduled', booking: 'pending' });
  });
});

describe('cancelling', () => {
  test('is read back before it counts, and another time is offered once', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'No, I have to cancel.' },
        { to: /shall i cancel it/i, say: 'Yes, please.' },
        { to: /another time instead/i, say: 'No, thank you.' },
      ],
    });
    expect(held.said.join(' | ')).toContain(
      "So you'd like to cancel a cleaning with Doctor Patel on Tuesday, November twenty fourth, at two thirty PM. Shall I cancel it?",
    );
    expect(held.result.decisions).toEqual([{ appointment: 'a1', decision: { kind: 'cancelled' } }]);
    expect(held.frontDesk.wanted).toEqual([]);
  });

  test('that is taken back at the read-back is no cancellation', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'Cancel it.' },
        { to: /shall i cancel it/i, say: 'No, keep it.' },
        { to: /does that still work/i, say: 'Yes.' },
      ],
    });
    expect(held.result.decisions).toEqual([{ appointment: 'a1', decision: { kind: 'confirmed' } }]);
  });
});

describe('the wrong ear', () => {
  test('a wrong number hears an apology and nothing else', async () => {
    const held = await call(confirmBrief(), {
      habits: [{ to: /am i speaking with/i, say: 'No, I think you have the wrong number.' }],
    });
    expect(held.said.join(' ')).not.toMatch(DETAILS);
    expect(held.said.at(-1)).toMatch(/sorry for the trouble/);
    expect(held.result).toMatchObject({
      overall: 'wrong_number',
      verified: false,
      callback: { reason: 'wrong_number' },
    });
  });

  test('a spouse is asked to pass on a neutral message', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        { to: /am i speaking with/i, say: "No, this is her husband. She's at work." },
        { to: /./, always: true, act: () => undefined },
      ],
    });
    expect(held.said.join(' ')).not.toMatch(DETAILS);
    expect(held.said.at(-1)).toBe(
      'Could you please ask Jane Miller to call Lakeside Dental at three one two, five five five, oh one hundred? Thank you. Goodbye.',
    );
    expect(held.result).toMatchObject({
      overall: 'third_party_message_taken',
      verified: false,
      decisions: [{ decision: { kind: 'no_decision' } }],
    });
  });

  test('a spouse who fetches her: the agent waits, and greets anew', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        { to: /am i speaking with/i, say: 'No, this is her husband.' },
        { to: /is jane available/i, say: 'Yes, one moment.' },
        { to: /take your time|i'll wait/i, afterMs: 8_000, say: 'Hello?' },
        { to: /am i speaking with/i, say: 'Yes, speaking.' },
        { to: /does that still work/i, say: 'Yes.' },
      ],
    });
    expect(held.said.filter((line) => /this call is recorded/i.test(line))).toHaveLength(2);
    expect(held.result.decisions[0]?.decision.kind).toBe('confirmed');
  });
});

describe('several people on one phone', () => {
  test('a mother answers for her child without being asked again who she is', async () => {
    const held = await call(confirmBrief([JANE, TIM]), {
      habits: [
        ME,
        { to: /you have a cleaning/i, say: 'Yes.' },
        { to: /tim has a checkup/i, say: 'Yes, that works.' },
      ],
    });
    expect(held.result.decisions.map((d) => d.decision.kind)).toEqual(['confirmed', 'confirmed']);
  });

  test('another adult must come to the phone', async () => {
    const held = await call(confirmBrief([JANE, SAM]), {
      habits: [
        ME,
        { to: /you have a cleaning/i, say: 'Yes.' },
        { to: /is sam there/i, say: "No, he's not here." },
      ],
    });
    expect(held.said.join(' ')).not.toMatch(/Okafor|checkup/);
    expect(held.result.decisions.map((d) => d.decision.kind)).toEqual(['confirmed', 'no_decision']);
    expect(held.result.callback?.reason).toBe('third_party');
  });
});
