/** Commands that nobody holds any more: their process died while sending, or they waited behind an earlier one that is settled now. */
import { SECOND_MS, msBetween } from '../domain/time.ts';
import { type WriteBackDeps, deliverWriteBack } from './deliverWriteBacks.ts';

/** Younger ones are on their way by themselves. */
const LEFT_ALONE_MS = 5 * SECOND_MS;

/** @returns how many were settled. Those in somebody's hands, or waiting for their time, stay untouched. */
export async function sweepWriteBacks(deps: WriteBackDeps): Promise<number> {
  let settled = 0;
  for (const { id, state, since } of await deps.store.writeBacks.unsettled()) {
    const idle = state === 'pending' || state === 'sending';
    if (!idle || msBetween(since, deps.clock.now()) < LEFT_ALONE_MS) continue;
    const delivery = await deliverWriteBack(deps, id);
    if (delivery === 'landed' || delivery === 'superseded' || delivery === 'dead') settled += 1;
  }
  return settled;
}
