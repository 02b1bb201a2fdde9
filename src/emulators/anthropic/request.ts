/** A Messages request as far as the emulator understands it, checked as API version 2026-10-21 checks it. */
import { isObject, type JsonObject, numberOf, stringOf } from '../wire/json.ts';

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonObject;
}

interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

export interface MessagesRequest {
  readonly model: string;
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly system: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolSpec[];
  readonly toolChoice:
    | { readonly type: 'auto' | 'any' | 'none' }
    | { readonly type: 'tool'; readonly name: string };
  readonly thinking: 'default' | 'disabled' | 'adaptive' | 'between_tools' | 'enabled';
  readonly effort: string | undefined;
  /** The schema of `output_config.format`. */
  readonly outputSchema: JsonObject | undefined;
  readonly stopSequences: readonly string[];
  /** The request as it came: what the prompt cache is keyed by. */
  readonly body: JsonObject;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

const MODELS = [
  'claude-haiku-5-5',
  'claude-haiku-4-5',
  'claude-haiku-4-5-20251001',
  'claude-sonnet-5-5',
  'claude-sonnet-5',
  'claude-sonnet-4-6',
  'claude-sonnet-4-5',
  'claude-sonnet-4-5-20250929',
  'claude-opus-5-5',
  'claude-opus-5',
  'claude-opus-4-8',
  'claude-opus-4-7',
  'claude-opus-4-6',
  'claude-opus-4-5',
  'claude-opus-4-5-20251101',
];

const KEYS = new Set(
  (
    'max_tokens messages model cache_control container diagnostics inference_geo metadata output_config service_tier ' +
    'speed stop_sequences stream system thinking tool_choice tools user_profile_id workspace_id'
  ).split(' '),
);

const REMOVED = ['temperature', 'top_p', 'top_k'];

const invalid = (message: string): Refusal => ({ status: 400, type: 'invalid_request_error', message });

/** The request, or the refusal that the vendor would answer. */
export function readRequest(body: unknown): MessagesRequest | Refusal {
  if (!isObject(body)) return invalid('The request body is not valid JSON.');
  const removed = REMOVED.find((key) => Object.hasOwn(body, key));
  if (removed !== undefined)
    return invalid(`${removed}: this parameter is not supported in API version 2026-10-21.`);
  const extra = Object.keys(body).find((key) => !KEYS.has(key));
  if (extra !== undefined) return invalid(`${extra}: Extra inputs are not permitted`);
  const model = stringOf(body['model']);
  const maxTokens = numberOf(body['max_tokens']);
  if (model === undefined) return invalid('model: Field required');
  if (maxTokens === undefined) return invalid('max_tokens: Field required');
  if (!Number.isInteger(maxTokens) || maxTokens < 1) return invalid('max_tokens: must be at least 1');
  if (!MODELS.includes(model)) return { status: 404, type: 'not_found_error', message: `model: ${model}` };
  const messages = readMessages(body['messages']);
  if ('status' in messages) return messages;
  const tools = readTools(body['tools']);
  if ('status' in tools) return tools;
  const toolChoice = readToolChoice(body['tool_choice'], tools.list);
  if ('status' in toolChoice) return toolChoice;
  const thinking = readThinking(body['thinking'], model, toolChoice.type);
  if (typeof thinking !== 'string') return thinking;
  if (breakpoints(body) > 4) return invalid('A maximum of 4 blocks with cache_control may be provided.');
  const output = isObject(body['output_config']) ? body['output_config'] : {};
  const format = isObject(output['format']) ? output['format'] : {};
  return {
    model,
    maxTokens,
    stream: body['stream'] === true,
    system: textOf(body['system']),
    messages: messages.list,
    tools: tools.list,
    toolChoice,
    thinking,
    effort: stringOf(output['effort']),
    outputSchema: isObject(format['schema']) ? format['schema'] : undefined,
    stopSequences: Array.isArray(body['stop_sequences'])
      ? body['stop_sequences'].flatMap((text: unknown) => stringOf(text) ?? [])
      : [],
    body,
  };
}

/** The text of a system prompt or message: a string, or the text of its blocks. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const blocks: readonly unknown[] = content;
  return blocks
    .flatMap((block) => (isObject(block) ? (stringOf(block['text']) ?? textOf(block['content'])) : []))
    .join('\n');
}

function readMessages(given: unknown): { readonly list: readonly ChatMessage[] } | Refusal {
  if (!Array.isArray(given)) return invalid('messages: Field required');
  const list: ChatMessage[] = [];
  for (const [index, message] of given.entries()) {
    const role: unknown = isObject(message) ? message['role'] : undefined;
    if (!isObject(message) || (role !== 'user' && role !== 'assistant')) {
      return invalid(`messages.${index}.role: Input should be 'user' or 'assistant'`);
    }
    const { content } = message;
    const empty =
      typeof content === 'string' ? content.trim() === '' : !Array.isArray(content) || content.length === 0;
    if (empty) return invalid(`messages.${index}: all messages must have non-empty content`);
    list.push({ role, text: textOf(content) });
  }
  if (list.length === 0) return invalid('messages: at least one message is required');
  if (list.at(-1)?.role === 'assistant') {
    return invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  return { list };
}

function readTools(given: unknown): { readonly list: readonly ToolSpec[] } | Refusal {
  if (given === undefined) return { list: [] };
  if (!Array.isArray(given)) return invalid('tools: Input should be a valid list');
  const list: ToolSpec[] = [];
  for (const [index, tool] of given.entries()) {
    const name: unknown = isObject(tool) ? tool['name'] : undefined;
    const schema: unknown = isObject(tool) ? tool['input_schema'] : undefined;
    if (!isObject(tool) || typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
      return invalid(`tools.${index}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`);
    }
    if (!isObject(schema) || schema['type'] !== 'object') {
      return invalid(`tools.${index}.custom.input_schema.type: Field required`);
    }
    const open = tool['strict'] === true ? openObject(schema) : undefined;
    if (open !== undefined) {
      return invalid(
        `tools.${index}.custom: For 'object' type, 'additionalProperties' must be explicitly set to false${open}`,
      );
    }
    list.push({ name, description: stringOf(tool['description']) ?? '', schema });
  }
  return { list };
}

/** Where a strict schema has an object that is not closed; undefined when all are. */
function openObject(schema: unknown, path = ''): string | undefined {
  if (Array.isArray(schema))
    return schema.map((part: unknown) => openObject(part, path)).find((found) => found !== undefined);
  if (!isObject(schema)) return undefined;
  if (schema['type'] === 'object' && schema['additionalProperties'] !== false)
    return path === '' ? '' : ` at ${path}`;
  for (const [key, part] of Object.entries(schema)) {
    const found = openObject(part, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readToolChoice(given: unknown, tools: readonly ToolSpec[]): MessagesRequest['toolChoice'] | Refusal {
  if (given === undefined) return { type: 'auto' };
  const type: unknown = isObject(given) ? given['type'] : undefined;
  if (!isObject(given) || (type !== 'auto' && type !== 'any' && type !== 'tool' && type !== 'none')) {
    return invalid("tool_choice: Input tag should be 'auto', 'any', 'tool' or 'none'");
  }
  if (type !== 'tool')
    return type !== 'none' && tools.length === 0
      ? invalid('tool_choice may only be specified while providing tools')
      : { type };
  const name = stringOf(given['name']) ?? '';
  return tools.some((tool) => tool.name === name)
    ? { type, name }
    : invalid(`tool_choice: Tool '${name}' not found in provided tools`);
}

function readThinking(given: unknown, model: string, choice: string): MessagesRequest['thinking'] | Refusal {
  if (given === undefined) return 'default';
  const type: unknown = isObject(given) ? given['type'] : undefined;
  if (type === 'disabled' || type === 'adaptive' || type === 'between_tools') return type;
  if (type !== 'enabled')
    return invalid("thinking: Input tag should be 'enabled', 'disabled', 'adaptive' or 'between_tools'");
  if (!/-4-\d/.test(model))
    return invalid(`thinking.type: 'enabled' is not supported on ${model}. Use 'adaptive'.`);
  if (choice === 'any' || choice === 'tool')
    return invalid('Thinking may not be enabled when tool_choice forces tool use.');
  return type;
}

/** How many cache breakpoints a request sets. */
function breakpoints(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, part: unknown) => sum + breakpoints(part), 0);
  if (!isObject(value)) return 0;
  const own = isObject(value['cache_control']) ? 1 : 0;
  return Object.values(value).reduce((sum: number, part) => sum + breakpoints(part), own);
}
