import { z } from 'zod';
import type { AttemptId, Brand, ContactId, PracticeId, SlotId, WriteBackId } from '../../domain/ids.ts';
import { id } from '../../domain/ids.ts';
import type { JobPayloads, QueueName } from '../../ports/queues.ts';

export interface JobRules<Q extends QueueName> {
  readonly payload: z.ZodType<JobPayloads[Q]>;
  /** Tries before a job that keeps throwing is set aside. */
  readonly attempts: number;
  /** Pause after the first failed try; it doubles after each. */
  readonly backoffMs: number;
  /** How long a silent process keeps a job. Renewed at half time, so a job may run far longer than this. */
  readonly lockMs: number;
  /** How often a job may be taken over from a process that went silent. */
  readonly takeovers: number;
}

const idOf = <T extends Brand<string, string>>(): z.ZodType<T> =>
  z
    .string()
    .min(1)
    .max(100)
    .transform((text) => id<T>(text));

const SHORT = { attempts: 8, backoffMs: 500, lockMs: 10_000, takeovers: 5 } as const;

/** Every kind of job there is. Payloads are strict: a field that is not an id of a row has no way in. */
export const CATALOGUE: { readonly [Q in QueueName]: JobRules<Q> } = {
  schedule: { ...SHORT, payload: z.strictObject({ practice: idOf<PracticeId>() }), lockMs: 30_000 },
  /**
   * A call is never taken over: the process may have gone silent while the phone was ringing, and ringing it again would be a second call
   * to one household. The attempt row says what is known, and is reconciled with the phone company instead.
   */
  call: {
    payload: z.strictObject({ contact: idOf<ContactId>() }),
    attempts: 3,
    backoffMs: 2_000,
    lockMs: 30_000,
    takeovers: 0,
  },
  outcome: { ...SHORT, payload: z.strictObject({ attempt: idOf<AttemptId>() }) },
  fill: { ...SHORT, payload: z.strictObject({ slot: idOf<SlotId>() }) },
  writeback: { ...SHORT, payload: z.strictObject({ writeBack: idOf<WriteBackId>() }) },
};

/** Finished jobs are kept for the board: a night's worth, and failures for a week. Both bounds also bound how long a job id is remembered. */
export const KEEP = {
  completed: { age: 24 * 3_600, count: 2_000 },
  failed: { age: 7 * 24 * 3_600, count: 5_000 },
} as const;
