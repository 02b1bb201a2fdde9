import Anthropic from '@anthropic-ai/sdk';
import { afterEach, expect, test } from 'vitest';

import { type AnthropicEmulator, startAnthropicEmulator } from '../../../src/emulators/anthropic/emulator.ts';
import { type DelayProfile, PROFILES } from '../../../src/emulators/profiles.ts';
import { installedVersion, vendorSchema } from '../../oracles/vendorSchema.ts';
import { chance } from '../../unit/emulators/syntheticSpeech.ts';
import { until } from './until.ts';

const oracle = vendorSchema('anthropic');
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function started(
  profile: DelayProfile = PROFILES.zero,
): Promise<{ emulator: AnthropicEmulator; client: Anthropic }> {
  const emulator = await startAnthropicEmulator({ apiKey: 'sk-key', profile, random: chance(1) });
  closing.push(() => emulator.close());
  return {
    emulator,
    client: new Anthropic({ apiKey: 'sk-key', baseURL: emulator.url, maxRetries: 0, logLevel: 'off' }),
  };
}

const TOOL: Anthropic.Tool = {
  name: 'understood',
  strict: true,
  input_schema: {
    type: 'object',
    properties: {
      move: { type: 'string', enum: ['yes', 'no', 'other'] },
      answer: { type: ['string', 'null'] },
    },
    required: ['move', 'answer'],
    additionalProperties: false,
  },
};

const TURN: Anthropic.MessageCreateParamsStreaming = {
  model: 'claude-haiku-5-5',
  max_tokens: 200,
  stream: true,
  thinking: { type: 'disabled' },
  tools: [TOOL],
  tool_choice: { type: 'tool', name: 'understood' },
  messages: [{ role: 'user', content: '<asked>Is this Maria?</asked><heard>Yes, speaking.</heard>' }],
};

/** Everything that a stream gave before it ended, and how it ended. */
async function collected(
  client: Anthropic,
  params: Anthropic.MessageCreateParamsStreaming = TURN,
): Promise<{ events: Anthropic.RawMessageStreamEvent[]; error: unknown }> {
  const events: Anthropic.RawMessageStreamEvent[] = [];
  try {
    const stream = await client.messages.create(params);
    for await (const event of stream) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

const typesOf = (events: readonly Anthropic.RawMessageStreamEvent[]): readonly string[] =>
  events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);

test('the schemas were made from the SDK that is installed', () => {
  expect(installedVersion(oracle.sdk)).toBe(oracle.recorded);
});

test('a forced tool streams in pieces, every event of a type the SDK knows', async () => {
  const { client } = await started();
  const { events } = await collected(client);
  expect(typesOf(events)).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
  expect(events.flatMap((event) => oracle.problems('StreamEvent', event))).toEqual([]);
  const json = events
    .flatMap((event) =>
      event.type === 'content_block_delta' && event.delta.type === 'input_json_delta'
        ? [event.delta.partial_json]
        : [],
    )
    .join('');
  expect(JSON.parse(json)).toEqual({ move: 'yes', answer: null });
});

test("the SDK's own helper puts the message together", async () => {
  const { client } = await started();
  const { stream: _, ...params } = TURN;
  const message = await client.messages.stream(params).finalMessage();
  expect(message.stop_reason).toBe('tool_use');
  expect(message.content[0]).toMatchObject({ type: 'tool_use', name: 'understood', input: { move: 'yes' } });
  expect(message.usage.output_tokens).toBeGreaterThan(3);
});

test('without a stream the whole message comes at once', async () => {
  const { client } = await started();
  const message = await client.messages.create({ ...TURN, stream: false });
  expect(oracle.problems('ReplyMessage', JSON.parse(JSON.stringify(message)))).toEqual([]);
  expect(message.content).toHaveLength(1);
});

test('thinking that is left on comes as a block of its own, before the answer', async () => {
  const { client } = await started();
  const { thinking: _, ...params } = TURN;
  const { events } = await collected(client, { ...params, tool_choice: { type: 'auto' } });
  const blocks = events.flatMap((event) =>
    event.type === 'content_block_start' ? [event.content_block.type] : [],
  );
  expect(blocks).toEqual(['thinking', 'tool_use']);
  expect(events.flatMap((event) => oracle.problems('StreamEvent', event))).toEqual([]);
  const low = await collected(client, {
    ...params,
    tool_choice: { type: 'auto' },
    output_config: { effort: 'low' },
  });
  expect(low.events.filter(({ type }) => type === 'content_block_start')).toHaveLength(1);
});

test.each([
  ['temperature', { temperature: 0.2 }, 'temperature'],
  ['top_p', { top_p: 0.9 }, 'top_p'],
  ['top_k', { top_k: 5 }, 'top_k'],
  ['an unknown parameter', { verbosity: 'low' }, 'verbosity'],
  ['prefill', { messages: [TURN.messages[0], { role: 'assistant', content: '{' }] }, 'prefill'],
  ['thinking enabled on Haiku 5.5', { thinking: { type: 'enabled', budget_tokens: 1024 } }, 'thinking'],
  ['no max_tokens', { max_tokens: undefined }, 'max_tokens'],
  ['no messages', { messages: [] }, 'messages'],
  ['an empty message', { messages: [{ role: 'user', content: ' ' }] }, 'non-empty'],
  ['a tool that does not exist', { tool_choice: { type: 'tool', name: 'nope' } }, 'nope'],
  [
    'a strict tool that is open',
    { tools: [{ ...TOOL, input_schema: { type: 'object', properties: {} } }] },
    'additionalProperties',
  ],
  [
    'five breakpoints',
    {
      system: [1, 2, 3, 4, 5].map((n) => ({
        type: 'text',
        text: `${n}`,
        cache_control: { type: 'ephemeral' },
      })),
    },
    '4 blocks',
  ],
])('%s is refused', async (_, change, says) => {
  const { emulator } = await started();
  const response = await fetch(`${emulator.url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-key', 'anthropic-version': '2026-10-21' },
    body: JSON.stringify({ ...TURN, ...change }),
  });
  const body: unknown = await response.json();
  expect(response.status).toBe(400);
  expect(oracle.problems('ErrorBody', body)).toEqual([]);
  expect(JSON.stringify(body)).toContain(says);
  expect(response.headers.get('request-id')).toMatch(/^req_/);
});

test('the key comes as Bearer or x-api-key, the version header is required, and an unknown model is not found', async () => {
  const { emulator, client } = await started();
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`${emulator.url}/v1/messages`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...TURN, stream: false }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const version = { 'anthropic-version': '2026-10-21' };
  expect(await ask({ ...version, 'x-api-key': 'sk-key' })).toBe(200);
  expect(await ask({ 'x-api-key': 'sk-key' })).toBe(400);
  expect(await ask({ 'x-api-key': 'sk-key', 'anthropic-version': '2023-06-01' })).toBe(400);
  expect(await ask({ ...version, 'x-api-key': 'other' })).toBe(401);
  expect(await ask(version)).toBe(401);
  const unknown = await collected(client, { ...TURN, model: 'claude-3-haiku' });
  expect(unknown.error).toBeInstanceOf(Anthropic.NotFoundError);
});

test('a long enough prefix is written to the cache once and read from then on', async () => {
  const { client } = await started();
  const usage = async (chars: number, model = 'claude-haiku-5-5') => {
    const params = { ...TURN, stream: false as const, model };
    const system = [
      {
        type: 'text' as const,
        text: 'x'.repeat(chars),
        cache_control: { type: 'ephemeral' as const, ttl: '1h' as const },
      },
    ];
    return (await client.messages.create({ ...params, system })).usage;
  };
  const first = await usage(4000);
  const second = await usage(4000);
  expect(first.cache_creation_input_tokens).toBeGreaterThan(1000);
  expect(first.cache_creation?.ephemeral_1h_input_tokens).toBe(first.cache_creation_input_tokens);
  expect(first.cache_read_input_tokens).toBe(0);
  expect(second.cache_creation_input_tokens).toBe(0);
  expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
  expect(second.input_tokens).toBe(first.input_tokens);
  expect((await usage(800)).cache_creation_input_tokens).toBe(0);
  expect((await usage(4400, 'claude-haiku-4-5')).cache_creation_input_tokens).toBe(0);
});

test('an answer longer than max_tokens is cut off and says so', async () => {
  const { client } = await started();
  const message = await client.messages.create({ ...TURN, stream: false, max_tokens: 2 });
  expect(message).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 2 } });
});

test('a generation that the client goes away from is counted as cancelled', async () => {
  const { emulator, client } = await started({ ...PROFILES.zero, modelPerToken: { p50Ms: 60_000 } });
  const stream = await client.messages.create(TURN);
  for await (const event of stream) if (event.type === 'content_block_delta') break;
  stream.controller.abort();
  await until(() => expect(emulator.control.stats()).toMatchObject({ streams: 1, cancelled: 1 }));
});

test('the profile decides when the first token comes and how fast the others follow', async () => {
  const { client } = await started({
    ...PROFILES.zero,
    modelFirstToken: { p50Ms: 120 },
    modelPerToken: { p50Ms: 15 },
  });
  const at: number[] = [];
  const askedAt = performance.now();
  const stream = await client.messages.create(TURN);
  for await (const event of stream) {
    if (event.type === 'content_block_delta') at.push(performance.now() - askedAt);
  }
  expect(at[0]).toBeGreaterThanOrEqual(119);
  expect(at.at(-1)).toBeGreaterThanOrEqual(119 + (at.length - 1) * 15);
});

test('each fault breaks one request in the way the SDK knows, and the next one is whole', async () => {
  const { emulator, client } = await started();
  const { control } = emulator;

  control.add({ kind: 'overloaded' });
  expect((await collected(client)).error).toMatchObject({ status: 529, type: 'overloaded_error' });

  control.add({ kind: 'rate_limited', retryAfterSeconds: 3 });
  const limited = (await collected(client)).error;
  expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
  expect(limited instanceof Anthropic.APIError && limited.headers?.get('retry-after')).toBe('3');

  control.add({ kind: 'reset' });
  expect((await collected(client)).error).toBeInstanceOf(Anthropic.APIConnectionError);

  control.add({ kind: 'error_mid_stream' });
  const erred = await collected(client);
  expect(erred.error).toMatchObject({ type: 'overloaded_error' });
  expect(erred.events.length).toBeGreaterThan(2);

  control.add({ kind: 'cut' });
  const cut = await collected(client);
  expect(cut.events.length).toBeGreaterThan(2);
  expect(cut.error).toBeDefined();

  control.add({ kind: 'clean_eof' });
  const ended = await collected(client);
  expect(ended.events.map(({ type }) => type)).not.toContain('message_stop');
  expect(ended.error).toBeUndefined();

  control.add({ kind: 'refusal' });
  const refused = await collected(client);
  const why = refused.events.find((event) => event.type === 'message_delta');
  expect(why).toMatchObject({ delta: { stop_reason: 'refusal', stop_details: { type: 'refusal' } } });
  expect(refused.events.flatMap((event) => oracle.problems('StreamEvent', event))).toEqual([]);

  control.add({ kind: 'max_tokens' });
  const short = await client.messages.create({ ...TURN, stream: false });
  expect(short.stop_reason).toBe('max_tokens');

  control.add({ kind: 'invalid_json' });
  const halved = await collected(client);
  expect(halved.events.at(-1)?.type).toBe('message_stop');
  expect(() =>
    JSON.parse(
      halved.events
        .map((event) =>
          event.type === 'content_block_delta' && event.delta.type === 'input_json_delta'
            ? event.delta.partial_json
            : '',
        )
        .join(''),
    ),
  ).toThrow(SyntaxError);

  control.add({ kind: 'thinking_first' });
  const thought = await collected(client);
  expect(thought.events.find((event) => event.type === 'content_block_start')).toMatchObject({
    content_block: { type: 'thinking' },
  });

  control.add({ kind: 'thinking_required' });
  expect((await collected(client)).error).toBeInstanceOf(Anthropic.BadRequestError);

  const asked = await fetch(`${emulator.url}/_emulator/faults`, { method: 'POST', body: '{"kind":"stall"}' });
  expect(asked.status).toBe(200);
  const stalled = await client.messages.create(TURN);
  const seen: string[] = [];
  for await (const event of stalled) {
    seen.push(event.type);
    if (
      event.type === 'content_block_delta' &&
      seen.filter((type) => type === 'content_block_delta').length === 2
    )
      break;
  }
  expect(seen).not.toContain('message_stop');
  await until(() => expect(control.stats()['cancelled']).toBe(1));

  const whole = await collected(client);
  expect(whole.events.at(-1)?.type).toBe('message_stop');
  expect(control.stats()).toMatchObject({ broken: 3, resets: 1, 'refused.529': 1, 'refused.429': 1 });
});
