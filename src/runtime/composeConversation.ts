/** Makes conversations ready while phones ring: one phrase cache, one voice and one journal for all calls of the process. */
import type { ReadyConversation } from '../../workers/call.ts';
import { holdConversation } from '../converse/holdConversation.ts';
import { PhraseCache } from '../converse/phraseCache.ts';
import { RenderQueue } from '../converse/renderQueue.ts';
import { prepareConversation } from '../converse/prepareConversation.ts';
import type { E164 } from '../domain/call.ts';
import type { ConversationBrief } from '../domain/conversation.ts';
import type { Clock } from '../ports/clock.ts';
import type { FrontDesk } from '../ports/frontDesk.ts';
import type { Log } from '../ports/log.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { Store } from '../ports/store/store.ts';
import type { SpeechVendors } from './composeVendors.ts';
import { createJournal } from './journalWriter.ts';
import { heedOptOuts } from './optOut.ts';

export interface CallSpeech extends SpeechVendors {
  readonly recordings: Recordings;
}

interface ConversationDeps extends CallSpeech {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the process drains: calls in flight are brought to a polite end. */
  readonly ending: AbortSignal;
}

/** Two and a quarter hours of speech. */
const PHRASES_MAX_BYTES = 64 * 1024 * 1024;

/** Voices allow a handful of requests side by side, and streams need some of them. */
const RENDERINGS_AT_ONCE = 3;

/** The same recordings, and how long the one that this call made became. */
function measured(recordings: Recordings): {
  readonly recordings: Recordings;
  readonly lengthMs: () => number | null;
} {
  let lengthMs: number | null = null;
  return {
    recordings: {
      create(attempt) {
        const writer = recordings.create(attempt);
        return {
          write: (callee, agent) => writer.write(callee, agent),
          async close() {
            const closed = await writer.close();
            lengthMs = closed.durationMs;
            return closed;
          },
        };
      },
      read: (attempt) => recordings.read(attempt),
    },
    lengthMs: () => lengthMs,
  };
}

/** @returns what the call worker asks for each claimed call. */
export function renderAheadAndHold(
  deps: ConversationDeps,
): (brief: ConversationBrief, phone: E164, desk: FrontDesk, signal: AbortSignal) => ReadyConversation {
  const { store, clock, log, voice, ending } = deps;
  const phrases = new PhraseCache(PHRASES_MAX_BYTES, null);
  const renderings = new RenderQueue(RENDERINGS_AT_ONCE);
  const written = createJournal(store.journal, clock, log);
  return (brief, phone, frontDesk, signal) => {
    const { attempt } = brief;
    const suppress = () => store.outcomes.suppressNow(phone, 'opted_out', clock.now(), attempt);
    const journal = heedOptOuts(written, suppress, log);
    const dropped = new AbortController();
    const rendering = prepareConversation(brief, { voice, phrases, renderings, clock }, dropped.signal);
    return {
      async hold(line) {
        const { recordings, lengthMs } = measured(deps.recordings);
        const parts = { ...deps, line, phrases, frontDesk, journal, recordings };
        const result = await holdConversation(brief, parts, AbortSignal.any([signal, ending]));
        dropped.abort();
        await Promise.all([rendering, journal.flush(attempt)]);
        return { result, recordingMs: lengthMs() };
      },
      drop: () => dropped.abort(),
    };
  };
}
