/** Reports of the phone company come late, twice and in any order; what an attempt is believed to be never goes back. */
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { type CallProgress, type CallStatus, isTerminal } from '../../../src/domain/call.ts';
import type { AttemptId } from '../../../src/domain/ids.ts';
import { plusMs } from '../../../src/domain/time.ts';
import { EVENING } from '../../support/night.ts';
import { storeWorld } from '../../support/storeFixtures.ts';

const world = storeWorld();
let attempt: AttemptId;

beforeEach(async () => {
  await world.lists('ada');
  await world.plan();
  attempt = await world.calls('ada');
});

const REPORTS: readonly CallProgress[] = [
  { status: 'queued' },
  { status: 'ringing' },
  { status: 'answered' },
  { status: 'completed', durationSeconds: 9 },
  { status: 'busy' },
  { status: 'no_answer' },
  { status: 'failed', sipCode: 404 },
  { status: 'canceled' },
];
const rankOf = (status: CallStatus | null): number =>
  status === null ? -1 : isTerminal(status) ? 3 : ['queued', 'ringing', 'answered'].indexOf(status);

interface Believed {
  readonly status: string;
  readonly progress: CallStatus | null;
  readonly answered_at: unknown;
}
const believed = () =>
  world.row<Believed>('select status, progress, answered_at from call_attempt where id = $1', [attempt]);

test('whatever order reports come in, and however often, an attempt only moves on', async () => {
  const reached = new Set<string>();
  const orders = fc.array(fc.constantFrom(...REPORTS), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(orders, fc.boolean(), async (reports, atOnce) => {
      await world.sql(`update call_attempt set status = 'requested', progress = null, answered_at = null`);
      const tell = (report: CallProgress, n: number) =>
        world.store.calls.progress(attempt, report, plusMs(EVENING, n));
      let before = await believed();
      if (atOnce) await Promise.all(reports.map(tell));
      else
        for (const [n, report] of reports.entries()) {
          await tell(report, n);
          const after = await believed();
          expect(rankOf(after.progress)).toBeGreaterThanOrEqual(rankOf(before.progress));
          if (isTerminal(before.progress ?? 'queued')) expect(after).toEqual(before);
          if (before.answered_at !== null) expect(after.answered_at).toEqual(before.answered_at);
          before = after;
        }
      const last = await believed();
      expect(rankOf(last.progress)).toBe(Math.max(...reports.map(({ status }) => rankOf(status))));
      for (const [n, report] of reports.toReversed().entries()) await tell(report, 100 + n);
      expect(await believed()).toEqual(last);
      reached.add(last.progress ?? '');
    }),
    { numRuns: 60, seed: 20_261_122 },
  );
  expect(reached.size).toBe(REPORTS.length);
}, 60_000);
