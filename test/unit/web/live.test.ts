import { expect, test } from 'vitest';
import { liveNight } from '../../../src/web/liveNight.ts';
import { nightSnapshot } from '../../../src/web/snapshot.ts';
import { EVENING_MS, callRow, from, nightNumbers, nightStore, pages } from '../../support/nightPages.ts';
import { recordingLog } from '../../support/recordingLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

const SURROUNDINGS = { emulated: [], demoClock: false, handsets: () => null };

interface Sent {
  readonly event: string;
  readonly data: string;
}

/** Reads events off a stream until it has `count` of them. */
async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  count: number,
): Promise<readonly Sent[]> {
  let text = '';
  const events = (): readonly Sent[] =>
    text
      .split('\n\n')
      .slice(0, -1)
      .map((block) => ({
        event: /^event: (.*)$/m.exec(block)?.[1] ?? '',
        data: /^data: (.*)$/m.exec(block)?.[1] ?? '',
      }));
  while (events().length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  return events();
}

async function follow(app: ReturnType<typeof pages>) {
  const answer = await app.request('http://localhost/api/night/live', {}, from('127.0.0.1'));
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  if (answer.body === null) throw new Error('a stream without a body');
  return answer.body.getReader();
}

test('who watches is told the night at once, and again when it has changed, and not otherwise', async () => {
  const clock = virtualClock(EVENING_MS);
  const store = nightStore();
  const reader = await follow(pages({ clock, store }));
  const [first] = await read(reader, 1);
  expect(first?.event).toBe('night');
  expect(JSON.parse(first?.data ?? '')).toMatchObject({ practice: 'Lakeside Dental', numbers: { live: 0 } });
  await clock.advance(5_000);
  expect(store.reads).toBeGreaterThan(4);
  store.now = {
    numbers: nightNumbers({ live: 1 }),
    calls: [callRow('a1', { endedAt: null, disposition: null, state: 'pickup' })],
  };
  const next = read(reader, 1);
  await clock.advance(1_000);
  const [second, ...more] = await next;
  expect(more).toEqual([]);
  expect(JSON.parse(second?.data ?? '')).toMatchObject({ calls: [{ attempt: 'a1', state: 'Picking up' }] });
  await reader.cancel();
});

test('a night in which nothing happens is told to be alive', async () => {
  const clock = virtualClock(EVENING_MS);
  const reader = await follow(pages({ clock }));
  await read(reader, 1);
  const next = read(reader, 1);
  await clock.advance(20_000);
  expect(await next).toEqual([{ event: 'still_here', data: '' }]);
  await reader.cancel();
});

test('who has gone is not told any more', async () => {
  const clock = virtualClock(EVENING_MS);
  const store = nightStore();
  const reader = await follow(pages({ clock, store }));
  await read(reader, 1);
  await reader.cancel();
  await clock.advance(2_000);
  const { reads } = store;
  await clock.advance(60_000);
  expect(store.reads).toBe(reads);
  expect(clock.pending).toBe(0);
});

test('a stream that fails is closed and logged by its code', async () => {
  const { log, lines } = recordingLog();
  const store = nightStore();
  const failing = { ...store, report: { ...store.report, run: () => Promise.reject(new RangeError('no')) } };
  const reader = await follow(pages({ store: failing, log }));
  expect(await read(reader, 1)).toEqual([]);
  expect(lines).toEqual([['error', 'server.request_failed', { code: 'RangeError', status: 500 }]]);
});

test('however many watch, the store is asked once a second', async () => {
  const clock = virtualClock(EVENING_MS);
  const store = nightStore();
  const live = liveNight(() => nightSnapshot({ store, clock, surroundings: SURROUNDINGS }, null), clock);
  const all = await Promise.all(Array.from({ length: 50 }, () => live.latest()));
  expect(new Set(all).size).toBe(1);
  expect(store.reads).toBe(1);
  await clock.advance(999);
  await live.latest();
  expect(store.reads).toBe(1);
  await clock.advance(1);
  await live.latest();
  expect(store.reads).toBe(2);
});

test('a slow store is asked the less often', async () => {
  const clock = virtualClock(EVENING_MS);
  const store = nightStore();
  const slowly = async () => {
    await clock.sleep(2_000);
    return nightSnapshot({ store, clock, surroundings: SURROUNDINGS }, null);
  };
  const live = liveNight(slowly, clock);
  const first = live.latest();
  await clock.advance(1_500);
  expect(live.latest()).toBe(first);
  await clock.advance(500);
  await first;
  expect(live.restMs).toBe(8_000);
  await clock.advance(7_900);
  expect(live.latest()).toBe(first);
  await clock.advance(200);
  expect(live.latest()).not.toBe(first);
});

test('a picture that failed is not shown to the next who asks', async () => {
  const clock = virtualClock(EVENING_MS);
  const store = nightStore();
  let fails = true;
  const live = liveNight(() => {
    if (fails) return Promise.reject(new Error('the database is away'));
    return nightSnapshot({ store, clock, surroundings: SURROUNDINGS }, null);
  }, clock);
  await expect(live.latest()).rejects.toThrow('away');
  fails = false;
  await expect(live.latest()).resolves.toMatchObject({ practice: 'Lakeside Dental' });
});
