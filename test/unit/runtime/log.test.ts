import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AttemptId, type CallSid, type RunId, id } from '../../../src/domain/ids.ts';
import { jsonLog } from '../../../src/runtime/log.ts';
import { virtualClock } from '../../support/virtualClock.ts';

function scene() {
  const lines: string[] = [];
  const log = jsonLog((line) => void lines.push(line), virtualClock(Date.UTC(2026, 10, 23, 23, 30)));
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

test('a line is one JSON object with its time, level, event and fields', () => {
  const { log, lines } = scene();
  log.warn('vendor.failed', { vendor: 'deepgram', code: 'ECONNRESET', status: 1011, ms: 12 });
  expect(lines).toEqual([
    '{"time":"2026-11-23T23:30:00.000Z","level":"warn","event":"vendor.failed","vendor":"deepgram","code":"ECONNRESET","status":1011,"ms":12}\n',
  ]);
});

test('a child carries its ids into every line, and the nearest wins', () => {
  const { log, parsed } = scene();
  const call = log
    .with({ run: id<RunId>('r1') })
    .with({ attempt: id<AttemptId>('a1'), call: id<CallSid>('CA1') });
  call.info('call.placed', { ms: 412 });
  call.error('call.media_lost', { attempt: id<AttemptId>('a2') });
  expect(parsed()).toMatchObject([
    { level: 'info', event: 'call.placed', run: 'r1', attempt: 'a1', call: 'CA1', ms: 412 },
    { level: 'error', event: 'call.media_lost', run: 'r1', attempt: 'a2', call: 'CA1' },
  ]);
});

test('an event or a field that is not in the list does not compile', () => {
  const { log } = scene();
  // @ts-expect-error an event is one of the list
  log.info('call.placed for Ada');
  // @ts-expect-error there is no field for a person
  log.info('call.placed', { name: 'Ada Example' });
  // @ts-expect-error one kind of id is not another
  log.info('call.placed', { run: id<AttemptId>('a1') });
});

test.each([
  'Ada Example',
  '+13125550123',
  '3125550123',
  '312-555-0123',
  '312.555.0123',
  '',
  'a\nb',
  'ü',
  'x'.repeat(81),
  '{"a":1}',
])('what is not an id or a code is not written: %j', (text) => {
  const { log, parsed } = scene();
  log.info('vendor.failed', { code: text });
  expect(parsed()).toMatchObject([{ code: '?' }]);
});

test('whatever a code is, a line is one line, and a phone number is never in it', () => {
  let written = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.stringMatching(/^[A-Za-z0-9._-]{1,80}$/),
        fc.stringMatching(/^\+?1?[0-9.-]{10,14}$/),
      ),
      (code) => {
        const { log, lines, parsed } = scene();
        log.info('vendor.failed', { code });
        expect(lines).toHaveLength(1);
        expect(lines[0]?.indexOf('\n')).toBe((lines[0]?.length ?? 0) - 1);
        const [line] = parsed();
        if (line.code !== '?') written += 1;
        expect(line.code === '?' || !/^[0-9.-]{7,}$/.test(line.code)).toBe(true);
      },
    ),
  );
  expect(written).toBeGreaterThan(0);
});

test('a number that is none is not written', () => {
  const { log, parsed } = scene();
  log.info('turn.completed', { ms: Number.NaN });
  expect(parsed()).toMatchObject([{ ms: '?' }]);
});
