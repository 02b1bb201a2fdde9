import { describe, expect, test } from 'vitest';
import { confirmBrief, offerBrief } from './briefs.ts';
import { type Callee, type Held, call } from './call.ts';

const ME = { to: /am i speaking with/i, say: 'Yes, this is she.' };
const STILL_WORKS = { to: /does that still work/i, say: 'Yes, it does.' };
const kindOf = (held: Held): string | undefined => held.result.decisions[0]?.decision.kind;

describe('silence', () => {
  test('nobody says hello: the agent speaks within two seconds', async () => {
    const held = await call(confirmBrief(), { hello: null, habits: [ME, STILL_WORKS] });
    const first = held.events.find((e) => e.kind === 'said');
    expect(first?.kind === 'said' && first.line.fromMs).toBeLessThan(2_000);
    expect(kindOf(held)).toBe('confirmed');
  });

  test('nobody ever answers: asked once, then a polite end', async () => {
    const held = await call(confirmBrief(), { hello: null });
    expect(held.said.filter((line) => /are you still there/i.test(line))).toHaveLength(1);
    expect(held.said.at(-1)).toMatch(/Goodbye\.$/);
    expect(held.result).toMatchObject({ reached: 'nobody', overall: 'no_decision', endedBy: 'agent' });
  });

  test('"hang on" is waited out in silence, with one check-in', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'Hang on, let me check.' },
        { to: /take your time/i, afterMs: 20_000, say: 'Okay, yes, that works.' },
      ],
    });
    expect(kindOf(held)).toBe('confirmed');
    expect(held.said.some((line) => /still (?:here|there)/i.test(line))).toBe(false);
  });

  test('"hang on" for ever ends with a callback after one check-in', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Hold on a second.' }],
    });
    expect(held.said.filter((line) => /still here, whenever/i.test(line))).toHaveLength(1);
    expect(held.result.callback).not.toBeNull();
    expect(held.result.durationMs).toBeGreaterThan(50_000);
  });
});

describe('talking over the agent', () => {
  test('stops it soon, and only what was heard is in the transcript', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Yes.' }],
      before: ({ callee, clock, line }) => {
        const interrupt = (): void => {
          // Somewhere in the middle of the appointment's facts.
          if (line.playing && line.nowMs > 13_000) callee.say('Sorry, I need to reschedule.');
          else clock.after(100, interrupt);
        };
        interrupt();
      },
    });
    const cut = held.events.find((e) => e.kind === 'said' && e.line.cut === true);
    const barge = held.events.find((e) => e.kind === 'barge_in');
    expect(barge).toBeDefined();
    expect(cut?.kind === 'said' && cut.line.text).toMatch(/^Thank you\. You have a cleaning/);
    expect(cut?.kind === 'said' && cut.line.text).not.toMatch(/still work/);
  });

  test('a short "mm-hm" does not cost the sentence: it is said to its end', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Yes.' }],
      before: ({ callee, clock, line }) => {
        const murmur = (): void => {
          if (line.playing && line.nowMs > 12_500) callee.say('Mm-hm.');
          else clock.after(100, murmur);
        };
        murmur();
      },
    });
    expect(kindOf(held)).toBe('confirmed');
    expect(held.said.join(' ')).toMatch(/two thirty PM\. Does that still work for you\?/);
  });

  test('the disclosure is never cut', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, STILL_WORKS],
      before: ({ callee, clock }) => void clock.after(4_500, () => callee.say('Who is this please')),
    });
    expect(held.said[0]).toContain('This call is recorded.');
    expect(kindOf(held)).toBe('confirmed');
  });
});

const twoBreaths = (first: string, pauseMs: number, second: string) => ({
  act: (callee: Callee): void => {
    callee.say(first);
    callee.pause(pauseMs);
    callee.sayNext(second);
  },
});

describe('a turn in two breaths', () => {
  test('is answered once, whole; what had begun as an answer is taken back', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        { to: /am i speaking with/i, ...twoBreaths('Yes,', 520, 'this is Jane.') },
        { to: /does that still work/i, say: 'Yes.' },
      ],
    });
    expect(held.events.some((e) => e.kind === 'taken_back')).toBe(true);
    expect(held.result.transcript.filter((l) => l.party === 'callee').map((l) => l.text)).toEqual([
      'Hello?',
      'Yes, this is Jane.',
      'Yes.',
    ]);
    expect(kindOf(held)).toBe('confirmed');
  });

  test('whose second breath is a second yes does not answer a read-back that was not heard', async () => {
    const held = await call(offerBrief(), {
      habits: [
        ME,
        { to: /would you like to take it/i, ...twoBreaths('Oh great.', 900, 'Yes, please.') },
        { to: /is that right/i, say: 'Yes.' },
      ],
    });
    expect(held.said.join(' ')).toMatch(/at eleven AM\. Is that right\?/);
    expect(held.result.offer).toEqual({ kind: 'accepted', booking: 'landed' });
  });

  test('that cancels twice ends the call instead of beginning it anew', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'I have to cancel.' },
        { to: /shall i cancel/i, always: true, say: 'Yes.' },
        {
          to: /another time instead/i,
          always: true,
          ...twoBreaths('No, thank you.', 1_500, 'Please just cancel it.'),
        },
      ],
    });
    expect(held.said.filter((line) => /shall i cancel/i.test(line)).length).toBe(1);
    expect(kindOf(held)).toBe('cancelled');
  });
});

describe('machines', () => {
  const GREETING = "Hi, you've reached Jane Miller. Please leave a message after the tone.";

  test('a greeting heard as text gets the message, once, without a word about the visit', async () => {
    const held = await call(confirmBrief(), { hello: GREETING });
    expect(held.said.filter((line) => /call us back/.test(line))).toHaveLength(1);
    expect(held.said.join(' ')).not.toMatch(/Patel|cleaning|Tuesday|Jane/);
    expect(held.result).toMatchObject({ reached: 'machine', overall: 'voicemail_left', verified: false });
  });

  test("the provider's verdict stops the greeting and waits for the beep", async () => {
    const held = await call(confirmBrief(), {
      hello: null,
      before: ({ line, clock }) => {
        clock.after(3_000, () =>
          line.emit({ kind: 'answered_by', verdict: 'machine_start', afterMs: 3_000 }),
        );
        clock.after(5_000, () =>
          line.emit({ kind: 'answered_by', verdict: 'machine_end_beep', afterMs: 5_000 }),
        );
      },
    });
    const message = held.events.find((e) => e.kind === 'said' && /call us back/.test(e.line.text));
    expect(message?.kind === 'said' && message.line.fromMs).toBeGreaterThan(4_900);
    expect(message?.kind === 'said' && message.line.fromMs).toBeLessThan(5_500);
    expect(held.result).toMatchObject({ overall: 'voicemail_left', answeredBy: 'machine_end_beep' });
  });

  test('a person who has answered stays a person, whatever the verdict', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, afterMs: 700, say: 'Yes.' }],
      before: ({ line, clock }) =>
        void clock.after(14_000, () =>
          line.emit({ kind: 'answered_by', verdict: 'machine_start', afterMs: 14_000 }),
        ),
    });
    expect(kindOf(held)).toBe('confirmed');
  });

  test('a fax is left alone', async () => {
    const held = await call(confirmBrief(), {
      hello: null,
      before: ({ line, clock }) =>
        void clock.after(900, () => line.emit({ kind: 'answered_by', verdict: 'fax', afterMs: 900 })),
    });
    expect(held.result.reached).toBe('fax');
  });
});
