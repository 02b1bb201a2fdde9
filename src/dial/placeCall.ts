/**
 * Rings a claimed contact and waits for its media stream or its end. The request to the phone company is never repeated: when its answer is lost,
 * the company is asked what became of it.
 */
import { type CallProgress, isTerminal } from '../domain/call.ts';
import type { Disposition } from '../domain/disposition.ts';
import type { CallSid } from '../domain/ids.ts';
import type { NightSettings } from '../domain/practice.ts';
import { type Instant, SECOND_MS } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ProgressWatch } from '../ports/progressWatch.ts';
import type { Store } from '../ports/store/store.ts';
import type { DialFailure, MediaLine, MediaSwitchboard, Telephony } from '../ports/telephony.ts';
import { dispositionOf } from './answeredBy.ts';
import type { ClaimedCall } from './claimDeps.ts';
import { findPlaced } from './reconcile.ts';

export interface PlaceDeps {
  readonly store: Pick<Store, 'calls'>;
  readonly telephony: Telephony;
  readonly switchboard: MediaSwitchboard;
  readonly watch: ProgressWatch;
  readonly clock: Clock;
  readonly log: Log;
}

export type Rung =
  | { readonly kind: 'line'; readonly line: MediaLine }
  /** The attempt is ended in the store. */
  | { readonly kind: 'ended'; readonly disposition: Disposition }
  /** Not known whether the phone rings: the attempt stays open for the reconciler. */
  | { readonly kind: 'unclear' };

/** After a lost answer: the provider lists a call within seconds. */
const LOOK_AFTER_MS: readonly number[] = [500, 2 * SECOND_MS, 5 * SECOND_MS];

/** How long after the ringing should have ended we wait for the report of it before we ask. */
const REPORT_GRACE_MS = 15 * SECOND_MS;

/** What a refusal to place the call amounts to. */
function dispositionOfFailure(failure: Exclude<DialFailure, { kind: 'unknown' }>): Disposition {
  return failure.kind === 'rejected' && failure.numberIsBad ? 'invalid_number' : 'provider_error';
}

/** Looks for the call whose answer was lost. `line` may arrive meanwhile, which is the best answer. */
async function lookFor(
  deps: PlaceDeps,
  call: ClaimedCall,
  since: Instant,
  line: Promise<MediaLine | null>,
  signal: AbortSignal,
): Promise<CallSid | 'not_placed' | 'unclear'> {
  await deps.store.calls.unknownPlacement(call.attempt);
  let looked: CallSid | 'not_placed' | 'unclear' = 'unclear';
  for (const ms of LOOK_AFTER_MS) {
    const arrived = await Promise.race([line, deps.clock.sleep(ms, signal).then(() => null)]);
    if (arrived !== null) return arrived.sid;
    if (signal.aborted) return 'unclear';
    looked = await findPlaced(deps, { ...call, since });
    if (looked !== 'not_placed' && looked !== 'unclear') return looked;
  }
  return looked;
}

/** Nothing was reported when the ringing must be over: the provider says what became of the call, and a call that hangs is ended. */
async function askProvider(deps: PlaceDeps, sid: CallSid): Promise<Disposition> {
  const fetched = await deps.telephony.fetch(sid);
  const found = fetched.ok ? fetched.value : null;
  if (found !== null && isTerminal(found.progress.status)) return dispositionOf({ ...found, result: null });
  await deps.telephony.end(sid);
  if (found === null) return 'lost';
  return found.progress.status === 'answered' ? dispositionOf({ ...found, result: null }) : 'no_answer';
}

async function lineOrEnd(
  deps: PlaceDeps,
  call: ClaimedCall,
  sid: CallSid,
  waiting: {
    readonly line: Promise<MediaLine | null>;
    readonly signal: AbortSignal;
    readonly ringMs: number;
  },
): Promise<MediaLine | Disposition> {
  const { line, signal, ringMs } = waiting;
  const ended = deps.watch.until(call.attempt, signal);
  const tooLong = deps.clock.sleep(ringMs + REPORT_GRACE_MS, signal).then(() => null);
  const first = await Promise.race<MediaLine | CallProgress | null>([line, ended, tooLong]);
  if (first !== null && 'listen' in first) return first;
  if (signal.aborted) {
    await deps.telephony.end(sid);
    return 'canceled_by_us';
  }
  if (first === null) return askProvider(deps, sid);
  const fetched = await deps.telephony.fetch(sid);
  const answeredBy = fetched.ok ? (fetched.value?.answeredBy ?? null) : null;
  return dispositionOf({ progress: first, answeredBy, result: null });
}

/**
 * Places the call and waits. `signal` aborting ends the call and the attempt (`canceled_by_us`).
 * A line that is returned is somebody's now: the attempt is theirs to end.
 */
export async function placeCall(
  deps: PlaceDeps,
  call: ClaimedCall,
  limits: Pick<NightSettings, 'ringTimeoutMs' | 'callLimitMs'>,
  signal: AbortSignal,
): Promise<Rung> {
  const { store, telephony, switchboard, clock, log } = deps;
  const { attempt } = call;
  const waiting = new AbortController();
  const stop = (): void => waiting.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const line = switchboard.expect(attempt, call.streamToken, waiting.signal);
  const end = async (disposition: Disposition): Promise<Rung> => {
    await store.calls.end(attempt, { at: clock.now(), disposition, result: null, recordingMs: null });
    log.info('call.ended', { attempt, code: disposition });
    return { kind: 'ended', disposition };
  };
  try {
    if (signal.aborted) return await end('never_dialed');
    const since = clock.now();
    const { phone: to, callerId: from, streamToken } = call;
    const placed = await telephony.place({ attempt, to, from, streamToken, ...limits });
    if (!placed.ok && placed.error.kind !== 'unknown') return await end(dispositionOfFailure(placed.error));
    const sid = placed.ok ? placed.value : await lookFor(deps, call, since, line, waiting.signal);
    if (sid === 'not_placed') return await end('provider_error');
    if (sid === 'unclear') return { kind: 'unclear' };
    await store.calls.placed(attempt, sid, clock.now());
    log.info('call.placed', { attempt, call: sid });
    const ringMs = limits.ringTimeoutMs;
    const became = await lineOrEnd(deps, call, sid, { line, signal: waiting.signal, ringMs });
    return typeof became === 'string' ? await end(became) : { kind: 'line', line: became };
  } finally {
    signal.removeEventListener('abort', stop);
    waiting.abort();
  }
}
