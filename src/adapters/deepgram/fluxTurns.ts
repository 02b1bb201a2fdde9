/** Flux's messages in our words. Flux keeps the turns itself; nothing is decided here. */
import { z } from 'zod';
import type { RecognisedWord, TranscriberEvent } from '../../ports/speech.ts';

const TurnInfo = z.object({
  type: z.literal('TurnInfo'),
  /** An open list: Flux may come to report more than we know. */
  event: z.string(),
  turn_index: z.number().int(),
  transcript: z.string(),
  words: z.array(
    z.object({
      word: z.string(),
      confidence: z.number(),
      /** Seconds of audio. */
      start: z.number().optional(),
      end: z.number().optional(),
    }),
  ),
  end_of_turn_confidence: z.number(),
});
const FluxMessage = z.discriminatedUnion('type', [
  TurnInfo,
  z.object({ type: z.literal('Connected') }),
  z.object({ type: z.literal('ConfigureSuccess') }),
  z.object({ type: z.literal('ConfigureFailure') }),
  z.object({ type: z.literal('Error'), code: z.string() }),
]);
export type FluxMessage = z.infer<typeof FluxMessage>;

/** Null for a message of a kind we do not know; `broken` for one that is not what it says it is. */
export function parseFluxMessage(raw: unknown): FluxMessage | 'broken' | null {
  const parsed = FluxMessage.safeParse(raw);
  if (parsed.success) return parsed.data;
  const known = z.object({ type: z.enum(['TurnInfo', 'Connected', 'Error']) }).safeParse(raw);
  return known.success || typeof raw === 'string' ? 'broken' : null;
}

const toMs = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(seconds * 1_000);

export function fluxEvent(info: z.infer<typeof TurnInfo>): TranscriberEvent | null {
  const turn = info.turn_index;
  const text = info.transcript.trim();
  const words = (): readonly RecognisedWord[] =>
    info.words.map((w) => ({
      word: w.word,
      confidence: w.confidence,
      startMs: toMs(w.start),
      endMs: toMs(w.end),
    }));
  switch (info.event) {
    case 'StartOfTurn':
      return { kind: 'speech_started', turn };
    case 'Update':
      return text === '' ? null : { kind: 'partial', turn, text, words: words() };
    case 'EagerEndOfTurn':
      return { kind: 'eager_end', turn, text, confidence: info.end_of_turn_confidence };
    case 'TurnResumed':
      return { kind: 'resumed', turn };
    case 'EndOfTurn':
      return { kind: 'end', turn, text, words: words(), confidence: info.end_of_turn_confidence };
    default:
      return null;
  }
}
