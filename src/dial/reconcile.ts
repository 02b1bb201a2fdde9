/**
 * Attempts that should have ended and have not, because the process that rang died or the provider's answer was lost. The provider is asked what
 * became of each; a phone is never rung again on a guess.
 */
import { isTerminal } from '../domain/call.ts';
import type { E164 } from '../domain/call.ts';
import type { Disposition } from '../domain/disposition.ts';
import type { AttemptId, CallSid } from '../domain/ids.ts';
import { type Instant, plusMs } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OpenAttempt } from '../ports/store/callStore.ts';
import type { Store } from '../ports/store/store.ts';
import type { Telephony } from '../ports/telephony.ts';
import { dispositionOf } from './answeredBy.ts';

export interface ReconcileDeps {
  readonly store: Pick<Store, 'calls'>;
  readonly telephony: Telephony;
  readonly clock: Clock;
  readonly log: Log;
}

/** The provider's clock and ours need not agree. */
const CLOCK_SKEW_MS = 2_000;

/** The provider's id of an attempt's call, by number and time; calls that belong to other attempts are passed over. */
export async function findPlaced(
  deps: Pick<ReconcileDeps, 'store' | 'telephony'>,
  sought: {
    readonly attempt: AttemptId;
    readonly phone: E164;
    readonly callerId: E164;
    readonly since: Instant;
  },
): Promise<CallSid | 'not_placed' | 'unclear'> {
  const { phone: to, callerId: from, since } = sought;
  const found = await deps.telephony.find({ to, from, since: plusMs(since, -CLOCK_SKEW_MS) });
  if (!found.ok) return 'unclear';
  for (const call of found.value) {
    const owner = await deps.store.calls.bySid(call.sid);
    if (owner === null || owner === sought.attempt) return call.sid;
  }
  return 'not_placed';
}

/** What an attempt with a call at the provider amounts to; a call that still goes on without us is ended. null: cannot be asked now. */
async function afterPlacement(deps: ReconcileDeps, sid: CallSid): Promise<Disposition | null> {
  const fetched = await deps.telephony.fetch(sid);
  if (!fetched.ok) return null;
  const call = fetched.value;
  if (call === null) return 'lost';
  if (!isTerminal(call.progress.status)) {
    const ended = await deps.telephony.end(sid);
    return ended.ok ? 'lost' : null;
  }
  // Somebody may have been talking with us, and what was said is gone with the process.
  return call.progress.status === 'completed' ? 'lost' : dispositionOf({ ...call, result: null });
}

async function settle(deps: ReconcileDeps, open: OpenAttempt): Promise<boolean> {
  const { store, clock, log } = deps;
  const { attempt } = open;
  const sid = open.sid ?? (await findPlaced(deps, open));
  if (sid === 'unclear') return false;
  // The claim was stored and the provider knows of no call: nothing ever rang.
  let disposition: Disposition | null = 'never_dialed';
  if (sid !== 'not_placed') {
    if (open.sid === null) await store.calls.placed(attempt, sid, clock.now());
    disposition = await afterPlacement(deps, sid);
  }
  if (disposition === null) return false;
  const ended = { at: clock.now(), disposition, result: null, recordingMs: null };
  await store.calls.end(attempt, ended);
  log.warn('call.ended', { attempt, code: disposition });
  return true;
}

/** @returns how many stuck attempts were ended; those that the provider cannot be asked about stay for the next time. */
export async function reconcileAttempts(deps: ReconcileDeps): Promise<number> {
  let ended = 0;
  for (const open of await deps.store.calls.stuck(deps.clock.now())) {
    if (await settle(deps, open)) ended += 1;
  }
  return ended;
}
