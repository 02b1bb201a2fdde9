import { describe, expect, test } from 'vitest';
import { confirmBrief } from './briefs.ts';
import { type Held, call } from './call.ts';
import { FakeModel } from './fakes.ts';

const ME = { to: /am i speaking with/i, say: 'Yes, this is she.' };
const STILL_WORKS = { to: /does that still work/i, say: 'Yes, it does.' };
const kindOf = (held: Held): string | undefined => held.result.decisions[0]?.decision.kind;

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

  test('a voice that is slow is bridged by a phrase that is ready', async () => {
    const held = await call(confirmBrief(), {
      habits: [
        ME,
        { to: /does that still work/i, say: 'Where are you?' },
        { to: /harbor street/i, say: 'Yes.' },
      ],
      before: ({ voice }) => void (voice.delayMs = 2_000),
    });
    expect(held.said.join(' | ')).toMatch(/One moment, please\. We are at twelve Harbor Street\./);
    expect(kindOf(held)).toBe('confirmed');
    expect(held.result.latencies.some((l) => l.speech === 'streamed' && l.firstAudioMs > 2_000)).toBe(true);
  });

  test('a voice that stops in the middle of a reply is given up', async () => {
    const held = await call(confirmBrief(), {
      habits: [ME, { to: /does that still work/i, say: 'Where are you?' }],
      before: ({ voice }) => void (voice.delayMs = 60_000),
    });
    expect(held.said.at(-1)).toMatch(/we'll call you back\. Goodbye\./);
    expect(held.result.callback?.reason).toBe('system_failure');
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
  expect(held.said.at(-1)).toMatch(/^I'm sorry, we'll call you back\. Goodbye\./);
  expect(held.result.callback?.reason).toBe('system_failure');
});
