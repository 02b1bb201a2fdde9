import { expect, test } from 'vitest';
import type { CallEvent } from '../../../src/domain/callEvent.ts';
import { type AttemptId, id } from '../../../src/domain/ids.ts';
import type { CallJournal } from '../../../src/ports/callJournal.ts';
import { heedOptOuts } from '../../../src/runtime/optOut.ts';
import { silentLog } from '../../support/silentLog.ts';

const ATTEMPT = id<AttemptId>('a1');
const understood = (move: string): CallEvent => ({ kind: 'understood', atMs: 1, move, by: 'rules' });

function fakeJournal(): CallJournal & { readonly events: CallEvent[] } {
  const events: CallEvent[] = [];
  return { events, append: (_attempt, event) => void events.push(event), flush: () => Promise.resolve() };
}

test('an opt-out is stored as soon as it is understood, and flushing waits until it is', async () => {
  const said: string[] = [];
  const ends: (() => void)[] = [];
  const suppress = () =>
    new Promise<void>((resolve) => {
      said.push('asked');
      ends.push(() => {
        said.push('stored');
        resolve();
      });
    });
  const journal = heedOptOuts(fakeJournal(), suppress, silentLog);
  journal.append(ATTEMPT, understood('opt_out'));
  expect(said).toEqual(['asked']);
  const flushed = journal.flush(ATTEMPT).then(() => said.push('flushed'));
  ends[0]?.();
  await flushed;
  expect(said).toEqual(['asked', 'stored', 'flushed']);
});

test('a cancelled appointment is no opt-out, and every event is still noted', async () => {
  let asked = 0;
  const noted = fakeJournal();
  const journal = heedOptOuts(noted, () => Promise.resolve(void (asked += 1)), silentLog);
  journal.append(ATTEMPT, understood('cancel'));
  journal.append(ATTEMPT, understood('yes'));
  await journal.flush(ATTEMPT);
  expect([asked, noted.events.length]).toEqual([0, 2]);
});

test('a store that is away breaks neither the call nor the flush', async () => {
  const journal = heedOptOuts(fakeJournal(), () => Promise.reject(new Error('away')), silentLog);
  journal.append(ATTEMPT, understood('opt_out'));
  await expect(journal.flush(ATTEMPT)).resolves.toBeUndefined();
});
