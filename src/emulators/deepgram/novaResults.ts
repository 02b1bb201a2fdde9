/**
 * Nova's live results as a machine on audio time: interim results while words come, a final one when the silence of
 * `endpointing` was heard (speech_final), when a stretch grew long (final, but speech goes on), or by Finalize.
 * UtteranceEnd comes once, when no word has been heard for `utterance_end_ms`.
 */
import type { Heard, RecognisedWord } from './recognition.ts';
import type { NovaQuery } from './query.ts';

export interface NovaState {
  /** Where the stretch that is not final yet began. */
  readonly fromMs: number;
  readonly words: readonly RecognisedWord[];
  readonly interimDueMs: number;
  readonly speaking: boolean;
  /** End of the last word that UtteranceEnd has not been said for. */
  readonly utteranceMs: number | null;
}

export type NovaEvent =
  | {
      readonly kind: 'results';
      readonly fromMs: number;
      readonly toMs: number;
      readonly words: readonly RecognisedWord[];
      readonly isFinal: boolean;
      readonly speechFinal: boolean;
      readonly fromFinalize: boolean;
    }
  | { readonly kind: 'speech_started'; readonly atMs: number }
  | { readonly kind: 'utterance_end'; readonly lastWordEndMs: number };

const INTERIM_MS = 500;
/** A stretch without a pause is made final after so much audio. */
const STRETCH_MS = 4000;

export const NOVA_START: NovaState = {
  fromMs: 0,
  words: [],
  interimDueMs: INTERIM_MS,
  speaking: false,
  utteranceMs: null,
};

/** The state after one step of audio, and what there is to say about it. */
export function stepNova(
  state: NovaState,
  heard: Heard,
  query: NovaQuery,
): readonly [NovaState, readonly NovaEvent[]] {
  const { audioMs } = heard;
  const events: NovaEvent[] = [];
  const words = [...state.words, ...heard.words];
  const utteranceMs = heard.words.at(-1)?.endMs ?? state.utteranceMs;
  if (query.vadEvents && heard.speaking && !state.speaking) {
    events.push({ kind: 'speech_started', atMs: audioMs });
  }
  let next: NovaState = { ...state, words, utteranceMs, speaking: heard.speaking };
  const endpoint =
    words.length > 0 && query.endpointingMs !== null && heard.quietMs >= Math.max(20, query.endpointingMs);
  if (endpoint || audioMs - state.fromMs >= STRETCH_MS) {
    events.push(result(next, audioMs, words, { isFinal: true, speechFinal: endpoint, fromFinalize: false }));
    next = { ...next, fromMs: audioMs, words: [], interimDueMs: audioMs + INTERIM_MS };
  } else if (query.interimResults && audioMs >= state.interimDueMs) {
    const shown = [...words, ...heard.guess];
    events.push(result(next, audioMs, shown, { isFinal: false, speechFinal: false, fromFinalize: false }));
    next = { ...next, interimDueMs: audioMs + INTERIM_MS };
  }
  if (query.utteranceEndMs !== null && utteranceMs !== null && !heard.speaking) {
    if (audioMs - utteranceMs >= query.utteranceEndMs) {
      events.push({ kind: 'utterance_end', lastWordEndMs: utteranceMs });
      next = { ...next, utteranceMs: null };
    }
  }
  return [next, events];
}

/** Everything heard so far made final, as Finalize and CloseStream ask. */
export function finalizeNova(state: NovaState, audioMs: number): readonly [NovaState, NovaEvent] {
  const event = result(state, audioMs, state.words, { isFinal: true, speechFinal: true, fromFinalize: true });
  return [{ ...state, fromMs: audioMs, words: [], interimDueMs: audioMs + INTERIM_MS }, event];
}

function result(
  state: NovaState,
  toMs: number,
  words: readonly RecognisedWord[],
  how: { readonly isFinal: boolean; readonly speechFinal: boolean; readonly fromFinalize: boolean },
): NovaEvent {
  return { kind: 'results', fromMs: state.fromMs, toMs, words, ...how };
}
