import { expect, test } from 'vitest';
import { call } from './call.ts';
import { JANE, TIM, confirmBrief } from './briefs.ts';

const ME = { to: /am i speaking with/i, say: 'Yes, this is she.' };

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
});
