/** Binds the roles of this process to their queues. */
import { type CallSpeech, renderAheadAndHold } from './composeConversation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Queues } from '../ports/queues.ts';
import type { Random } from '../ports/random.ts';
import type { SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Store } from '../ports/store/store.ts';
import { SECOND_MS } from '../domain/time.ts';
import type { WriteBackDeps } from '../writeback/deliverWriteBacks.ts';
import { consumeCalls } from '../../workers/call.ts';
import { consumeFill } from '../../workers/fill.ts';
import { consumeOutcomes } from '../../workers/outcome.ts';
import { consumeSchedule } from '../../workers/schedule.ts';
import { keepUp } from '../../workers/upkeep.ts';
import { consumeWriteBacks } from '../../workers/writeback.ts';
import type { Role } from './commandLine.ts';
import type { PhoneVendor } from './composeVendors.ts';
import type { ProgressBoard } from './progressBoard.ts';
import type { Shutdown } from './shutdown.ts';

export interface WorkDeps {
  readonly store: Store;
  readonly queues: Queues;
  readonly scheduling: SchedulingSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly board: ProgressBoard;
  readonly callsPerSecond: number;
  /** Calls at the same time in this process. */
  readonly lines: number;
  /** The longest pause between two tries of a write-back. */
  readonly retryCapMs: number;
  readonly shutdown: Shutdown;
}

/** A call in flight is brought to a polite end within this once draining begins. */
const CALLS_END_WITHIN_MS = 20 * SECOND_MS;
const JOBS_END_WITHIN_MS = 10 * SECOND_MS;
const OUTCOMES_AT_ONCE = 4;
const WRITE_BACKS_AT_ONCE = 4;

const deskOf = ({ store, scheduling, clock, random, log, retryCapMs }: WorkDeps): WriteBackDeps => ({
  store,
  scheduling,
  clock,
  random,
  log,
  retryCapMs,
});

/** The `call` role: needs the phone and the voice. */
export function workCalls(deps: WorkDeps, phone: PhoneVendor, speech: CallSpeech): void {
  const { store, queues, scheduling, clock, random, log, board, shutdown } = deps;
  const consumer = consumeCalls({
    queues,
    concurrency: deps.lines,
    startsPerSecond: deps.callsPerSecond,
    claim: { store, scheduling, clock, random, log },
    place: {
      store,
      telephony: phone.telephony,
      switchboard: phone.media.switchboard,
      watch: board,
      clock,
      log,
    },
    desk: deskOf(deps),
    prepare: renderAheadAndHold({ ...speech, store, clock, log, ending: shutdown.signal }),
  });
  shutdown.closeLater('calls', CALLS_END_WITHIN_MS + 5 * SECOND_MS, () =>
    consumer.close(CALLS_END_WITHIN_MS),
  );
}

/** The roles that need no phone. */
export function work(role: Exclude<Role, 'call'>, deps: WorkDeps): void {
  const { store, queues, scheduling, clock, log, shutdown } = deps;
  const consumer = (() => {
    switch (role) {
      case 'schedule':
        return consumeSchedule({ queues, planning: { store, scheduling, clock, log } });
      case 'outcome':
        return consumeOutcomes({ queues, outcome: { store, clock, log }, concurrency: OUTCOMES_AT_ONCE });
      case 'fill':
        return consumeFill({ queues, fill: { store, scheduling, clock, log } });
      case 'writeback':
        return consumeWriteBacks({ queues, writeBack: deskOf(deps), concurrency: WRITE_BACKS_AT_ONCE });
    }
  })();
  shutdown.closeLater(role, JOBS_END_WITHIN_MS + 2 * SECOND_MS, () => consumer.close(JOBS_END_WITHIN_MS));
}

/** The relay and the sweep; they go on while calls end, so that what was decided is still handed on. */
export function upkeep(deps: WorkDeps, phone: PhoneVendor): void {
  const { store, queues, clock, log, shutdown } = deps;
  const stopping = new AbortController();
  const running = keepUp(
    {
      relay: { store, queues, clock, log },
      calls: { store, telephony: phone.telephony, clock, log },
      writeBack: deskOf(deps),
    },
    stopping.signal,
  );
  shutdown.closeLater('upkeep', 5 * SECOND_MS, () => {
    stopping.abort();
    return running;
  });
}
