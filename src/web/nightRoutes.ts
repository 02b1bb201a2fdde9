/** The night, live and afterwards: pages, the snapshot they show, and the stream that keeps them fresh. */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { AttemptId } from '../domain/ids.ts';
import { id } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { Store } from '../ports/store/store.ts';
import { type Surroundings, nightSnapshot } from './snapshot.ts';
import { sendRecording } from './recordingRoutes.ts';

export interface NightDeps {
  readonly store: Pick<Store, 'practice' | 'report'>;
  readonly recordings: () => Recordings | null;
  readonly clock: Clock;
  readonly surroundings: () => Surroundings;
}

/** Often enough to follow a conversation, rare enough for a database that has calls to serve. */
const FRESH_MS = 1_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ATTEMPT = /^[A-Za-z0-9_-]{1,64}$/;

const attemptOf = (raw: string): AttemptId | null => (ATTEMPT.test(raw) ? id<AttemptId>(raw) : null);

export function nightRoutes(deps: NightDeps): Hono {
  const app = new Hono();
  const snapshot = (date: string | null) =>
    nightSnapshot({ store: deps.store, clock: deps.clock, surroundings: deps.surroundings() }, date);

  app.get('/api/night', async (c) => {
    const date = c.req.query('date') ?? null;
    if (date !== null && !DATE.test(date)) return c.json({ error: 'date must look like 2026-11-24' }, 400);
    return c.json(await snapshot(date));
  });

  app.get('/api/night/live', (c) =>
    streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      let before = '';
      while (!gone.signal.aborted) {
        const data = JSON.stringify(await snapshot(null));
        if (data !== before) await stream.writeSSE({ event: 'night', data });
        before = data;
        await deps.clock.sleep(FRESH_MS, gone.signal);
      }
    }),
  );

  app.get('/api/calls/:attempt', async (c) => {
    const attempt = attemptOf(c.req.param('attempt'));
    const call = attempt === null ? null : await deps.store.report.call(attempt);
    return call === null ? c.json({ error: 'there is no such call' }, 404) : c.json(call);
  });

  app.get('/api/calls/:attempt/recording.wav', async (c) => {
    const attempt = attemptOf(c.req.param('attempt'));
    const recordings = deps.recordings();
    if (attempt === null || recordings === null) return c.json({ error: 'there is no such recording' }, 404);
    return sendRecording(c, recordings, attempt);
  });
  return app;
}
