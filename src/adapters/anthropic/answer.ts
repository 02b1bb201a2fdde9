/** Reads the model's answer out of its stream, event by event, and then out of the tool call's text. */
import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import { err, ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { ModelFailure, UnderstandRequest, Understanding } from '../../ports/languageModel.ts';
import { TOOL_NAME } from './prompt.ts';

/** What has arrived so far. Blocks are chosen by type and name, never by place: a thinking block may come first. */
export interface Heard {
  readonly toolIndex: number | null;
  readonly json: string;
  readonly stopReason: string | null;
  /** `message_stop` was seen. A stream that ends without it was cut, however cleanly the connection closed. */
  readonly complete: boolean;
}

export const NOTHING_YET: Heard = { toolIndex: null, json: '', stopReason: null, complete: false };

export function hear(so: Heard, event: Anthropic.RawMessageStreamEvent): Heard {
  switch (event.type) {
    case 'content_block_start':
      return so.toolIndex === null &&
        event.content_block.type === 'tool_use' &&
        event.content_block.name === TOOL_NAME
        ? { ...so, toolIndex: event.index }
        : so;
    case 'content_block_delta':
      return event.index === so.toolIndex && event.delta.type === 'input_json_delta'
        ? { ...so, json: so.json + event.delta.partial_json }
        : so;
    case 'message_delta':
      return { ...so, stopReason: event.delta.stop_reason };
    case 'message_stop':
      return { ...so, complete: true };
    case 'message_start':
    case 'content_block_stop':
      return so;
    default:
      return so;
  }
}

const Input = z.looseObject({ move: z.string(), answer: z.string().nullish() });
const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** The understanding, or why there is none: nothing but a whole, allowed answer is one. */
export function understanding(heard: Heard, request: UnderstandRequest): Result<Understanding, ModelFailure> {
  if (heard.stopReason === 'refusal') return err({ kind: 'refused' });
  if (!heard.complete) return err({ kind: 'truncated' });
  if (heard.stopReason === 'max_tokens' || heard.stopReason === 'model_context_window_exceeded') {
    return err({ kind: 'truncated' });
  }
  const input = Input.safeParse(json(heard.json));
  if (!input.success || !request.moves.some((m) => m.move === input.data.move))
    return err({ kind: 'malformed' });
  const slots: Record<string, string> = {};
  for (const { name } of request.slots) {
    const value = text(input.data[name]);
    if (value !== null) slots[name] = value;
  }
  return ok({ move: input.data.move, slots, answer: text(input.data.answer) });
}

function json(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return null;
  }
}
