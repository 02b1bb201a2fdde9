/**
 * The emulated model: a small, deterministic reader of phone conversations. It maps words to one of the moves that a tool's
 * schema allows, copies out what the schema asks for, and answers questions from the facts it was given. What the caller
 * says is scored, never obeyed.
 */
import type { JsonObject } from '../../wire/json.ts';
import type { MessagesRequest, ToolSpec } from '../request.ts';
import { answerFrom, CALL_BACK } from './answers.ts';
import { meant } from './choose.ts';
import { readConversation } from './conversation.ts';
import { fillObject } from './fields.ts';

export type Thought =
  | { readonly kind: 'tool'; readonly name: string; readonly input: JsonObject }
  | { readonly kind: 'text'; readonly text: string };

/** What the model answers to a request. */
export function think(request: MessagesRequest): Thought {
  const conversation = readConversation(request);
  const tool = toolFor(request);
  if (tool !== undefined) {
    return { kind: 'tool', name: tool.name, input: fillObject(tool.schema, conversation) };
  }
  if (request.outputSchema !== undefined) {
    return { kind: 'text', text: JSON.stringify(fillObject(request.outputSchema, conversation)) };
  }
  const text = answerFrom(conversation.system, meant(conversation.heard)) ?? CALL_BACK;
  return { kind: 'text', text };
}

function toolFor({ toolChoice, tools }: MessagesRequest): ToolSpec | undefined {
  if (toolChoice.type === 'none') return undefined;
  return toolChoice.type === 'tool' ? tools.find(({ name }) => name === toolChoice.name) : tools[0];
}
