import { expect, test } from 'vitest';
import { type AttemptId, id } from '../../../src/domain/ids.ts';
import { createProgressBoard } from '../../../src/runtime/progressBoard.ts';

const ATTEMPT = id<AttemptId>('a1');
const GOES_ON = new AbortController().signal;
const BUSY = { status: 'busy' } as const;

test('who waits for the end of a call is told of it, and of nothing before it', async () => {
  const board = createProgressBoard();
  const told = board.until(ATTEMPT, GOES_ON);
  board.publish(ATTEMPT, { status: 'ringing' });
  board.publish(ATTEMPT, BUSY);
  expect(await told).toEqual(BUSY);
});

test('an end that came before the question is not lost', async () => {
  const board = createProgressBoard();
  board.publish(ATTEMPT, BUSY);
  expect(await board.until(ATTEMPT, GOES_ON)).toEqual(BUSY);
});

test('one call hears nothing of another', async () => {
  const board = createProgressBoard();
  const stop = new AbortController();
  const told = board.until(ATTEMPT, stop.signal);
  board.publish(id<AttemptId>('a2'), BUSY);
  stop.abort();
  expect(await told).toBeNull();
});

test('who has given up already is answered at once', async () => {
  expect(await createProgressBoard().until(ATTEMPT, AbortSignal.abort())).toBeNull();
});
