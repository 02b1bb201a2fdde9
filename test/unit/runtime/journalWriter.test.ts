import { expect, test } from 'vitest';
import type { CallEvent } from '../../../src/domain/callEvent.ts';
import { type AttemptId, id } from '../../../src/domain/ids.ts';
import type { JournalStore } from '../../../src/ports/store/journalStore.ts';
import { createJournal } from '../../../src/runtime/journalWriter.ts';
import { silentLog } from '../../support/silentLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const ATTEMPT = id<AttemptId>('a1');
const event = (atMs: number): CallEvent => ({ kind: 'state_entered', atMs, state: `s${atMs}` });

/** Keeps what is appended; fails as often as it is told to. */
function fakeStore(failures = 0): JournalStore & { readonly batches: (readonly CallEvent[])[] } {
  const batches: (readonly CallEvent[])[] = [];
  let left = failures;
  return {
    batches,
    append(_attempt, events) {
      if (left > 0) {
        left -= 1;
        return Promise.reject(new Error('away'));
      }
      batches.push(events);
      return Promise.resolve();
    },
    read: () => Promise.resolve(batches.flat()),
  };
}

test('events that come close together are written together, in order, without anybody waiting', async () => {
  const store = fakeStore();
  const clock = virtualClock();
  const journal = createJournal(store, clock, silentLog);
  for (const at of [1, 2, 3]) journal.append(ATTEMPT, event(at));
  expect(store.batches).toEqual([]);
  await clock.advance(200);
  expect(store.batches).toEqual([[event(1), event(2), event(3)]]);
});

test('flushing waits for everything that was appended', async () => {
  const store = fakeStore();
  const journal = createJournal(store, virtualClock(), silentLog);
  journal.append(ATTEMPT, event(1));
  journal.append(ATTEMPT, event(2));
  await journal.flush(ATTEMPT);
  expect(store.batches.flat()).toEqual([event(1), event(2)]);
});

test('a store that is away for a moment loses nothing and mixes up nothing', async () => {
  const store = fakeStore(2);
  const clock = virtualClock();
  const journal = createJournal(store, clock, silentLog);
  journal.append(ATTEMPT, event(1));
  await clock.advance(200);
  journal.append(ATTEMPT, event(2));
  await clock.advance(3_000);
  expect(store.batches.flat()).toEqual([event(1), event(2)]);
});
