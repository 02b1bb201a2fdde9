import { describe, expect, test } from 'vitest';
import { confirmBrief, offerBrief } from './briefs.ts';
import { type Held, call } from './call.ts';
import { FakeModel } from './fakes.ts';

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

describe('when the vendors fail', () => {
  test('a transcriber that dies is opened again, and the call goes on', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, STILL_WORKS],
      before: ({ transcriber, clock }) => void clock.after(6_000, () => transcriber.fail()),
    });
    expect(held.transcriber.opened).toBe(2);
    expect(kindOf(held)).toBe('confirmed');
  });

  test('a transcriber that stays dead ends the call politely, with a callback', async () => {
    const held = await call(confirmBrief(), {
      hello: null,
      before: ({ transcriber, clock }) =>
        void clock.after(5_000, () => {
          transcriber.broken = true;
          transcriber.fail();
        }),
    });
    expect(held.said.at(-1)).toMatch(/can't hear you/);
    expect(held.result).toMatchObject({ overall: 'system_failure', callback: { reason: 'system_failure' } });
  });

  test('without a model an unclear answer is asked about, twice reworded, then a person calls', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /./, always: true, say: 'Purple monkey dishwasher situation.' }],
    });
    const asked = held.said.filter((line) => /patel/i.test(line));
    expect(new Set(asked).size).toBe(asked.length);
    expect(held.result.callback?.reason).toBe('not_understood');
    expect(kindOf(held)).toBe('no_decision');
  });

  test('what the rules do not know, the model understands', async () => {
    const held = await call(confirmBrief(), {
      model: new FakeModel(() => ({ move: 'affirm', slots: {}, answer: null })),
      habits: [ME, { to: /does that still work/i, say: 'Wild horses could not keep me away.' }],
    });
    expect(held.model.asked).toContain('Wild horses could not keep me away.');
    expect(kindOf(held)).toBe('confirmed');
  });

  test('a model that names a move outside the state changes nothing', async () => {
    const held = await call(confirmBrief(), {
      model: new FakeModel(() => ({ move: 'choose_first', slots: {}, answer: null })),
      habits: [ME, { to: /does that still work/i, say: 'Wild horses could not keep me away.' }],
    });
    expect(kindOf(held)).toBe('no_decision');
    expect(held.frontDesk.wanted).toEqual([]);
  });

  test('a voice that fails leaves the sentence that is ready', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Are you a robot?' }],
      before: ({ voice }) => void (voice.broken = true),
    });
    expect(held.said.at(-1)).toMatch(/Goodbye\.$/);
  });

  test('a dead voice and nothing ready is a hang-up with a callback', async () => {
    const held = await call(confirmBrief(), {
      prepare: false,
      before: ({ voice }) => void (voice.broken = true),
    });
    expect(held.said).toEqual([]);
    expect(held.result).toMatchObject({ overall: 'system_failure', callback: { reason: 'system_failure' } });
  });

  test('lines that are not in the cache are streamed', async () => {
    const held = await call(confirmBrief(), { prepare: false, habits: [ME, STILL_WORKS] });
    expect(kindOf(held)).toBe('confirmed');
    expect(held.voice.streamed.length).toBeGreaterThan(3);
    expect(held.result.latencies[0]?.speech).toBe('streamed');
  });

  test('a line that falls silent for good is given up', async () => {
    const held = await call(confirmBrief(), {
      before: ({ line, clock }) =>
        void clock.after(3_000, () => {
          line.muted = true;
          line.deafMarks = true;
        }),
    });
    expect(held.result.endedBy).toBe('line');
  });

  test('marks that never come back do not stop the call', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, STILL_WORKS],
      before: ({ line }) => void (line.deafMarks = true),
    });
    expect(kindOf(held)).toBe('confirmed');
  });
});

test('a callee who hangs up early ends the call as theirs', async () => {
  const held = await call(confirmBrief(), {
    habits: [{ to: /am i speaking with/i, act: ({ line }) => line.hangUp() }],
  });
  expect(held.result).toMatchObject({ endedBy: 'callee', overall: 'hung_up_early' });
});

test('draining says goodbye and closes the line within three seconds', async () => {
  let askedAtMs = 0;
  const held = await call(confirmBrief(), {
    habits: [ME],
    before: ({ clock, stop, line }) =>
      void clock.after(9_000, () => {
        askedAtMs = line.nowMs;
        stop.abort();
      }),
  });
  expect(held.result.durationMs - askedAtMs).toBeLessThanOrEqual(3_050);
  expect(held.said.at(-1)).toMatch(/^I'm sorry, I have to end this call/);
  expect(held.result.callback?.reason).toBe('system_failure');
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
