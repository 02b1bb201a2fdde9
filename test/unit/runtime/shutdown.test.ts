import { expect, test } from 'vitest';
import { createShutdown } from '../../../src/runtime/shutdown.ts';
import { recordingLog } from '../../support/recordingLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

function scene() {
  const clock = virtualClock();
  const { log, lines } = recordingLog();
  const exits: number[] = [];
  const done: string[] = [];
  const shutdown = createShutdown({ clock, log, exit: (code) => void exits.push(code) });
  const closes = (name: string) => async () => void done.push(name);
  return { clock, log, lines, exits, done, shutdown, closes };
}

test('what was opened first is closed last', async () => {
  const { clock, shutdown, done, exits, closes } = scene();
  for (const name of ['database', 'queues', 'server']) shutdown.closeLater(name, 1_000, closes(name));
  shutdown.interrupt();
  expect(shutdown.signal.aborted).toBe(true);
  await clock.advance(0);
  expect(done).toEqual(['server', 'queues', 'database']);
  expect(exits).toEqual([0]);
});

test('a step waits for the one before it, but not for longer than that one may take', async () => {
  const { clock, shutdown, done, lines, closes } = scene();
  shutdown.closeLater('database', 1_000, closes('database'));
  shutdown.closeLater('calls', 5_000, () => new Promise(() => {}));
  const ended = shutdown.drain();
  await clock.advance(4_999);
  expect(done).toEqual([]);
  await clock.advance(1);
  await ended;
  expect(done).toEqual(['database']);
  expect(lines).toContainEqual(['warn', 'shutdown.step', { code: 'calls.late', ms: 5_000 }]);
});

test('a step that fails keeps no other from being run', async () => {
  const { shutdown, done, lines, closes } = scene();
  shutdown.closeLater('database', 1_000, closes('database'));
  shutdown.closeLater('queues', 1_000, () => Promise.reject(new Error('gone')));
  await shutdown.drain();
  expect(done).toEqual(['database']);
  expect(lines).toContainEqual(['warn', 'shutdown.step', { code: 'queues.failed', ms: 0 }]);
});

test('a second Ctrl-C cuts everything off at once', async () => {
  const { clock, shutdown, done, exits, closes } = scene();
  shutdown.closeLater('database', 60_000, closes('database'));
  shutdown.closeLater('calls', 60_000, () => new Promise(() => {}));
  shutdown.cutOffLater(() => void done.push('database cut'));
  shutdown.cutOffLater(() => {
    throw new Error('already gone');
  });
  shutdown.interrupt();
  await clock.advance(1_000);
  expect(exits).toEqual([]);
  shutdown.interrupt();
  expect(done).toEqual(['database cut']);
  expect(exits).toEqual([130]);
});

test('one Ctrl-C that arrives twice, because npm passes it on, is still the first', async () => {
  const { clock, shutdown, exits } = scene();
  shutdown.closeLater('calls', 1_000, () => new Promise(() => {}));
  shutdown.interrupt();
  await clock.advance(5);
  shutdown.interrupt();
  expect(exits).toEqual([]);
  await clock.advance(1_000);
  expect(exits).toEqual([0]);
});

test('asking twice drains once', async () => {
  const { shutdown, done, closes } = scene();
  shutdown.closeLater('database', 1_000, closes('database'));
  await Promise.all([shutdown.drain(), shutdown.drain()]);
  expect(done).toEqual(['database']);
});
