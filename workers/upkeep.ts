/** What runs beside the queues: the relay that feeds them, and the sweep after what died or was lost. */
import { type ReconcileDeps, reconcileAttempts } from '../src/dial/reconcile.ts';
import { type RelayDeps, relay } from '../src/writeback/relay.ts';
import type { WriteBackDeps } from '../src/writeback/deliverWriteBacks.ts';
import { sweepWriteBacks } from '../src/writeback/sweep.ts';

export interface UpkeepDeps {
  readonly relay: RelayDeps;
  readonly calls: ReconcileDeps;
  readonly writeBack: WriteBackDeps;
}

const SWEEP_EVERY_MS = 5_000;

/** Runs until `signal` aborts; an outage is waited out. Any number of processes may run it. */
export async function keepUp(
  { relay: relaying, calls, writeBack }: UpkeepDeps,
  signal: AbortSignal,
): Promise<void> {
  const sweeping = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await reconcileAttempts(calls);
        await sweepWriteBacks(writeBack);
      } catch {
        calls.log.error('queue.error', { code: 'sweep' });
      }
      await calls.clock.sleep(SWEEP_EVERY_MS, signal);
    }
  };
  await Promise.all([relay(relaying, signal), sweeping()]);
}
