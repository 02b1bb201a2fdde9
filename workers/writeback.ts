/** Binds the `writeback` queue to its verb; what is to be tried again comes back through the outbox. */
import type { Consumer, Queues } from '../src/ports/queues.ts';
import { type WriteBackDeps, deliverWriteBack } from '../src/writeback/deliverWriteBacks.ts';

export interface WriteBackWorkerDeps {
  readonly queues: Queues;
  readonly writeBack: WriteBackDeps;
  readonly concurrency: number;
}

export function consumeWriteBacks({ queues, writeBack, concurrency }: WriteBackWorkerDeps): Consumer {
  return queues.consume(
    'writeback',
    async ({ writeBack: id }) => {
      await deliverWriteBack(writeBack, id);
      return { kind: 'done' };
    },
    { concurrency },
  );
}
