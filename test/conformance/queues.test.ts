/** One suite for the Queues port, on each store that it can live in. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type BullQueues, createQueues } from '../../src/adapters/bullmq/queues.ts';
import { zone } from '../../src/domain/localTime.ts';
import { type ContactId, type PracticeId, type SlotId, id } from '../../src/domain/ids.ts';
import { type JobAnswer, type JobInHand, QUEUE_NAMES } from '../../src/ports/queues.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import { QUEUE_STORES, type QueueStore } from '../support/queueStores.ts';

const wall = systemClock();
const contact = (name: string) => ({ contact: id<ContactId>(name) });
const slot = (name: string) => ({ slot: id<SlotId>(name) });
const DONE: JobAnswer = { kind: 'done' };

/** Something that the test lets happen. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const events = new EventTarget();
  const opened = new Promise<void>((resolve) =>
    events.addEventListener('open', () => resolve(), { once: true }),
  );
  return { opened, open: () => void events.dispatchEvent(new Event('open')) };
}

describe.each(QUEUE_STORES)('queues in $name', (store) => {
  let place: Awaited<ReturnType<QueueStore['open']>>;
  const opened: BullQueues[] = [];
  const { log, lines } = recordingLog();

  const open = async (): Promise<BullQueues> => {
    const queues = await createQueues({ backend: place.backend, wall, log });
    opened.push(queues);
    return queues;
  };

  beforeAll(async () => {
    place = await store.open();
  });
  afterEach(async () => {
    for (const queues of opened.splice(0)) {
      for (const queue of queues.boardQueues()) await queue.obliterate({ force: true });
      await queues.close(0);
    }
    lines.length = 0;
  });
  afterAll(() => place.close());

  test('a job reaches its handler with the ids it was given', async () => {
    const queues = await open();
    const got = new Promise((resolve) => {
      queues.consume('fill', async (payload, { attempt }) => (resolve({ payload, attempt }), DONE), {
        concurrency: 1,
      });
    });
    await queues.enqueue('fill', slot('s1'));
    expect(await got).toEqual({ payload: { slot: 's1' }, attempt: 1 });
    await vi.waitFor(async () => expect((await queues.counts()).fill.completed).toBe(1));
  });

  test('the same job id adds nothing while the job is remembered, finished or not', async () => {
    const queues = await open();
    await queues.enqueue('fill', slot('first'), { jobId: 'fill-1' });
    await queues.enqueue('fill', slot('second'), { jobId: 'fill-1' });
    const seen: string[] = [];
    queues.consume('fill', async (payload) => (seen.push(payload.slot), DONE), { concurrency: 1 });
    await vi.waitFor(async () => expect((await queues.counts()).fill.completed).toBe(1));
    await queues.enqueue('fill', slot('third'), { jobId: 'fill-1' });
    await queues.enqueue('fill', slot('fourth'), { jobId: 'fill-2' });
    await vi.waitFor(async () => expect((await queues.counts()).fill.completed).toBe(2));
    expect(seen).toEqual(['first', 'fourth']);
  });

  test('a delayed job does not start early', async () => {
    const queues = await open();
    const started = new Promise<number>((resolve) => {
      queues.consume('fill', async () => (resolve(wall.monotonicMs()), DONE), { concurrency: 1 });
    });
    const asked = wall.monotonicMs();
    await queues.enqueue('fill', slot('later'), { delayMs: 300 });
    expect((await queues.counts()).fill.delayed).toBe(1);
    expect((await started) - asked).toBeGreaterThanOrEqual(298);
  });

  test('a lower priority number goes first, and a job without one goes before all', async () => {
    const queues = await open();
    await queues.enqueue('call', contact('c20'), { priority: 20 });
    await queues.enqueue('call', contact('c5'), { priority: 5 });
    await queues.enqueue('call', contact('c0'));
    const order: string[] = [];
    queues.consume('call', async (payload) => (order.push(payload.contact), DONE), { concurrency: 1 });
    await vi.waitFor(() => expect(order).toEqual(['c0', 'c5', 'c20']));
  });

  test('"again in" brings the job back as often as asked, without using up its tries', async () => {
    const queues = await open();
    const attempts: number[] = [];
    queues.consume(
      'call',
      async (_payload, job) => {
        attempts.push(job.attempt);
        return attempts.length < 6 ? { kind: 'again_in', ms: 20 } : DONE;
      },
      { concurrency: 1 },
    );
    await queues.enqueue('call', contact('c1'));
    await vi.waitFor(async () => expect((await queues.counts()).call.completed).toBe(1), {
      timeout: 5_000,
    });
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('"give up" fails the job at once and keeps the reason', async () => {
    const queues = await open();
    queues.consume('fill', async () => ({ kind: 'give_up', because: 'slot_taken' }), { concurrency: 1 });
    await queues.enqueue('fill', slot('s1'), { jobId: 'fill-s1' });
    await vi.waitFor(async () => expect((await queues.counts()).fill.failed).toBe(1));
    const job = await queues
      .boardQueues()
      .find(({ name }) => name === 'fill')
      ?.getJob('fill-s1');
    expect(job?.failedReason).toBe('slot_taken');
    expect(lines).toContainEqual([
      'warn',
      'job.gave_up',
      { queue: 'fill', job: 'fill-s1', code: 'slot_taken' },
    ]);
  });

  test('a handler that throws is tried again, and nothing of what it said is stored or logged', async () => {
    const queues = await open();
    const attempts: number[] = [];
    queues.consume(
      'fill',
      async (_payload, job) => {
        attempts.push(job.attempt);
        if (job.attempt === 1)
          throw Object.assign(new TypeError('Ada Example, 312-555-0123'), { code: 'E_ONE' });
        return DONE;
      },
      { concurrency: 1 },
    );
    await queues.enqueue('fill', slot('s1'), { jobId: 'fill-s1' });
    await vi.waitFor(async () => expect((await queues.counts()).fill.completed).toBe(1), {
      timeout: 5_000,
    });
    expect(attempts).toEqual([1, 2]);
    const job = await queues
      .boardQueues()
      .find(({ name }) => name === 'fill')
      ?.getJob('fill-s1');
    expect(JSON.stringify(job)).not.toContain('Ada');
    expect(job?.stacktrace?.[0]).toMatch(/^TypeError E_ONE\n\s+at /);
    expect(lines).toContainEqual([
      'error',
      'job.failed',
      { queue: 'fill', job: 'fill-s1', code: 'TypeError_E_ONE', count: 1 },
    ]);
  });

  test('a payload with anything but its id is refused on the way in and set aside on the way out', async () => {
    const queues = await open();
    const smuggled = { ...slot('s1'), name: 'Ada Example' };
    await expect(queues.enqueue('fill', smuggled)).rejects.toThrow(/name/);
    const handler = vi.fn<() => Promise<JobAnswer>>(async () => DONE);
    queues.consume('fill', handler, { concurrency: 1 });
    await queues
      .boardQueues()
      .find(({ name }) => name === 'fill')
      ?.add('fill', smuggled, { jobId: 'odd-1', attempts: 5 });
    await vi.waitFor(async () => expect((await queues.counts()).fill.failed).toBe(1));
    expect(handler).not.toHaveBeenCalled();
    expect(lines).toContainEqual(['error', 'job.malformed', { queue: 'fill', job: 'odd-1' }]);
  });

  test('an id that the store would misread is a bug', async () => {
    const queues = await open();
    for (const jobId of ['42', 'a:b', '', 'no spaces']) {
      await expect(queues.enqueue('fill', slot('s1'), { jobId })).rejects.toThrow(RangeError);
    }
  });

  test('no more jobs are in hand than the concurrency allows, and two processes never share one', async () => {
    const [one, two] = [await open(), await open()];
    let inHand = 0;
    let most = 0;
    const seen: string[] = [];
    const full = gate();
    const handler = async (payload: { readonly contact: string }): Promise<JobAnswer> => {
      inHand += 1;
      most = Math.max(most, inHand);
      if (inHand === 4) full.open();
      seen.push(payload.contact);
      await full.opened;
      inHand -= 1;
      return DONE;
    };
    one.consume('call', handler, { concurrency: 2 });
    two.consume('call', handler, { concurrency: 2 });
    const names = Array.from({ length: 20 }, (_, n) => `c${n}`);
    await Promise.all(names.map((name) => one.enqueue('call', contact(name))));
    await vi.waitFor(async () => expect((await one.counts()).call.completed).toBe(20), { timeout: 5_000 });
    expect(most).toBe(4);
    expect(seen.toSorted()).toEqual(names.toSorted());
  });

  test('starts are spaced evenly over all processes', async () => {
    const [one, two] = [await open(), await open()];
    const starts: number[] = [];
    const handler = async (): Promise<JobAnswer> => (starts.push(wall.monotonicMs()), DONE);
    for (const queues of [one, two]) queues.consume('call', handler, { concurrency: 5, startsPerSecond: 10 });
    for (let n = 0; n < 8; n++) await one.enqueue('call', contact(`c${n}`));
    await vi.waitFor(() => expect(starts).toHaveLength(8), { timeout: 5_000 });
    // The stores space to within some ten milliseconds, and a busy machine adds its own; a burst would show as four starts at once.
    const spans = starts.slice(3).map((at, n) => at - (starts[n] ?? at));
    expect(Math.min(...spans)).toBeGreaterThan(150);
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(640);
  });

  test('closing waits for the job in hand and takes no other', async () => {
    const queues = await open();
    const [started, finish] = [gate(), gate()];
    let finished = 0;
    const consumer = queues.consume(
      'fill',
      async () => {
        started.open();
        await finish.opened;
        finished += 1;
        return DONE;
      },
      { concurrency: 1 },
    );
    await queues.enqueue('fill', slot('s1'));
    await queues.enqueue('fill', slot('s2'));
    await started.opened;
    const closed = consumer.close(5_000);
    finish.open();
    expect(await closed).toBe('drained');
    expect(finished).toBe(1);
    expect(await queues.counts()).toMatchObject({ fill: { completed: 1, waiting: 1, active: 0 } });
  });

  test('when time is up the job is told so, and left behind', async () => {
    const queues = await open();
    const started = gate();
    const consumer = queues.consume(
      'fill',
      async (_payload: unknown, job: JobInHand) => {
        started.open();
        await new Promise((resolve) => job.signal.addEventListener('abort', resolve));
        return new Promise(() => {});
      },
      { concurrency: 1 },
    );
    await queues.enqueue('fill', slot('s1'));
    await started.opened;
    expect(await consumer.close(10)).toBe('abandoned');
    expect((await queues.counts()).fill.active).toBe(1);
  });

  test('the nightly plan is set once per practice however often it is asked for', async () => {
    const queues = await open();
    const practice = id<PracticeId>('p1');
    await queues.upsertNightly(practice, '0 17 * * 1-5', zone('America/Chicago'));
    await queues.upsertNightly(practice, '30 17 * * 1-5', zone('America/Chicago'));
    const board = queues.boardQueues().find(({ name }) => name === 'schedule');
    const [scheduler, ...more] = (await board?.getJobSchedulers()) ?? [];
    expect(more).toEqual([]);
    expect(scheduler).toMatchObject({ key: 'nightly-p1', pattern: '30 17 * * 1-5', tz: 'America/Chicago' });
    expect((await queues.counts()).schedule.delayed).toBe(1);
    await board?.removeJobScheduler('nightly-p1');
  });

  test('the scheduled job carries the practice', async () => {
    const queues = await open();
    const practice = id<PracticeId>(`p-${randomUUID()}`);
    const planned = new Promise((resolve) => {
      queues.consume('schedule', async (payload) => (resolve(payload), DONE), { concurrency: 1 });
    });
    await queues.upsertNightly(practice, '* * * * * *', zone('America/New_York'));
    expect(await planned).toEqual({ practice });
    await queues
      .boardQueues()
      .find(({ name }) => name === 'schedule')
      ?.removeJobScheduler(`nightly-${practice}`);
  });

  test('a store that is away is an error within seconds, not a promise that never ends', async () => {
    const elsewhere = await store.open();
    const queues = await createQueues({ backend: elsewhere.backend, wall, log });
    await queues.enqueue('fill', slot('s1'));
    await elsewhere.close();
    await expect(queues.enqueue('fill', slot('s2'))).rejects.toThrow(/exist|Connection|retries|ECONN/i);
    expect(lines.map(([, event]) => event)).toContain('queue.error');
    await queues.close(0);
    await expect(createQueues({ backend: elsewhere.backend, wall, log })).rejects.toThrow(
      /exist|Connection|retries|ECONN|answer/i,
    );
  });

  test('every queue is on the board', async () => {
    const queues = await open();
    expect(queues.boardQueues().map(({ name }) => name)).toEqual([...QUEUE_NAMES]);
  });
});
