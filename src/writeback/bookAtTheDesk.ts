/** Books during a call: the callee waits for the truth, but not for ever. */
import type { AttemptId, WriteBackId } from '../domain/ids.ts';
import { MINUTE_MS, SECOND_MS, plusMs } from '../domain/time.ts';
import type { FrontDesk } from '../ports/frontDesk.ts';
import { type Delivery, type WriteBackDeps, deliverWriteBack } from './deliverWriteBacks.ts';

/** The relay keeps off a booking that its call delivers; longer than any deadline, shorter than anybody's patience. */
const RELAY_AFTER_MS = MINUTE_MS / 2;

/** A booking that was turned away or not seen gets a second try while the callee waits; further ones are the relay's. */
const AGAIN_AFTER_MS = SECOND_MS / 2;

async function deliverInTime(deps: WriteBackDeps, id: WriteBackId, over: AbortSignal): Promise<Delivery> {
  const first = await deliverWriteBack(deps, id);
  if (first !== 'later') return first;
  await deps.clock.sleep(AGAIN_AFTER_MS, over);
  return over.aborted ? first : deliverWriteBack(deps, id);
}

/**
 * The desk for one call. `taken` also when the offer's reservation is no longer this call's. What is not known at the deadline is `pending`: the
 * delivery goes on by itself, and the promise on record is kept or broken when it ends.
 */
export function bookAtTheDesk(deps: WriteBackDeps, attempt: AttemptId): FrontDesk {
  const { store, clock, log } = deps;
  return {
    async book(wanted, deadlineMs) {
      const at = clock.now();
      const id = await store.writeBacks.wantBooking({
        attempt,
        replaces: wanted.kind === 'move' ? wanted.appointment : null,
        offer: wanted.kind === 'offer' ? wanted.offer : null,
        opening: wanted.to,
        at,
        relayNotBefore: plusMs(at, Math.max(RELAY_AFTER_MS, deadlineMs)),
      });
      if (id === null) return 'taken';
      const over = new AbortController();
      const delivered = deliverInTime(deps, id, over.signal).catch((): Delivery => {
        log.error('job.failed', { attempt, writeBack: id, code: 'booking' });
        return 'later';
      });
      const cancelDeadline = clock.after(deadlineMs, () => over.abort());
      const first = await Promise.race([delivered, untilAborted(over.signal)]);
      cancelDeadline();
      switch (first) {
        case 'landed':
          return 'landed';
        case 'superseded':
        case 'dead':
          return 'taken';
        case 'later':
        case 'not_taken':
          return 'pending';
      }
    },
  };
}

const untilAborted = (signal: AbortSignal): Promise<'later'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('later');
    else signal.addEventListener('abort', () => resolve('later'), { once: true });
  });
