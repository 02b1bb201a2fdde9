import { describe, expect, test } from 'vitest';
import { confirmBrief, offerBrief } from './briefs.ts';
import { type Held, call } from './call.ts';

const ME = { to: /am i speaking with/i, say: 'Yes, this is she.' };
const kindOf = (held: Held): string | undefined => held.result.decisions[0]?.decision.kind;

describe('wishes that come before the schedule', () => {
  test('"stop calling me" is confirmed and is in the journal before the line closes', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Please stop calling me.' }],
    });
    expect(held.said.at(-1)).toMatch(/taking this number off our list/);
    expect(held.result.overall).toBe('opted_out');
    expect(held.journal.flushes).toBeGreaterThanOrEqual(2);
    expect(kindOf(held)).toBe('no_decision');
  });

  test('a person is promised, with the words of the callee', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Can I speak to a real person?' }],
    });
    expect(held.result.callback).toEqual({
      reason: 'asked_for_person',
      quote: 'Can I speak to a real person?',
    });
  });

  test('"are you a robot?" is answered with the truth, and the call goes on', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'Are you a robot?' },
        { to: /an AI assistant, calling/, say: 'Yes, I can make it.' },
      ],
    });
    expect(held.said.join(' ')).toContain("Yes, I'm an AI assistant, calling for Lakeside Dental.");
    expect(kindOf(held)).toBe('confirmed');
  });

  test('chest pain gets the safety line and no scheduling', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'I have chest pain right now.' }],
    });
    expect(held.said.at(-1)).toMatch(/nine one one/);
    expect(held.result).toMatchObject({ overall: 'emergency_mentioned' });
    expect(kindOf(held)).toBe('no_decision');
  });

  test('a question is answered from the facts, another becomes a callback', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'Where can I park?' },
        { to: /free parking/i, say: 'Is the doctor married?' },
        { to: /have the team call you back/i, say: 'Yes, I can make it.' },
      ],
    });
    expect(kindOf(held)).toBe('confirmed');
    expect(held.result.callback).toMatchObject({ reason: 'question', quote: 'Is the doctor married?' });
  });

  test('keys answer as words do', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, act: ({ line }) => line.emit({ kind: 'dtmf', digit: '1' }) },
      ],
    });
    expect(kindOf(held)).toBe('confirmed');
    expect(held.events).toContainEqual(expect.objectContaining({ kind: 'understood', by: 'keypad' }));
  });
});

describe('an offer', () => {
  test('is read back and booked before the old time is spoken of as released', async () => {
    const held = await call(offerBrief(), {
      habits: [
        ME,
        { to: /would you like to take it/i, say: "Yes, I'd love that." },
        { to: /is that right/i, say: 'Yes.' },
      ],
    });
    expect(held.frontDesk.wanted).toMatchObject([{ kind: 'offer', offer: 'offer-1' }]);
    expect(held.said.at(-1)).toMatch(/^You're booked for Tuesday.*Your later appointment will be released\./);
    expect(held.result.offer).toEqual({ kind: 'accepted', booking: 'landed' });
  });

  test('that is declined changes nothing', async () => {
    const held = await call(offerBrief(), {
      habits: [ME, { to: /would you like to take it/i, say: 'No, thank you.' }],
    });
    expect(held.frontDesk.wanted).toEqual([]);
    expect(held.result.offer).toEqual({ kind: 'declined' });
  });

  test('that somebody else took meanwhile is told', async () => {
    const held = await call(offerBrief(), {
      bookings: ['taken'],
      habits: [ME, { to: /would you like to take it/i, say: 'Sure.' }, { to: /is that right/i, say: 'Yes.' }],
    });
    expect(held.said.at(-1)).toMatch(/just been taken.*stays as it was/);
    expect(held.result.offer).toEqual({ kind: 'lost_slot' });
  });
});
