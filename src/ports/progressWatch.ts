/** How a worker that rings learns what the phone company reports elsewhere: webhooks arrive at the web role, perhaps in another process. */
import type { CallProgress } from '../domain/call.ts';
import type { AttemptId } from '../domain/ids.ts';

export interface ProgressWatch {
  /**
   * Resolves with the report that ended the attempt's call, also when it came before the question; null when `signal` aborts first. A report may
   * never come: whoever waits asks the provider himself after a while.
   */
  until(attempt: AttemptId, signal: AbortSignal): Promise<CallProgress | null>;
}
