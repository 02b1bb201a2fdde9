/** The model's answer as the wire carries it: blocks in pieces of a token, with why it stopped. */
import { randomBytes } from 'node:crypto';

import type { JsonObject } from '../wire/json.ts';
import type { Thought } from './brain/think.ts';
import type { MessagesRequest } from './request.ts';
import { type InputUsage, tokenise } from './usage.ts';

export type Block =
  | { readonly type: 'thinking'; readonly pieces: readonly string[]; readonly signature: string }
  | { readonly type: 'text'; readonly pieces: readonly string[] }
  | {
      readonly type: 'tool_use';
      readonly pieces: readonly string[];
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    };

export interface Reply {
  readonly id: string;
  readonly model: string;
  readonly blocks: readonly Block[];
  readonly stopReason: 'end_turn' | 'tool_use' | 'max_tokens' | 'stop_sequence' | 'refusal';
  readonly stopSequence: string | null;
  readonly input: InputUsage;
  readonly outputTokens: number;
  readonly thinkingTokens: number;
}

/** What faults do to an answer. */
export interface Spoiled {
  readonly refusal: boolean;
  readonly maxTokens: boolean;
  readonly thinkingFirst: boolean;
  readonly invalidJson: boolean;
}

const THOUGHT =
  'The caller answers what was asked. I pick the move that their words make, and take nothing else from them.';

export function compose(
  request: MessagesRequest,
  thought: Thought,
  input: InputUsage,
  spoiled: Spoiled,
): Reply {
  const base = { id: idOf('msg'), model: request.model, input, stopSequence: null };
  if (spoiled.refusal) {
    return { ...base, blocks: [], stopReason: 'refusal', outputTokens: 1, thinkingTokens: 0 };
  }
  const thinking = thinks(request) || spoiled.thinkingFirst ? tokenise(THOUGHT) : [];
  const { block, stopSequence } = blockOf(request, thought);
  const allowed = Math.max(0, request.maxTokens - thinking.length);
  const kept =
    spoiled.maxTokens || spoiled.invalidJson ? Math.ceil(block.pieces.length / 2) : block.pieces.length;
  const cut = { ...block, pieces: block.pieces.slice(0, Math.min(allowed, kept)) };
  const atLimit = spoiled.maxTokens || block.pieces.length > allowed;
  const signature = randomBytes(48).toString('base64');
  const first: readonly Block[] =
    thinking.length === 0 ? [] : [{ type: 'thinking', pieces: thinking, signature }];
  const ended = block.type === 'tool_use' ? 'tool_use' : stopSequence === null ? 'end_turn' : 'stop_sequence';
  return {
    ...base,
    blocks: [...first, cut],
    stopReason: atLimit ? 'max_tokens' : ended,
    stopSequence: atLimit ? null : stopSequence,
    outputTokens: thinking.length + cut.pieces.length,
    thinkingTokens: thinking.length,
  };
}

/** Models after the fourth generation think unless they are told not to; a forced tool leaves no room for it. */
function thinks({ model, thinking, effort, toolChoice }: MessagesRequest): boolean {
  if (thinking === 'enabled') return true;
  const byDefault = !/-4-\d/.test(model) && (thinking === 'default' || thinking === 'adaptive');
  return byDefault && effort !== 'low' && toolChoice.type !== 'tool' && toolChoice.type !== 'any';
}

function blockOf(
  request: MessagesRequest,
  thought: Thought,
): { readonly block: Exclude<Block, { readonly type: 'thinking' }>; readonly stopSequence: string | null } {
  if (thought.kind === 'tool') {
    const { name, input } = thought;
    const pieces = tokenise(JSON.stringify(input));
    return { block: { type: 'tool_use', pieces, id: idOf('toolu'), name, input }, stopSequence: null };
  }
  const found = request.stopSequences
    .map((sequence) => ({ sequence, at: thought.text.indexOf(sequence) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)[0];
  const text = found === undefined ? thought.text : thought.text.slice(0, found.at);
  return { block: { type: 'text', pieces: tokenise(text) }, stopSequence: found?.sequence ?? null };
}

function idOf(prefix: string): string {
  return `${prefix}_01${randomBytes(16).toString('base64url').replace(/[-_]/g, 'x').slice(0, 22)}`;
}

/** The message as `message_start` has it: nothing said yet. */
export function startedMessage(reply: Reply): JsonObject {
  return {
    id: reply.id,
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content: [],
    container: null,
    diagnostics: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: startedUsage(reply.input),
  };
}

function startedUsage(input: InputUsage): JsonObject {
  return {
    ...inputUsage(input),
    cache_creation: {
      ephemeral_5m_input_tokens: input.created5m,
      ephemeral_1h_input_tokens: input.created1h,
    },
    inference_geo: 'not_available',
    output_tokens: 1,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    speed: 'standard',
  };
}

/** The whole message, as an answer without a stream has it. */
export function finishedMessage(reply: Reply): JsonObject {
  return {
    ...startedMessage(reply),
    content: reply.blocks.map(contentOf),
    ...stopOf(reply),
    container: null,
    usage: { ...startedUsage(reply.input), ...outputUsage(reply) },
  };
}

function contentOf(block: Block): JsonObject {
  switch (block.type) {
    case 'thinking':
      return { type: 'thinking', thinking: block.pieces.join(''), signature: block.signature };
    case 'text':
      return { type: 'text', text: block.pieces.join(''), citations: null };
    case 'tool_use': {
      const { id, name, input } = block;
      return { type: 'tool_use', id, name, input, caller: { type: 'direct' } };
    }
    default:
      return block satisfies never;
  }
}

/** A block as `content_block_start` has it. */
export function startedBlock(block: Block): JsonObject {
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  if (block.type === 'text') return { type: 'text', text: '', citations: null };
  return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: { type: 'direct' } };
}

/** The deltas of a block, one a token. */
export function deltasOf(block: Block): readonly JsonObject[] {
  switch (block.type) {
    case 'thinking':
      return [
        ...block.pieces.map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'text':
      return block.pieces.map((text) => ({ type: 'text_delta', text }));
    case 'tool_use':
      return ['', ...block.pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    default:
      return block satisfies never;
  }
}

function stopOf(reply: Reply): JsonObject {
  return {
    stop_reason: reply.stopReason,
    stop_sequence: reply.stopSequence,
    stop_details:
      reply.stopReason === 'refusal'
        ? { type: 'refusal', category: 'general_harms', explanation: 'The request was declined.' }
        : null,
  };
}

function inputUsage({ inputTokens, created5m, created1h, read }: InputUsage): JsonObject {
  return {
    input_tokens: inputTokens,
    cache_creation_input_tokens: created5m + created1h,
    cache_read_input_tokens: read,
  };
}

function outputUsage({ outputTokens, thinkingTokens }: Reply): JsonObject {
  return { output_tokens: outputTokens, output_tokens_details: { thinking_tokens: thinkingTokens } };
}

/** `message_delta`: why it stopped, and what it cost. */
export function messageDelta(reply: Reply): JsonObject {
  return {
    type: 'message_delta',
    delta: { ...stopOf(reply), container: null },
    usage: { ...inputUsage(reply.input), ...outputUsage(reply), server_tool_use: null },
  };
}
