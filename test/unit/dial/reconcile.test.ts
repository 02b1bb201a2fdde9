import { describe, expect, test } from 'vitest';
import type { CallProgress } from '../../../src/domain/call.ts';
import type { CallSid } from '../../../src/domain/ids.ts';
import { err, ok } from '../../../src/domain/result.ts';
import { MINUTE_MS, plusMs } from '../../../src/domain/time.ts';
import { reconcileAttempts } from '../../../src/dial/reconcile.ts';
import type { CallStore, OpenAttempt } from '../../../src/ports/store/callStore.ts';
import type { ProviderCall, Telephony } from '../../../src/ports/telephony.ts';
import { EVENING, PHONE, of } from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { silentLog } from '../../support/silentLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const SID = of<CallSid>('CA1');
const stuck = (over: Partial<OpenAttempt> = {}): OpenAttempt => ({
  attempt: of('attempt'),
  sid: SID,
  phone: PHONE,
  callerId: of('+13125550100'),
  status: 'requested',
  since: plusMs(EVENING, -10 * MINUTE_MS),
  ...over,
});

const atProvider = (progress: CallProgress): ProviderCall => ({
  sid: SID,
  to: PHONE,
  from: of('+13125550100'),
  progress,
  answeredBy: null,
  createdAt: EVENING,
});

async function reconcile(
  open: OpenAttempt,
  provider: { readonly call: ProviderCall | null } | 'down',
): Promise<{ readonly ended: readonly string[]; readonly hungUp: number; readonly placed: number }> {
  const ended: string[] = [];
  let hungUp = 0;
  let placed = 0;
  const calls: Partial<CallStore> = {
    stuck: async () => [open],
    bySid: async () => null,
    placed: async () => void (placed += 1),
    async end(_attempt, { disposition }) {
      ended.push(disposition);
      return true;
    },
  };
  const down = err({ kind: 'unavailable' as const });
  const telephony: Partial<Telephony> = {
    fetch: async () => (provider === 'down' ? down : ok(provider.call)),
    find: async () => (provider === 'down' ? down : ok(provider.call === null ? [] : [provider.call])),
    async end() {
      hungUp += 1;
      return ok(undefined);
    },
  };
  await reconcileAttempts({
    store: { calls: onlyThese<CallStore>(calls) },
    telephony: onlyThese<Telephony>(telephony),
    clock: virtualClock(EVENING),
    log: silentLog,
  });
  return { ended, hungUp, placed };
}

describe('an attempt that should have ended', () => {
  test.each<[CallProgress, string]>([
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no_answer' }, 'no_answer'],
    [{ status: 'completed', durationSeconds: 40 }, 'lost'],
  ])('whose call is over with %j becomes %s', async (progress, disposition) => {
    expect(await reconcile(stuck(), { call: atProvider(progress) })).toMatchObject({
      ended: [disposition],
      hungUp: 0,
    });
  });

  test('whose call goes on without us is hung up and lost', async () => {
    expect(await reconcile(stuck(), { call: atProvider({ status: 'answered' }) })).toMatchObject({
      ended: ['lost'],
      hungUp: 1,
    });
  });

  test('whose call the provider has forgotten is lost', async () => {
    expect((await reconcile(stuck(), { call: null })).ended).toEqual(['lost']);
  });

  test('of which the provider knows no call was never dialed', async () => {
    expect((await reconcile(stuck({ sid: null, status: 'intent' }), { call: null })).ended).toEqual([
      'never_dialed',
    ]);
  });

  test('whose answer was lost is found by number and time', async () => {
    const open = stuck({ sid: null, status: 'unknown_requested' });
    expect(await reconcile(open, { call: atProvider({ status: 'no_answer' }) })).toMatchObject({
      ended: ['no_answer'],
      placed: 1,
    });
  });

  test.each([SID, null])('stays when the provider cannot be asked (%s)', async (sid) => {
    expect((await reconcile(stuck({ sid }), 'down')).ended).toEqual([]);
  });
});
