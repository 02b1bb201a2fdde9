/** Everything that answers below one address, in the order in which it is asked. */
import { Hono, type MiddlewareHandler } from 'hono';
import type { Log } from '../ports/log.ts';
import type { Recordings } from '../ports/recordings.ts';
import { type NightDeps, nightRoutes } from './nightRoutes.ts';
import { operatorGate } from './operatorGate.ts';
import { pageRoutes } from './pageRoutes.ts';
import { recordingRoutes } from './recordingRoutes.ts';
import { type CallbackHandlers, twilioRoutes } from './twilioRoutes.ts';

export interface Application extends NightDeps {
  readonly log: Log;
  readonly operatorToken: string | null;
  readonly callbacks: CallbackHandlers;
  readonly recordings: () => Recordings | null;
  /** Answers `/queues` and everything below it. */
  readonly board: Hono;
}

/** Our own scripts, styles and sounds, and nobody else's; nothing written into a page runs. */
const OURS_ALONE =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Bull Board writes styles into its pages; the fonts that it would fetch from elsewhere stay there. */
const BOARD =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

const headers = (policy: string): MiddlewareHandler => {
  return async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    // What is said of people is for the eyes that asked.
    c.header('cache-control', 'private, no-store');
  };
};

export function application(parts: Application): Hono {
  const app = new Hono();
  // Proved by their signature, so they come before the operator's gate.
  app.route('/', twilioRoutes(parts.callbacks, parts.log));
  app.use('/queues', headers(BOARD));
  app.use('/queues/*', headers(BOARD));
  const ours = headers(OURS_ALONE);
  app.use((c, next) => (/^\/queues(\/|$)/.test(c.req.path) ? next() : ours(c, next)));
  app.use(operatorGate(parts.operatorToken));
  app.route('/', parts.board);
  app.route('/', nightRoutes(parts));
  app.route('/', recordingRoutes(parts.recordings));
  app.route('/', pageRoutes());
  app.notFound((c) => c.json({ error: 'there is nothing at this address' }, 404));
  app.onError((error, c) => {
    parts.log.error('server.request_failed', { code: error.name, status: 500 });
    return c.json({ error: 'something went wrong here; the log has its code' }, 500);
  });
  return app;
}
