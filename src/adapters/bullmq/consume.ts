/** The one file that speaks BullMQ's exceptions: handlers answer with values. */
import { DelayedError, type Job, type Processor, UnrecoverableError } from 'bullmq';
import { unreachable } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { JobHandler, QueueName } from '../../ports/queues.ts';
import { CATALOGUE } from './catalogue.ts';

/** An error without its message: those quote arguments and replies, and what a job failed of is stored and shown. */
function withoutWords(error: unknown): Error {
  const known = error instanceof Error ? error : new Error('not an error');
  const code = 'code' in known && typeof known.code === 'string' ? ` ${known.code}` : '';
  const bare = new Error(`${known.name}${code}`);
  const frames = (known.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  bare.stack = [bare.message, ...frames].join('\n');
  return bare;
}

const codeOf = (error: Error): string => error.message.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80);

/**
 * @param wall the machine's own clock, unshifted: it is compared with BullMQ's.
 * @param inHand told of every job while it is worked on.
 */
export function processorFor<Q extends QueueName>(
  queue: Q,
  handler: JobHandler<Q>,
  { wall, log, inHand }: { readonly wall: Clock; readonly log: Log; readonly inHand: Set<Promise<unknown>> },
): Processor {
  const work = async (job: Job, token: string | undefined, signal: AbortSignal): Promise<void> => {
    const jobId = job.id ?? '';
    const line = log.with({ queue, job: jobId });
    const parsed = CATALOGUE[queue].payload.safeParse(job.data);
    if (!parsed.success) {
      line.error('job.malformed');
      throw new UnrecoverableError('malformed payload');
    }
    const answer = await handler(parsed.data, { jobId, attempt: job.attemptsMade + 1, signal }).catch(
      (error: unknown) => {
        const bare = withoutWords(error);
        line.error('job.failed', { code: codeOf(bare), count: job.attemptsMade + 1 });
        throw bare;
      },
    );
    switch (answer.kind) {
      case 'done':
        return;
      case 'again_in':
        await job.moveToDelayed(wall.now() + Math.max(0, answer.ms), token);
        throw new DelayedError();
      case 'give_up':
        line.warn('job.gave_up', { code: answer.because });
        throw new UnrecoverableError(answer.because);
      default:
        return unreachable(answer);
    }
  };
  // BullMQ hands over a signal only to a processor that names it as its third parameter.
  return (job, token, signal) => {
    const working = work(job, token, signal ?? new AbortController().signal);
    inHand.add(working);
    const forget = (): void => void inHand.delete(working);
    working.then(forget, forget);
    return working;
  };
}
