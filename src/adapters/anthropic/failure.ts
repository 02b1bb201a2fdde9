import Anthropic from '@anthropic-ai/sdk';
import type { ModelFailure } from '../../ports/languageModel.ts';

/** What went wrong in the field's words, and a short code for the log; the vendor's sentence stays out, it may quote the prompt. */
export interface ModelTrouble {
  readonly kind: ModelFailure['kind'];
  readonly code: string;
  readonly status: number | null;
}

/**
 * @param error whatever the SDK threw.
 * @param streaming true once the answer had begun: a connection that breaks then has cut the answer short.
 */
export function modelTrouble(error: unknown, streaming: boolean): ModelTrouble {
  if (error instanceof Anthropic.APIConnectionTimeoutError)
    return { kind: 'timeout', code: 'timeout', status: null };
  if (error instanceof Anthropic.APIUserAbortError) return { kind: 'aborted', code: 'aborted', status: null };
  if (error instanceof Anthropic.APIError) {
    const status = error.status ?? null;
    const code = error.type ?? (status === null ? 'connection' : `http_${status}`);
    return { kind: kindOf(status, error.type, streaming), code, status };
  }
  if (error instanceof SyntaxError) return { kind: 'malformed', code: 'bad_json', status: null };
  return { kind: streaming ? 'truncated' : 'unavailable', code: 'connection', status: null };
}

/** An error inside the stream has a type and no status; one before it has both; a broken connection neither. */
function kindOf(status: number | null, type: string | null, streaming: boolean): ModelFailure['kind'] {
  if (status === 529 || type === 'overloaded_error') return 'overloaded';
  if (status === 429 || type === 'rate_limit_error') return 'rate_limited';
  if (status === 408 || type === 'timeout_error') return 'timeout';
  if (status === null && type === null && streaming) return 'truncated';
  return 'unavailable';
}
