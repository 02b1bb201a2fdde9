import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_TURN, novaStep, parseNovaMessage } from '../../../../src/adapters/deepgram/novaTurns.ts';
import type { NovaMessage } from '../../../../src/adapters/deepgram/novaTurns.ts';
import type { TranscriberEvent } from '../../../../src/ports/speech.ts';

const result = (
  text: string,
  start: number,
  duration: number,
  flags: { final?: boolean; speechFinal?: boolean } = {},
): NovaMessage => ({
  type: 'Results',
  start,
  duration,
  is_final: flags.final ?? false,
  speech_final: flags.speechFinal ?? false,
  channel: {
    alternatives: [
      {
        transcript: text,
        confidence: 0.9,
        words: text
          .split(' ')
          .filter((word) => word !== '')
          .map((word) => ({ word, start, end: start + duration, confidence: 0.9 })),
      },
    ],
  },
});

function run(messages: readonly NovaMessage[]): readonly TranscriberEvent[] {
  let turn = FIRST_TURN;
  return messages.flatMap((message) => {
    const [next, events] = novaStep(turn, message);
    turn = next;
    return events;
  });
}
const ends = (events: readonly TranscriberEvent[]): readonly (readonly [number, string])[] =>
  events.flatMap((event) => (event.kind === 'end' ? [[event.turn, event.text] as const] : []));

test('finals are joined until one ends the speech', () => {
  const events = run([
    { type: 'SpeechStarted', timestamp: 0.2 },
    result('yes', 0, 1),
    result('yes that', 0, 1.4),
    result('Yes that works', 0, 2, { final: true }),
    result('thank', 2, 0.5),
    result('thank you.', 2, 1, { final: true, speechFinal: true }),
  ]);
  expect(events.map((event) => event.kind)).toEqual([
    'speech_started',
    'partial',
    'partial',
    'partial',
    'partial',
    'end',
  ]);
  expect(ends(events)).toEqual([[0, 'Yes that works thank you.']]);
});

test('an utterance end closes what no final did, and late results about it open no second turn', () => {
  const events = run([
    result('hello', 0, 1),
    { type: 'UtteranceEnd', last_word_end: 1 },
    result('Hello.', 0, 1, { final: true, speechFinal: true }),
    { type: 'UtteranceEnd', last_word_end: 1 },
    result('Next.', 3, 1, { final: true, speechFinal: true }),
  ]);
  expect(ends(events)).toEqual([
    [0, 'hello'],
    [1, 'Next.'],
  ]);
});

test('noise without words is no turn', () => {
  expect(
    run([
      { type: 'SpeechStarted', timestamp: 0.5 },
      result('', 0, 1, { final: true, speechFinal: true }),
      { type: 'SpeechStarted', timestamp: 2 },
      result('Yes.', 2, 1, { final: true, speechFinal: true }),
    ]).map((event) => [event.kind, 'turn' in event ? event.turn : null]),
  ).toEqual([
    ['speech_started', 0],
    ['speech_started', 0],
    ['end', 0],
  ]);
});

test('whatever the order of messages, turns are numbered without a gap, each ends once, after it began, and never empty', () => {
  const seen = { ends: 0, partials: 0, byUtteranceEnd: 0 };
  const piece = fc.record({
    kind: fc.constantFrom('speech', 'interim', 'final', 'speech_final', 'utterance_end', 'metadata'),
    text: fc.constantFrom('', 'yes', 'no thanks'),
    seconds: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      let at = 0;
      const messages = pieces.map(({ kind, text, seconds }): NovaMessage => {
        const start = at;
        if (kind === 'speech') return { type: 'SpeechStarted', timestamp: at };
        if (kind === 'metadata') return { type: 'Metadata' };
        if (kind === 'utterance_end') return { type: 'UtteranceEnd', last_word_end: at };
        if (kind === 'interim') return result(text, start, seconds);
        at += seconds;
        return result(text, start, seconds, { final: true, speechFinal: kind === 'speech_final' });
      });
      let open: number | null = null;
      let next = 0;
      for (const event of run(messages)) {
        if (event.kind === 'speech_started') {
          expect(event.turn).toBe(next);
          open = event.turn;
        } else if (event.kind === 'partial') {
          expect(event.turn).toBe(open);
          seen.partials += 1;
        } else if (event.kind === 'end') {
          expect(event.turn).toBe(open);
          expect(event.text).not.toBe('');
          open = null;
          next += 1;
          seen.ends += 1;
        }
      }
      if (messages.some((m) => m.type === 'UtteranceEnd') && next > 0) seen.byUtteranceEnd += 1;
    }),
  );
  expect(seen.ends).toBeGreaterThan(20);
  expect(seen.partials).toBeGreaterThan(20);
  expect(seen.byUtteranceEnd).toBeGreaterThan(5);
});

test('a message of an unknown kind is passed over, one that is not what it says is broken', () => {
  expect(parseNovaMessage({ type: 'Sentiment', value: 1 })).toBeNull();
  expect(parseNovaMessage({ type: 'Results', channel: {} })).toBe('broken');
  expect(parseNovaMessage('not JSON')).toBe('broken');
  expect(parseNovaMessage({ type: 'Metadata', request_id: 'r' })).toEqual({ type: 'Metadata' });
});
