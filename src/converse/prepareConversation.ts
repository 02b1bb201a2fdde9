import type { ConversationBrief } from '../domain/conversation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Voice } from '../ports/speech.ts';
import { CONVERSATION_LIMITS } from './limits.ts';
import type { PhraseCache } from './phraseCache.ts';
import type { RenderQueue } from './renderQueue.ts';
import { renderAhead } from './script/renderAhead.ts';
import { voiceSettings } from './voiceSettings.ts';

export interface Prepared {
  readonly ready: number;
  readonly failed: number;
}

/**
 * Brings the lines that a call is likely to need into the phrase cache, in the order in which they will be needed. Call it when the call
 * is placed and let it run while the phone rings; what is not ready then is streamed. Ends when all are ready, or `signal` is aborted.
 */
export async function prepareConversation(
  brief: ConversationBrief,
  parts: {
    readonly voice: Voice;
    readonly phrases: PhraseCache;
    /** Shared by all calls of the process. */
    readonly renderings: RenderQueue;
    readonly clock: Clock;
  },
  signal: AbortSignal,
): Promise<Prepared> {
  const settings = voiceSettings(brief.place);
  let ready = 0;
  let failed = 0;
  const renderOne = async (text: string): Promise<void> => {
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    const cancel = parts.clock.after(CONVERSATION_LIMITS.renderMs, abort);
    signal.addEventListener('abort', abort, { once: true });
    const rendered = await parts.phrases.ready(text, settings, parts.voice, stop.signal).catch(() => null);
    cancel();
    signal.removeEventListener('abort', abort);
    if (rendered?.ok === true) ready += 1;
    else failed += 1;
  };
  const lines = renderAhead(brief);
  await Promise.all(lines.map((text, rank) => parts.renderings.add(rank, signal, () => renderOne(text))));
  return { ready, failed };
}
