/** The phone company's callbacks. What they mean is the adapter's business; what follows is the stages'. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { AnsweredBy, CallProgress } from '../domain/call.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { Result } from '../domain/result.ts';
import type { Log } from '../ports/log.ts';

/** What a callback said, in our words. */
export type CallReport =
  | { readonly kind: 'progress'; readonly attempt: AttemptId; readonly progress: CallProgress }
  | {
      readonly kind: 'answered_by';
      readonly attempt: AttemptId;
      readonly verdict: AnsweredBy;
      readonly afterMs: number | null;
    }
  | {
      readonly kind: 'stream';
      readonly attempt: AttemptId;
      readonly what: 'started' | 'stopped' | 'failed';
      readonly code: string | null;
    }
  | { readonly kind: 'resume'; readonly attempt: AttemptId };

export interface CallbackHandlers {
  /** Proves that the request is the phone company's, then reads it; the error's status is the answer. */
  read(request: {
    readonly path: string;
    readonly signature: string | undefined;
    readonly body: string;
  }): Result<CallReport, { readonly kind: string; readonly status: 400 | 403 | 404 }>;
  /** Stored before we answer, so that the phone company repeats what we could not keep. */
  progress(attempt: AttemptId, progress: CallProgress): Promise<void>;
  answeredBy(attempt: AttemptId, verdict: AnsweredBy, afterMs: number | null): Promise<void>;
  /** Instructions for a call whose stream has ended: TwiML. */
  resume(attempt: AttemptId): Promise<string>;
}

/** A form of Twilio's is a few kilobytes. */
const BODY_MAX_BYTES = 64 * 1024;

export function twilioRoutes(handlers: CallbackHandlers, log: Log): Hono {
  const app = new Hono();
  const limit = bodyLimit({ maxSize: BODY_MAX_BYTES, onError: (c) => c.body(null, 413) });
  app.post('/twilio/:kind/:attempt', limit, async (c) => {
    const body = await c.req.text();
    const path = new URL(c.req.url).pathname;
    const signature = c.req.header('x-twilio-signature');
    const report = handlers.read({ path, signature, body });
    if (!report.ok) {
      log.warn('webhook.refused', { code: report.error.kind, status: report.error.status });
      return c.body(null, report.error.status);
    }
    const { value } = report;
    switch (value.kind) {
      case 'progress':
        await handlers.progress(value.attempt, value.progress);
        return c.body(null, 204);
      case 'answered_by':
        await handlers.answeredBy(value.attempt, value.verdict, value.afterMs);
        return c.body(null, 204);
      case 'stream':
        if (value.what === 'failed')
          log.warn('call.media_lost', {
            attempt: value.attempt,
            ...(value.code === null ? {} : { code: value.code }),
          });
        return c.body(null, 204);
      case 'resume':
        return c.body(await handlers.resume(value.attempt), 200, { 'content-type': 'text/xml' });
    }
  });
  return app;
}
