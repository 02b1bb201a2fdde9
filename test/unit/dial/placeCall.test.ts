import { beforeEach, describe, expect, test } from 'vitest';
import type { CallProgress } from '../../../src/domain/call.ts';
import type { CallSid } from '../../../src/domain/ids.ts';
import { type Result, err, ok } from '../../../src/domain/result.ts';
import { SECOND_MS, plusMs } from '../../../src/domain/time.ts';
import { endCall } from '../../../src/dial/endCall.ts';
import { type PlaceDeps, placeCall } from '../../../src/dial/placeCall.ts';
import type { ClaimedCall } from '../../../src/dial/claimDeps.ts';
import type { CallStore } from '../../../src/ports/store/callStore.ts';
import type { DialFailure, MediaLine, ProviderCall, Telephony } from '../../../src/ports/telephony.ts';
import { EVENING, PHONE, of } from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { silentLog } from '../../support/silentLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const call: ClaimedCall = {
  kind: 'claimed',
  attempt: of('attempt'),
  phone: PHONE,
  callerId: of('+13125550100'),
  location: of('chicago'),
  purpose: 'confirm',
  streamToken: 'token',
};
const SID = of<CallSid>('CA1');
const LIMITS = { ringTimeoutMs: 20 * SECOND_MS, callLimitMs: 240 * SECOND_MS };

const atProvider = (progress: CallProgress, over: Partial<ProviderCall> = {}): ProviderCall => ({
  sid: SID,
  to: PHONE,
  from: of('+13125550100'),
  progress,
  answeredBy: null,
  createdAt: EVENING,
  ...over,
});

/** A phone company and a switchboard that do what the test says, and remember what they were asked. */
class World {
  readonly clock = virtualClock(EVENING);
  readonly asked: string[] = [];
  readonly ended: string[] = [];
  placing: Result<CallSid, DialFailure> = ok(SID);
  found: Result<readonly ProviderCall[], { readonly kind: 'unavailable' }> = ok([]);
  fetched: Result<ProviderCall | null, { readonly kind: 'unavailable' }> = ok(null);
  owners = new Map<string, string>();
  #line: (line: MediaLine | null) => void = () => {};
  #report: (progress: CallProgress | null) => void = () => {};
  expecting = false;

  connect(): void {
    this.#line(onlyThese<MediaLine>({ attempt: call.attempt, sid: SID, listen() {} }));
  }

  report(progress: CallProgress): void {
    this.#report(progress);
  }

  get deps(): PlaceDeps {
    const calls: Partial<CallStore> = {
      placed: async (_attempt, sid) => void this.asked.push(`placed ${sid}`),
      unknownPlacement: async () => void this.asked.push('unknown'),
      bySid: async (sid) => {
        const owner = this.owners.get(sid);
        return owner === undefined ? null : of(owner);
      },
      end: async (_attempt, { disposition, result }) => {
        this.ended.push(`${disposition}${result === null ? '' : ' with a result'}`);
        return true;
      },
    };
    const telephony: Telephony = {
      place: async () => {
        this.asked.push('place');
        return this.placing;
      },
      end: async (sid) => {
        this.asked.push(`end ${sid}`);
        return ok(undefined);
      },
      fetch: async () => this.fetched,
      find: async () => this.found,
    };
    return {
      store: { calls: onlyThese<CallStore>(calls) },
      telephony,
      switchboard: {
        expect: (_attempt, token, signal) =>
          new Promise((resolve) => {
            this.expecting = token === 'token';
            this.#line = resolve;
            signal.addEventListener('abort', () => resolve(null));
          }),
      },
      watch: {
        until: (_attempt, signal) =>
          new Promise((resolve) => {
            this.#report = resolve;
            signal.addEventListener('abort', () => resolve(null));
          }),
      },
      clock: this.clock,
      log: silentLog,
    };
  }
}

let world = new World();
let stop = new AbortController();
beforeEach(() => {
  world = new World();
  stop = new AbortController();
});
const place = () => placeCall(world.deps, call, LIMITS, stop.signal);
const settled = () => world.clock.advance(0);

describe('a placed call', () => {
  test('that is answered hands over its line and stays open', async () => {
    const rung = place();
    await settled();
    world.connect();
    expect(await rung).toMatchObject({ kind: 'line', line: { sid: SID } });
    expect(world.asked).toEqual(['place', 'placed CA1']);
    expect(world.ended).toEqual([]);
  });

  test('is expected at the switchboard before it is asked for', () => {
    void place();
    expect(world.expecting).toBe(true);
  });

  test.each<[CallProgress, string]>([
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no_answer' }, 'no_answer'],
    [{ status: 'failed', sipCode: 404 }, 'invalid_number'],
    [{ status: 'completed', durationSeconds: 1 }, 'answered_unknown'],
  ])('that ends with %j is ended once', async (progress, disposition) => {
    const rung = place();
    await settled();
    world.report(progress);
    expect(await rung).toEqual({ kind: 'ended', disposition });
    expect(world.ended).toEqual([disposition]);
  });

  test('of which nothing is heard is asked about when the ringing must be over', async () => {
    world.fetched = ok(atProvider({ status: 'busy' }));
    const rung = place();
    await world.clock.advance(LIMITS.ringTimeoutMs + 15 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'ended', disposition: 'busy' });
  });

  test('that still rings then is hung up', async () => {
    world.fetched = ok(atProvider({ status: 'ringing' }));
    const rung = place();
    await world.clock.advance(LIMITS.ringTimeoutMs + 15 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'ended', disposition: 'no_answer' });
    expect(world.asked).toContain('end CA1');
  });

  test('that the provider does not know is lost', async () => {
    const rung = place();
    await world.clock.advance(LIMITS.ringTimeoutMs + 15 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'ended', disposition: 'lost' });
  });

  test('is hung up when the process stops', async () => {
    const rung = place();
    await settled();
    stop.abort();
    expect(await rung).toEqual({ kind: 'ended', disposition: 'canceled_by_us' });
    expect(world.asked).toContain('end CA1');
  });
});

describe('a call that could not be placed', () => {
  test.each<[DialFailure, string]>([
    [{ kind: 'rejected', code: 21211, numberIsBad: true }, 'invalid_number'],
    [{ kind: 'rejected', code: 21215, numberIsBad: false }, 'provider_error'],
    [{ kind: 'rate_limited', retryAfterMs: 1_000 }, 'provider_error'],
    [{ kind: 'unavailable' }, 'provider_error'],
  ])('for %j ends the attempt', async (failure, disposition) => {
    world.placing = err(failure);
    expect(await place()).toEqual({ kind: 'ended', disposition });
    expect(world.asked).toEqual(['place']);
  });

  test('because the process stops was never dialed', async () => {
    stop.abort();
    expect(await place()).toEqual({ kind: 'ended', disposition: 'never_dialed' });
    expect(world.asked).toEqual([]);
  });
});

describe('a lost answer', () => {
  beforeEach(() => {
    world.placing = err({ kind: 'unknown' });
  });

  test('is cleared up by finding the call; it is not placed again', async () => {
    world.found = ok([atProvider({ status: 'ringing' })]);
    const rung = place();
    await world.clock.advance(SECOND_MS);
    world.connect();
    expect(await rung).toMatchObject({ kind: 'line' });
    expect(world.asked).toEqual(['place', 'unknown', 'placed CA1']);
  });

  test('is cleared up by the line that arrives', async () => {
    const rung = place();
    await settled();
    world.connect();
    expect(await rung).toMatchObject({ kind: 'line' });
    expect(world.asked).toEqual(['place', 'unknown', 'placed CA1']);
  });

  test('with no call to be found was never taken', async () => {
    const rung = place();
    await world.clock.advance(8 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'ended', disposition: 'provider_error' });
    expect(world.asked.filter((a) => a === 'place')).toHaveLength(1);
  });

  test("does not take another attempt's call for its own", async () => {
    world.found = ok([atProvider({ status: 'ringing' }, { createdAt: plusMs(EVENING, -1) })]);
    world.owners.set(SID, 'somebody-else');
    const rung = place();
    await world.clock.advance(8 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'ended', disposition: 'provider_error' });
  });

  test('that cannot be cleared up leaves the attempt to the reconciler', async () => {
    world.found = err({ kind: 'unavailable' });
    const rung = place();
    await world.clock.advance(8 * SECOND_MS);
    expect(await rung).toEqual({ kind: 'unclear' });
    expect(world.ended).toEqual([]);
  });
});

describe('the end of a conversation', () => {
  const line = { attempt: call.attempt, sid: SID };

  test('without a result hangs up and leaves it to a person', async () => {
    await endCall(world.deps, line, null);
    expect(world.asked).toEqual(['end CA1']);
    expect(world.ended).toEqual(['answered_unknown']);
  });
});
