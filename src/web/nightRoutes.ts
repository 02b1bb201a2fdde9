/** The night, live and afterwards: what the pages ask for. */
import { type Context, Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { LocalDate } from '../domain/localTime.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { attemptOf, dateOf } from './askedFor.ts';
import { callPage } from './callPage.ts';
import { type LiveNight, liveNight } from './liveNight.ts';
import { readMorningReport } from './morningReport.ts';
import { type NightSnapshot, type NightStore, type Surroundings, nightSnapshot } from './snapshot.ts';

export interface NightDeps {
  readonly store: NightStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly surroundings: () => Surroundings;
}

/** Something is sent at least this often, so that both ends and all between them know that the stream lives. */
const HEARTBEAT_MS = 15_000;

const BAD_DATE = { error: 'date must be a day like 2026-11-24' };

/** The same whenever it was taken: what a watcher need not be told again. */
function substance(night: NightSnapshot): string {
  const { nowMs: _, ...rest } = night;
  return JSON.stringify(rest);
}

/** Answers for the date asked for, or for the newest night; 404 where no night was planned on that date. */
async function dated(
  c: Context,
  read: (date: LocalDate | null) => Promise<{ readonly date: LocalDate | null }>,
): Promise<Response> {
  const asked = c.req.query('date');
  if (asked === undefined) return c.json(await read(null));
  const date = dateOf(asked);
  if (date === null) return c.json(BAD_DATE, 400);
  const found = await read(date);
  return c.json(found, found.date === null ? 404 : 200);
}

/** Tells a watcher the night, each time that it has changed, until the watcher has gone. */
async function tell(
  stream: SSEStreamingApi,
  live: LiveNight,
  clock: Clock,
  gone: AbortSignal,
): Promise<void> {
  let told = '';
  let toldAtMs = clock.monotonicMs();
  while (!gone.aborted) {
    const night = await live.latest();
    const news = substance(night);
    const isDue = clock.monotonicMs() - toldAtMs >= HEARTBEAT_MS;
    if (news !== told) await stream.writeSSE({ event: 'night', data: JSON.stringify(night) });
    else if (isDue) await stream.writeSSE({ event: 'still_here', data: '' });
    if (news !== told || isDue) toldAtMs = clock.monotonicMs();
    told = news;
    await clock.sleep(live.restMs, gone);
  }
}

export function nightRoutes(deps: NightDeps): Hono {
  const app = new Hono();
  const { store, clock, log } = deps;
  const parts = () => ({ store, clock, surroundings: deps.surroundings() });
  const live = liveNight(() => nightSnapshot(parts(), null), clock);

  app.get('/api/night', (c) =>
    dated(c, (date) => (date === null ? live.latest() : nightSnapshot(parts(), date))),
  );
  app.get('/api/report', (c) => dated(c, (date) => readMorningReport(parts(), date)));

  app.get('/api/night/live', (c) =>
    streamSSE(c, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      try {
        await tell(stream, live, clock, gone.signal);
      } catch (error) {
        // Caught here, because what is thrown out of here is sent with its message. The page opens another stream.
        log.error('server.request_failed', {
          code: error instanceof Error ? error.name : 'unknown',
          status: 500,
        });
      }
    }),
  );

  app.get('/api/calls/:attempt', async (c) => {
    const attempt = attemptOf(c.req.param('attempt'));
    const [practice, call] =
      attempt === null
        ? [null, null]
        : await Promise.all([store.practice.current(), store.report.call(attempt)]);
    return practice === null || call === null
      ? c.json({ error: 'there is no such call' }, 404)
      : c.json(callPage(practice, call));
  });
  return app;
}
