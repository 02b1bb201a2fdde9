import type { ContactId, AttemptId, PracticeId, SlotId, WriteBackId } from '../domain/ids.ts';
import type { Zone } from '../domain/time.ts';

/**
 * A job is a nudge: it names a row and nothing else. It may be lost, repeated or late without harm, because whoever takes it reads the row
 * again and decides from that. One queue for each stage that works in the background.
 */
export interface JobPayloads {
  /** Plan one night for a practice. */
  readonly schedule: { readonly practice: PracticeId };
  /** Ring one household, or one person about an offer; the contact says which. */
  readonly call: { readonly contact: ContactId };
  /** Write down what an attempt decided. */
  readonly outcome: { readonly attempt: AttemptId };
  /** Find somebody for a slot whose cancellation has landed. */
  readonly fill: { readonly slot: SlotId };
  /** Deliver one row of the outbox to the scheduling system. */
  readonly writeback: { readonly writeBack: WriteBackId };
}

export type QueueName = keyof JobPayloads;
export const QUEUE_NAMES = [
  'schedule',
  'call',
  'outcome',
  'fill',
  'writeback',
] as const satisfies readonly QueueName[];

export interface EnqueueOptions {
  /**
   * Makes the job unique: while a job with this id is remembered, finished ones included, adding it again does nothing. A retry therefore
   * needs an id of its own. Letters, digits, `-` and `_`, starting with a letter.
   */
  readonly jobId?: string;
  /** Earliest start, counted from now. */
  readonly delayMs?: number;
  /** 1 (first) .. 2,097,151 (last); without it a job goes before all that have one. */
  readonly priority?: number;
}

/** How a handler ends a job. Throwing means a bug or an outage: the job is tried again after a growing pause, a limited number of times. */
export type JobAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'again_in'; readonly ms: number }
  | { readonly kind: 'give_up'; readonly because: string };

export interface JobInHand {
  readonly jobId: string;
  /** 1 for the first time; `again_in` does not count as a try, a throw does. */
  readonly attempt: number;
  /** Aborts when the process can no longer wait for this job. */
  readonly signal: AbortSignal;
}

export type JobHandler<Q extends QueueName> = (payload: JobPayloads[Q], job: JobInHand) => Promise<JobAnswer>;

export interface ConsumeOptions {
  /** Jobs in hand at once in this process. */
  readonly concurrency: number;
  /** Starts per second over all processes that consume this queue, evenly spaced (one start every 1000/n ms). */
  readonly startsPerSecond?: number;
}

export interface Consumer {
  /**
   * Takes no new job and waits for those in hand. After `withinMs` their signals abort and they are left to their locks: another process takes
   * them up when those run out (a `call` job never; its attempt is reconciled).
   */
  close(withinMs: number): Promise<'drained' | 'abandoned'>;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly completed: number;
  readonly failed: number;
}

export interface Queues {
  /** @throws when the store behind the queues cannot be reached: the caller's row is still there, so the relay will come again. */
  enqueue<Q extends QueueName>(queue: Q, payload: JobPayloads[Q], options?: EnqueueOptions): Promise<void>;
  consume<Q extends QueueName>(queue: Q, handler: JobHandler<Q>, options: ConsumeOptions): Consumer;
  /**
   * Adds a `schedule` job whenever the five-field cron `pattern` is met in `zone`. One per practice: setting it again replaces it, and any
   * number of processes may set it.
   */
  upsertNightly(practice: PracticeId, pattern: string, zone: Zone): Promise<void>;
  counts(): Promise<Readonly<Record<QueueName, QueueCounts>>>;
  /** Closes the consumers that are still open, waiting `withinMs` at most, then the connections. */
  close(withinMs: number): Promise<void>;
}
