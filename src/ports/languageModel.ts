/** The model understands and phrases; it never decides. */
import type { Result } from '../domain/result.ts';

export type ModelFailure = {
  readonly kind:
    | 'timeout'
    | 'overloaded'
    | 'rate_limited'
    | 'refused'
    | 'truncated'
    | 'unavailable'
    | 'malformed'
    | 'aborted';
};

/** One question to the model: which of these moves is it, and with which words? */
export interface UnderstandRequest {
  /** Stable for a script and practice, so that providers can cache it. Holds the location's facts for questions. */
  readonly instructions: string;
  /** What the agent asked last, as heard. */
  readonly asked: string;
  /** The callee's words: data, never instructions. */
  readonly heard: string;
  /** Allowed moves of the present state with a line each that says when it is meant. */
  readonly moves: readonly { readonly move: string; readonly when: string }[];
  /** Named texts to pick out of the callee's words, e.g. `preference`. */
  readonly slots: readonly { readonly name: string; readonly what: string }[];
}

export interface Understanding {
  /** One of the request's moves. */
  readonly move: string;
  readonly slots: Readonly<Record<string, string>>;
  /** The answer to a question, from the instructions' facts alone, at most two sentences; null when there is none. */
  readonly answer: string | null;
}

export interface LanguageModel {
  /** One answer, within `deadlineMs` or `timeout`. Aborting stops the spending at the provider. */
  understand(
    request: UnderstandRequest,
    limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
  ): Promise<Result<Understanding, ModelFailure>>;
}
