import { expect, test } from 'vitest';
import { RenderQueue } from '../../../src/converse/renderQueue.ts';

const GOES_ON = new AbortController().signal;

/** Work that ends when it is told to. */
function held(): { readonly work: () => Promise<void>; readonly end: () => void } {
  const ends: (() => void)[] = [];
  const until = new Promise<void>((resolve) => void ends.push(resolve));
  return { work: () => until, end: () => ends[0]?.() };
}

test('what every call needs first goes before what any call may need later', async () => {
  const queue = new RenderQueue(1);
  const first = held();
  const done: string[] = [];
  const say = (name: string) => () => Promise.resolve(void done.push(name));
  const all = [
    queue.add(0, GOES_ON, first.work),
    queue.add(2, GOES_ON, say('one, later')),
    queue.add(0, GOES_ON, say('two, first')),
    queue.add(0, GOES_ON, say('three, first')),
    queue.add(1, GOES_ON, say('two, next')),
  ];
  first.end();
  await Promise.all(all);
  expect(done).toEqual(['two, first', 'three, first', 'two, next', 'one, later']);
});

test('no more than the allowed number run side by side', async () => {
  const queue = new RenderQueue(2);
  const works = [held(), held(), held()];
  let running = 0;
  let most = 0;
  const all = works.map(({ work }) =>
    queue.add(0, GOES_ON, async () => {
      running += 1;
      most = Math.max(most, running);
      await work();
      running -= 1;
    }),
  );
  for (const { end } of works) end();
  await Promise.all(all);
  expect(most).toBe(2);
});

test('work that nobody wants any more is left out, and failing work leaves the others their turn', async () => {
  const queue = new RenderQueue(1);
  const first = held();
  const dropped = new AbortController();
  const done: string[] = [];
  const running = queue.add(0, GOES_ON, first.work);
  const unwanted = queue.add(1, dropped.signal, () => Promise.resolve(void done.push('unwanted')));
  const failing = queue.add(2, GOES_ON, () => Promise.reject(new Error('no voice')));
  const last = queue.add(3, GOES_ON, () => Promise.resolve(void done.push('last')));
  dropped.abort();
  first.end();
  await expect(failing).rejects.toThrow('no voice');
  await Promise.all([running, unwanted, last]);
  expect(done).toEqual(['last']);
});
