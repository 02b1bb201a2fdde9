import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Playout } from '../../../../src/emulators/twilio/playout.ts';

type Step =
  | { readonly do: 'put'; readonly bytes: number }
  | { readonly do: 'mark' }
  | { readonly do: 'clear' }
  | { readonly do: 'play'; readonly bytes: number };

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('put' as const), bytes: fc.nat(500) }) },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('play' as const), bytes: fc.integer({ min: 1, max: 400 }) }),
    },
    { weight: 2, arbitrary: fc.constant({ do: 'mark' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
  ),
  { minLength: 1, maxLength: 40 },
);

test('every byte is played once, in order, or cleared; every mark is passed once, in order, and never early', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(steps, (script: readonly Step[]) => {
      const playout = new Playout();
      let next = 0;
      let waiting: number[] = [];
      let marks: { readonly name: string; readonly behind: number }[] = [];
      let name = 0;
      for (const step of script) {
        if (step.do === 'put') {
          const bytes = Uint8Array.from({ length: step.bytes }, () => (next += 1) % 251);
          playout.put(bytes);
          waiting = [...waiting, ...bytes];
        } else if (step.do === 'mark') {
          name += 1;
          const passed = playout.mark(`${name}`);
          seen.add(`mark passed at once: ${passed}`);
          expect(passed).toBe(waiting.length === 0);
          if (!passed) marks.push({ name: `${name}`, behind: waiting.length });
        } else if (step.do === 'clear') {
          expect(playout.clear()).toEqual(marks.map((mark) => mark.name));
          seen.add(`cleared marks: ${marks.length > 0}`);
          waiting = [];
          marks = [];
        } else {
          const frame = new Uint8Array(step.bytes).fill(255);
          const played = playout.play(frame);
          expect([...frame.subarray(0, played)]).toEqual(waiting.slice(0, played));
          expect(played).toBe(Math.min(step.bytes, waiting.length));
          expect(frame.subarray(played).every((code) => code === 255)).toBe(true);
          waiting = waiting.slice(played);
          marks = marks.map((mark) => ({ ...mark, behind: mark.behind - played }));
          const passed = marks.filter((mark) => mark.behind <= 0).map((mark) => mark.name);
          expect(playout.passedMarks()).toEqual(passed);
          seen.add(`played past marks: ${passed.length > 0}`);
          seen.add(`ran dry: ${played < step.bytes}`);
          marks = marks.filter((mark) => mark.behind > 0);
        }
        expect(playout.queuedBytes).toBe(waiting.length);
      }
    }),
    { numRuns: 300 },
  );
  expect(seen.size).toBe(8);
});
