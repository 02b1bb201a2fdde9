import type { FaultKinds } from '../wire/faultMenu.ts';

/** What can be asked of the model to go wrong. Each is used up by one request. */
export type AnthropicFault =
  /** 529 `overloaded_error` before the stream. */
  | { readonly kind: 'overloaded' }
  /** 429 `rate_limit_error`; with `retryAfterSeconds` the header too. */
  | { readonly kind: 'rate_limited'; readonly retryAfterSeconds?: number }
  /** The socket is reset before any answer. */
  | { readonly kind: 'reset' }
  /** An `error` event in the middle of the stream. */
  | { readonly kind: 'error_mid_stream' }
  /** The TCP connection is cut in the middle of the stream. */
  | { readonly kind: 'cut' }
  /** The stream ends cleanly in the middle, without `message_stop`. */
  | { readonly kind: 'clean_eof' }
  /** Nothing more comes after the first token. */
  | { readonly kind: 'stall' }
  /** The first token comes so much later. */
  | { readonly kind: 'slow'; readonly lateMs: number }
  | { readonly kind: 'refusal' }
  /** The answer is cut off as if `max_tokens` had been reached. */
  | { readonly kind: 'max_tokens' }
  /** A thinking block comes first. */
  | { readonly kind: 'thinking_first' }
  /** The tool's JSON breaks off in the middle, though the stream is whole. */
  | { readonly kind: 'invalid_json' }
  /** Switching thinking off is refused with 400, as a model that always thinks would. */
  | { readonly kind: 'thinking_required' };

export const ANTHROPIC_FAULTS: FaultKinds<AnthropicFault> = {
  overloaded: [],
  rate_limited: [],
  reset: [],
  error_mid_stream: [],
  cut: [],
  clean_eof: [],
  stall: [],
  slow: ['lateMs'],
  refusal: [],
  max_tokens: [],
  thinking_first: [],
  invalid_json: [],
  thinking_required: [],
};
