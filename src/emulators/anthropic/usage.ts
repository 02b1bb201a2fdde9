/** Token counts, and what the prompt cache would have held. */
import { createHash } from 'node:crypto';

import { isObject, type JsonObject } from '../wire/json.ts';
import type { MessagesRequest } from './request.ts';

/** About four characters of English make a token. */
const CHARS_PER_TOKEN = 4;

const tokensIn = (text: string): number => Math.ceil(text.length / CHARS_PER_TOKEN);

/** The text in pieces of about one token. */
export function tokenise(text: string): readonly string[] {
  return text.match(/[\s\S]{1,4}/g) ?? [];
}

export interface InputUsage {
  readonly inputTokens: number;
  readonly created5m: number;
  readonly created1h: number;
  readonly read: number;
}

/** A prefix shorter than this is silently not cached. */
function shortestPrefix(model: string): number {
  if (model.startsWith('claude-haiku-5')) return 512;
  return model.startsWith('claude-haiku-4') ? 4096 : 1024;
}

const TTL_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const;

/** Remembers prompt prefixes up to their breakpoints: tools, then system, then messages. */
export class PromptCache {
  readonly #until = new Map<string, number>();

  /** What a request's input costs now, and what the next one with the same prefix finds. */
  charge(request: MessagesRequest, nowMs: number): InputUsage {
    const parts = partsOf(request.body);
    const total = parts.reduce((sum, { text }) => sum + tokensIn(text), 0);
    const prefixes = prefixesOf(parts).filter(({ tokens }) => tokens >= shortestPrefix(request.model));
    const hit = prefixes.findLast(({ key }) => (this.#until.get(key) ?? 0) > nowMs);
    const read = hit?.tokens ?? 0;
    const created = { '5m': 0, '1h': 0 };
    let counted = read;
    for (const { key, tokens, ttl } of prefixes) {
      this.#until.set(key, nowMs + TTL_MS[ttl]);
      if (tokens > counted) created[ttl] += tokens - counted;
      counted = Math.max(counted, tokens);
    }
    return {
      inputTokens: Math.max(1, total - counted),
      created5m: created['5m'],
      created1h: created['1h'],
      read,
    };
  }
}

interface Part {
  readonly text: string;
  readonly ttl: '5m' | '1h' | undefined;
}

const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

function partsOf(body: JsonObject): readonly Part[] {
  const blocks = [
    ...listed(body['tools']),
    ...listed(body['system']),
    ...listed(body['messages']).flatMap((message) => (isObject(message) ? listed(message['content']) : [])),
  ];
  const parts = blocks.map((block) => ({ text: JSON.stringify(block), ttl: ttlOf(block) }));
  const whole = ttlOf(body);
  const last = parts.pop();
  return last === undefined ? [] : [...parts, { ...last, ttl: last.ttl ?? whole }];
}

function ttlOf(block: unknown): '5m' | '1h' | undefined {
  if (!isObject(block) || !isObject(block['cache_control'])) return undefined;
  return block['cache_control']['ttl'] === '1h' ? '1h' : '5m';
}

function prefixesOf(
  parts: readonly Part[],
): readonly { readonly key: string; readonly tokens: number; readonly ttl: '5m' | '1h' }[] {
  const hash = createHash('sha256');
  let tokens = 0;
  return parts.flatMap(({ text, ttl }) => {
    hash.update(text);
    tokens += tokensIn(text);
    return ttl === undefined ? [] : [{ key: hash.copy().digest('hex'), tokens, ttl }];
  });
}
