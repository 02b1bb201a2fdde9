import { Worker } from 'node:worker_threads';
import type { SpeakOptions, Speech, Urgency } from '../speech.ts';
import type { RenderAnswer, RenderJob } from './worker.ts';

/** Threads that render speech, each one job at a time: what is needed now first, then first come first served. */
export interface WorkerPool {
  render(text: string, options: SpeakOptions, urgency: Urgency): Promise<Speech>;
  /** Stops the threads; what they had not finished is rejected. */
  close(): Promise<void>;
}

interface Waiting extends RenderJob {
  readonly urgency: Urgency;
  readonly resolve: (speech: Speech) => void;
  readonly reject: (reason: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Waiting | undefined;
}

/**
 * Starts the threads. An idle thread does not keep the process alive. One that dies fails its job; the next
 * job starts another.
 */
export function startWorkerPool(size: number): WorkerPool {
  const threads = new Set<Thread>();
  const queue: Waiting[] = [];
  let lastId = 0;
  let closed = false;

  function start(): Thread {
    const worker = new Worker(new URL('./thread.mjs', import.meta.url), { execArgv: [] });
    const thread: Thread = { worker, job: undefined };
    threads.add(thread);
    worker.unref();
    worker.on('message', (answer: RenderAnswer) => {
      const { job } = thread;
      thread.job = undefined;
      worker.unref();
      settle(job, answer);
      next();
    });
    worker.on('error', (reason: Error) => lose(thread, reason));
    worker.on('exit', () => lose(thread, new Error('the voice thread ended')));
    return thread;
  }

  function lose(thread: Thread, reason: Error): void {
    threads.delete(thread);
    thread.job?.reject(reason);
    thread.job = undefined;
    if (!closed) next();
  }

  function next(): void {
    while (queue.length > 0) {
      const idle = [...threads].find((thread) => thread.job === undefined);
      if (idle === undefined && threads.size >= size) return;
      const urgent = queue.findIndex((waiting) => waiting.urgency === 'now');
      const [job] = queue.splice(Math.max(0, urgent), 1);
      if (job === undefined) return;
      const thread = idle ?? start();
      thread.job = job;
      thread.worker.ref();
      const { id, text, options } = job;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      thread.worker.postMessage({ id, text, options } satisfies RenderJob);
    }
  }

  for (let count = 0; count < size; count += 1) start();
  return {
    render: (text, options, urgency) =>
      new Promise((resolve, reject) => {
        if (closed) {
          reject(new Error('the voice was closed'));
          return;
        }
        lastId += 1;
        queue.push({ id: lastId, text, options, urgency, resolve, reject });
        next();
      }),
    async close() {
      closed = true;
      for (const job of queue.splice(0)) job.reject(new Error('the voice was closed'));
      await Promise.all([...threads].map((thread) => thread.worker.terminate()));
    },
  };
}

function settle(job: Waiting | undefined, answer: RenderAnswer): void {
  if (job === undefined) return;
  if ('failure' in answer) job.reject(new Error(answer.failure));
  else job.resolve({ mulaw: answer.mulaw, words: answer.words });
}
