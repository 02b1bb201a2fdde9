/**
 * Turns out of Nova's results. Nova transcribes and has no turns: finals pile up until one is marked `speech_final`; an
 * `UtteranceEnd` closes what no final did.
 */
import { z } from 'zod';
import type { RecognisedWord, TranscriberEvent } from '../../ports/speech.ts';

const NovaMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('Results'),
    /** Seconds of audio. */
    start: z.number(),
    duration: z.number(),
    is_final: z.boolean().optional(),
    speech_final: z.boolean().optional(),
    channel: z.object({
      alternatives: z
        .array(
          z.object({
            transcript: z.string(),
            confidence: z.number(),
            words: z.array(
              z.object({
                word: z.string(),
                start: z.number(),
                end: z.number(),
                confidence: z.number(),
                punctuated_word: z.string().optional(),
              }),
            ),
          }),
        )
        .min(1),
    }),
  }),
  z.object({ type: z.literal('SpeechStarted'), timestamp: z.number() }),
  z.object({ type: z.literal('UtteranceEnd'), last_word_end: z.number() }),
  z.object({ type: z.literal('Metadata') }),
]);
export type NovaMessage = z.infer<typeof NovaMessage>;

/** Null for a message of a kind we do not know; `broken` for one that is not what it says it is. */
export function parseNovaMessage(raw: unknown): NovaMessage | 'broken' | null {
  const parsed = NovaMessage.safeParse(raw);
  if (parsed.success) return parsed.data;
  const known = z.object({ type: z.enum(['Results', 'SpeechStarted', 'UtteranceEnd']) }).safeParse(raw);
  return known.success || typeof raw === 'string' ? 'broken' : null;
}

/** One stretch of text with its words. */
interface Piece {
  readonly text: string;
  readonly words: readonly RecognisedWord[];
  readonly confidence: number;
}

export interface NovaTurn {
  readonly turn: number;
  /** True once the turn's beginning was reported. */
  readonly begun: boolean;
  readonly finals: readonly Piece[];
  /** The newest guess at what follows the finals. */
  readonly interim: Piece | null;
  /** Seconds of audio that belong to turns already ended: results about them come too late. */
  readonly endedAt: number;
}

export const FIRST_TURN: NovaTurn = { turn: 0, begun: false, finals: [], interim: null, endedAt: 0 };

/** Rounding of Nova's own times. */
const GRAIN_S = 0.01;

type Step = readonly [NovaTurn, readonly TranscriberEvent[]];

export function novaStep(turn: NovaTurn, message: NovaMessage): Step {
  switch (message.type) {
    case 'SpeechStarted':
      return turn.begun ? [turn, []] : begin(turn);
    case 'Results':
      return results(turn, message);
    case 'UtteranceEnd':
      return message.last_word_end <= turn.endedAt + GRAIN_S ? [turn, []] : end(turn, message.last_word_end);
    case 'Metadata':
      return [turn, []];
    default:
      return [turn, []];
  }
}

const begin = (turn: NovaTurn): Step => [
  { ...turn, begun: true },
  [{ kind: 'speech_started', turn: turn.turn }],
];

function results(turn: NovaTurn, message: Extract<NovaMessage, { type: 'Results' }>): Step {
  const until = message.start + message.duration;
  if (until <= turn.endedAt + GRAIN_S) return [turn, []];
  const piece = pieceOf(message);
  if (piece === null) return message.speech_final === true ? end(turn, until) : [turn, []];
  const [begun, started] = turn.begun ? [turn, []] : begin(turn);
  const next: NovaTurn =
    message.is_final === true
      ? { ...begun, finals: [...begun.finals, piece], interim: null }
      : { ...begun, interim: piece };
  if (message.speech_final === true) {
    const [after, ended] = end(next, until);
    return [after, [...started, ...ended]];
  }
  const said = join(next);
  return [next, [...started, { kind: 'partial', turn: next.turn, text: said.text, words: said.words }]];
}

/** A turn in which no word was made out was none: its number goes to the next. */
function end(turn: NovaTurn, endedAt: number): Step {
  const said = join(turn);
  if (said.text === '') return [{ ...turn, begun: false, endedAt }, []];
  const { text, words, confidence } = said;
  return [
    { ...FIRST_TURN, turn: turn.turn + 1, endedAt },
    [{ kind: 'end', turn: turn.turn, text, words, confidence }],
  ];
}

function pieceOf(message: Extract<NovaMessage, { type: 'Results' }>): Piece | null {
  const best = message.channel.alternatives[0];
  if (best === undefined || best.transcript.trim() === '') return null;
  return {
    text: best.transcript.trim(),
    confidence: best.confidence,
    words: best.words.map((w) => ({
      word: w.punctuated_word ?? w.word,
      confidence: w.confidence,
      startMs: Math.round(w.start * 1_000),
      endMs: Math.round(w.end * 1_000),
    })),
  };
}

/** Everything said in the turn so far; as sure as its least sure piece. */
function join(turn: NovaTurn): Piece {
  const pieces = turn.interim === null ? turn.finals : [...turn.finals, turn.interim];
  return {
    text: pieces.map((p) => p.text).join(' '),
    words: pieces.flatMap((p) => p.words),
    confidence: Math.min(1, ...pieces.map((p) => p.confidence)),
  };
}
