/** Binds the `fill` queue to its verb. One slot after the other in this process: the best person is not offered two. */
import { type FillDeps, fillFreedSlot } from '../src/fill/fillFreedSlots.ts';
import type { Consumer, Queues } from '../src/ports/queues.ts';
import { callingRules } from '../src/schedule/callingRules.ts';

export interface FillWorkerDeps {
  readonly queues: Queues;
  readonly fill: Omit<FillDeps, 'rules'>;
}

export function consumeFill({ queues, fill }: FillWorkerDeps): Consumer {
  return queues.consume(
    'fill',
    async ({ slot }) => {
      const answer = await fillFreedSlot({ ...fill, rules: callingRules }, slot);
      return answer.kind === 'again_in' ? answer : { kind: 'done' };
    },
    { concurrency: 1 },
  );
}
