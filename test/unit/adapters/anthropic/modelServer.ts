/** A server that answers as it is told, and takes down what it was asked. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { z } from 'zod';
import { createAnthropicLanguageModel } from '../../../../src/adapters/anthropic/languageModel.ts';
import type { AnthropicConfig } from '../../../../src/adapters/anthropic/languageModel.ts';
import type { LanguageModel } from '../../../../src/ports/languageModel.ts';
import { systemClock } from '../../../../src/runtime/systemClock.ts';
import { recordingLog } from '../../../support/recordingLog.ts';
import type { LogLine } from '../../../support/recordingLog.ts';

const Body = z.record(z.string(), z.unknown());

interface Asked {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}
export interface ModelServer {
  readonly asked: Asked[];
  readonly model: LanguageModel;
  readonly lines: readonly LogLine[];
  /** Connections that were accepted. */
  connections: number;
  /** Answers that the client hung up on. */
  cut: number;
  close(): Promise<void>;
}

export async function modelServer(
  answer: (response: ServerResponse, nth: number) => void,
  more: Partial<AnthropicConfig> = {},
): Promise<ModelServer> {
  const asked: Asked[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ headers: request.headers, body: Body.parse(JSON.parse(body)) });
      response.on('close', () => {
        if (!response.writableEnded) made.cut += 1;
      });
      answer(response, asked.length);
    });
  });
  http.on('connection', () => (made.connections += 1));
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { log, lines } = recordingLog();
  const model = createAnthropicLanguageModel({
    apiKey: 'sk-test',
    baseUrl: `http://127.0.0.1:${address.port}`,
    model: 'claude-haiku-5-5',
    firstTokenMs: 2_000,
    clock: systemClock(),
    log,
    ...more,
  });
  const made: ModelServer = {
    asked,
    model,
    lines,
    connections: 0,
    cut: 0,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
  return made;
}

export interface SseEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function sse(response: ServerResponse, events: readonly SseEvent[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}
export const START: SseEvent = {
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', content: [] },
};
export const toolStart = (index: number, name = 'understood'): SseEvent => ({
  type: 'content_block_start',
  index,
  content_block: { type: 'tool_use', id: 'tu_1', name, input: {}, caller: { type: 'direct' } },
});
export const delta = (index: number, partial_json: string): SseEvent => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
});
export const stop = (stop_reason: string): readonly SseEvent[] => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];
export const toolCall = (input: unknown, index = 0): readonly SseEvent[] => {
  const json = JSON.stringify(input);
  return [
    START,
    toolStart(index),
    delta(index, json.slice(0, 9)),
    delta(index, json.slice(9)),
    { type: 'content_block_stop', index },
  ];
};
