/** The LanguageModel port on Anthropic's SDK. One client for the process; one streamed tool call for each question. */
import Anthropic from '@anthropic-ai/sdk';
import { Agent, fetch as undiciFetch } from 'undici';
import { err } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  LanguageModel,
  ModelFailure,
  UnderstandRequest,
  Understanding,
} from '../../ports/languageModel.ts';
import type { Log } from '../../ports/log.ts';
import { hear, NOTHING_YET, understanding } from './answer.ts';
import type { Heard } from './answer.ts';
import { modelTrouble } from './failure.ts';
import { understandParams } from './prompt.ts';
import type { ThinkingMode } from './prompt.ts';

export interface AnthropicConfig {
  readonly apiKey: string;
  /** Null for the vendor's own. */
  readonly baseUrl: string | null;
  readonly model: string;
  /** How long the first piece of the answer may take, whatever the deadline: past this, hoping on is worse than the fallback phrase. */
  readonly firstTokenMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two questions of one call lie a caller's pauses; the default agent hangs up after four seconds of them. */
const KEEP_ALIVE_MS = 60_000;

export function createAnthropicLanguageModel(config: AnthropicConfig): LanguageModel {
  const client = new Anthropic({
    apiKey: config.apiKey,
    authToken: null,
    baseURL: config.baseUrl ?? 'https://api.anthropic.com',
    maxRetries: 0,
    // The SDK would print what it could not parse, and that may hold the callee's words.
    logLevel: 'off',
    openTelemetry: false,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one function, declared by two packages
    fetch: undiciFetch as unknown as typeof fetch,
    fetchOptions: {
      dispatcher: new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS }),
    },
  });
  let thinking: ThinkingMode = 'disabled';

  return {
    async understand(request, limits) {
      if (limits.signal.aborted) return err({ kind: 'aborted' });
      const call = watch(config, limits);
      try {
        const first = await ask(client, config, request, thinking, call);
        if (first !== THINKING_NOT_OPTIONAL) return first;
        thinking = 'low_effort';
        const second = await ask(client, config, request, thinking, call);
        return second === THINKING_NOT_OPTIONAL ? err({ kind: 'unavailable' }) : second;
      } finally {
        call.stop();
      }
    },
  };
}

/** The model will not have its thinking switched off; the same question goes out once more the other way. */
const THINKING_NOT_OPTIONAL = 'thinking_not_optional';

async function ask(
  client: Anthropic,
  config: AnthropicConfig,
  request: UnderstandRequest,
  thinking: ThinkingMode,
  call: Watch,
): Promise<Result<Understanding, ModelFailure> | typeof THINKING_NOT_OPTIONAL> {
  let heard: Heard = NOTHING_YET;
  let streaming = false;
  try {
    const stream = await client.messages.create(understandParams(request, config.model, thinking), {
      signal: call.signal,
    });
    streaming = true;
    for await (const event of stream) {
      if (event.type === 'content_block_delta') call.begun();
      // To the stream's own end, a moment after `message_stop`: leaving early would close the connection for the next question.
      heard = hear(heard, event);
    }
  } catch (error) {
    if (call.cause() === null) {
      if (thinking === 'disabled' && isAboutThinking(error)) return THINKING_NOT_OPTIONAL;
      const trouble = modelTrouble(error, streaming);
      report(config, trouble.code, trouble.status);
      return err({ kind: trouble.kind });
    }
  }
  const cause = heard.complete ? null : call.cause();
  if (cause !== null) {
    if (cause === 'timeout') report(config, 'timeout', null);
    return err({ kind: cause });
  }
  const result = understanding(heard, request);
  if (!result.ok) report(config, result.error.kind, null);
  return result;
}

const isAboutThinking = (error: unknown): boolean =>
  error instanceof Anthropic.BadRequestError && /thinking/i.test(error.apiMessage ?? error.message);

function report(config: AnthropicConfig, code: string, status: number | null): void {
  config.log.warn('vendor.failed', { vendor: 'anthropic', code, ...(status === null ? {} : { status }) });
}

/** Why a question was broken off, and the signal that breaks it off: aborting closes the connection, which stops the spending. */
interface Watch {
  readonly signal: AbortSignal;
  begun(): void;
  cause(): 'timeout' | 'aborted' | null;
  stop(): void;
}

function watch(
  config: AnthropicConfig,
  limits: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Watch {
  const controller = new AbortController();
  let cause: 'timeout' | 'aborted' | null = null;
  const breakOff = (why: 'timeout' | 'aborted') => (): void => {
    cause ??= why;
    controller.abort();
  };
  const onAbort = breakOff('aborted');
  const cancelDeadline = config.clock.after(limits.deadlineMs, breakOff('timeout'));
  const cancelFirst = config.clock.after(config.firstTokenMs, breakOff('timeout'));
  limits.signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    begun: cancelFirst,
    cause: () => cause,
    stop: () => {
      cancelDeadline();
      cancelFirst();
      limits.signal.removeEventListener('abort', onAbort);
    },
  };
}
