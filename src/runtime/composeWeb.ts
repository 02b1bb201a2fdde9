/** One HTTP server for this process: the phone company's callbacks and media socket, the pages, Bull Board. */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { hangUpTwiml } from '../adapters/twilio/twiml.ts';
import { parseTwilioWebhook } from '../adapters/twilio/webhooks.ts';
import type { BullQueues } from '../adapters/bullmq/queues.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { Store } from '../ports/store/store.ts';
import { application } from '../web/application.ts';
import { type Upgrade, type WebServer, startServer } from '../web/server.ts';
import type { Surroundings } from '../web/snapshot.ts';
import type { CallbackHandlers } from '../web/twilioRoutes.ts';
import type { PhoneVendor } from './composeVendors.ts';
import type { Config } from './config.ts';
import type { ProgressBoard } from './progressBoard.ts';
import { StartupError, systemCode } from './startupError.ts';

export const MEDIA_PATH = '/media';

/** What requests are answered with; parts that are not ready yet are null, and their requests are told to come back. */
export interface Answering {
  phone: PhoneVendor | null;
  recordings: Recordings | null;
  publicUrl: string;
  surroundings: Surroundings;
}

interface WebDeps {
  readonly config: Config;
  readonly store: Store;
  readonly queues: BullQueues;
  readonly board: ProgressBoard;
  readonly clock: Clock;
  readonly log: Log;
  readonly answering: Answering;
}

function callbackHandlers({ store, board, clock, answering }: WebDeps): CallbackHandlers {
  return {
    read: (request) =>
      parseTwilioWebhook(
        { authToken: answering.phone?.authToken ?? '', publicUrl: answering.publicUrl },
        request,
      ),
    async progress(attempt, progress) {
      await store.calls.progress(attempt, progress, clock.now());
      board.publish(attempt, progress);
    },
    async answeredBy(attempt, verdict, afterMs) {
      await store.calls.answeredBy(attempt, verdict);
      answering.phone?.media.answeredBy(attempt, verdict, afterMs);
    },
    resume: () => Promise.resolve(hangUpTwiml()),
  };
}

/** Bull Board over our queues; @bull-board/hono answers `/queues` and not `/queues/`. */
function queueBoard(queues: BullQueues): Hono {
  const adapter = new HonoAdapter(serveStatic);
  adapter.setBasePath('/queues');
  createBullBoard({
    queues: queues.boardQueues().map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
  });
  const app = new Hono();
  app.get('/queues/', (c) => c.redirect('/queues'));
  app.route('/queues', adapter.registerPlugin());
  return app;
}

function applicationOf(deps: WebDeps): Hono {
  const { config, store, clock, log, answering } = deps;
  return application({
    store,
    clock,
    log,
    operatorToken: config.http.operatorToken,
    callbacks: callbackHandlers(deps),
    board: queueBoard(deps.queues),
    recordings: () => answering.recordings,
    surroundings: () => answering.surroundings,
  });
}

/** @throws StartupError when the port cannot be had. */
export async function openWeb(deps: WebDeps): Promise<WebServer> {
  const { config, log, answering } = deps;
  const { host, port } = config.http;
  const media: Upgrade = (request, socket, head) => {
    if (answering.phone === null)
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else answering.phone.media.handleUpgrade(request, socket, head);
  };
  try {
    const server = await startServer(applicationOf(deps), { host, port }, { [MEDIA_PATH]: media });
    log.info('server.listening', { port: server.port });
    return server;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EADDRINUSE')
      throw new StartupError(
        `Port ${port} is in use by another program. Stop that one, or set PORT to a free port (0 takes any).`,
      );
    if (code === 'EACCES')
      throw new StartupError(`Port ${port} may not be used by this account. Set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new StartupError(
        `HOST ${host} is no address of this machine. Set HOST to one of its own, or leave it out for loopback.`,
      );
    throw error;
  }
}
