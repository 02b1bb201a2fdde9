/** Streams that this process waits for, and the tokens that open them: each opens one stream, once. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { AnsweredBy } from '../../domain/call.ts';
import type { AttemptId } from '../../domain/ids.ts';
import type { MediaLine } from '../../ports/telephony.ts';

export interface MachineVerdict {
  readonly verdict: AnsweredBy;
  readonly afterMs: number | null;
}

export interface ExpectedStream {
  /** Hands the line over to whoever waits; null tells them that none will come. */
  readonly arrive: (line: MediaLine | null) => void;
  /** A machine verdict that came before the stream did. */
  readonly verdict: MachineVerdict | null;
}

export class ExpectedStreams {
  readonly #waiting = new Map<
    AttemptId,
    { digest: Buffer; arrive: ExpectedStream['arrive']; verdict: MachineVerdict | null }
  >();

  expect(attempt: AttemptId, streamToken: string, signal: AbortSignal): Promise<MediaLine | null> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(null);
      const giveUp = (): void => arrive(null);
      const arrive = (line: MediaLine | null): void => {
        signal.removeEventListener('abort', giveUp);
        if (this.#waiting.get(attempt) === entry) this.#waiting.delete(attempt);
        resolve(line);
      };
      const entry = { digest: digest(streamToken), arrive, verdict: null };
      // Asked for again with a new token: the stream of the old one will not be let in any more.
      this.#waiting.get(attempt)?.arrive(null);
      this.#waiting.set(attempt, entry);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Uses the token up. Null when nobody waits for this attempt or the token is not the one; compared in constant time. */
  take(attempt: AttemptId, token: string): ExpectedStream | null {
    const entry = this.#waiting.get(attempt);
    if (entry === undefined || !timingSafeEqual(entry.digest, digest(token))) return null;
    this.#waiting.delete(attempt);
    return entry;
  }

  /** Keeps a verdict for the stream that is about to come; false when none is expected. */
  keep(attempt: AttemptId, verdict: MachineVerdict): boolean {
    const entry = this.#waiting.get(attempt);
    if (entry !== undefined) entry.verdict = verdict;
    return entry !== undefined;
  }

  giveUp(): void {
    for (const entry of this.#waiting.values()) entry.arrive(null);
  }
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
