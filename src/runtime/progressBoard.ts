/** Where reports of the phone company meet the workers that wait for them, within one process. */
import { type CallProgress, isTerminal } from '../domain/call.ts';
import type { AttemptId } from '../domain/ids.ts';
import type { ProgressWatch } from '../ports/progressWatch.ts';

export interface ProgressBoard extends ProgressWatch {
  publish(attempt: AttemptId, progress: CallProgress): void;
}

/** Reports that nobody has asked for yet; the oldest are forgotten first. */
const KEPT_MAX = 5_000;

export function createProgressBoard(): ProgressBoard {
  const ended = new Map<AttemptId, CallProgress>();
  const waiting = new Map<AttemptId, (progress: CallProgress) => void>();
  return {
    publish(attempt, progress) {
      if (!isTerminal(progress.status)) return;
      const tell = waiting.get(attempt);
      if (tell !== undefined) return tell(progress);
      ended.set(attempt, progress);
      const oldest = ended.keys().next();
      if (ended.size > KEPT_MAX && oldest.done === false) ended.delete(oldest.value);
    },
    until(attempt, signal) {
      const known = ended.get(attempt);
      if (known !== undefined) {
        ended.delete(attempt);
        return Promise.resolve(known);
      }
      if (signal.aborted) return Promise.resolve(null);
      return new Promise((resolve) => {
        const settle = (progress: CallProgress | null): void => {
          waiting.delete(attempt);
          signal.removeEventListener('abort', giveUp);
          resolve(progress);
        };
        const giveUp = (): void => settle(null);
        signal.addEventListener('abort', giveUp);
        waiting.set(attempt, settle);
      });
    },
  };
}
