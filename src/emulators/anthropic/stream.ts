/** Server-sent events, token by token, at the model's pace, and the ways in which a stream can go wrong. */
import type { ServerResponse } from 'node:http';

import { type Delay, delayOf } from '../profiles.ts';
import type { JsonObject } from '../wire/json.ts';
import { wait } from '../wire/wait.ts';
import { deltasOf, messageDelta, type Reply, startedBlock, startedMessage } from './reply.ts';

export type Breakage = 'error_mid_stream' | 'cut' | 'clean_eof' | 'stall';

export interface StreamPlan {
  readonly reply: Reply;
  readonly requestId: string;
  readonly firstTokenMs: number;
  readonly perToken: Delay;
  readonly random: () => number;
  readonly breakage: Breakage | undefined;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
}

/** Sends the whole stream, or as much of it as the breakage allows; resolves early when the client is gone. */
export async function sendStream(response: ServerResponse, plan: StreamPlan): Promise<void> {
  const { reply, gone, breakage } = plan;
  let dueMs = performance.now() + plan.firstTokenMs;
  await wait(plan.firstTokenMs, gone);
  if (gone.aborted) return;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'request-id': plan.requestId,
  });
  const send = (event: JsonObject): void => {
    response.write(`event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  send({ type: 'message_start', message: startedMessage(reply) });
  send({ type: 'ping' });
  const half = Math.ceil(reply.blocks.reduce((sum, block) => sum + deltasOf(block).length, 0) / 2);
  let sent = 0;
  for (const [index, block] of reply.blocks.entries()) {
    send({ type: 'content_block_start', index, content_block: startedBlock(block) });
    for (const delta of deltasOf(block)) {
      if (sent > 0) {
        dueMs += delayOf(plan.perToken, plan.random);
        await wait(dueMs - performance.now(), gone);
      }
      if (gone.aborted) return;
      send({ type: 'content_block_delta', index, delta });
      sent += 1;
      const breaks = breakage !== undefined && (breakage === 'stall' ? sent === 2 : sent >= half);
      if (breaks) {
        await breakOff(response, breakage, plan);
        return;
      }
    }
    send({ type: 'content_block_stop', index });
  }
  send(messageDelta(reply));
  send({ type: 'message_stop' });
  response.end();
}

async function breakOff(response: ServerResponse, breakage: Breakage, plan: StreamPlan): Promise<void> {
  switch (breakage) {
    case 'error_mid_stream': {
      const error = { type: 'overloaded_error', message: 'Overloaded' };
      const body = { type: 'error', error, request_id: plan.requestId };
      response.end(`event: error\ndata: ${JSON.stringify(body)}\n\n`);
      return;
    }
    case 'cut':
      // What was written goes out first, so that the cut is in the middle of the stream.
      await new Promise<void>((resolve) => response.write('\n', () => resolve()));
      response.socket?.resetAndDestroy();
      return;
    case 'clean_eof':
      response.end();
      return;
    case 'stall':
      await new Promise<void>((resolve) => plan.gone.addEventListener('abort', () => resolve()));
      return;
    default:
      return breakage satisfies never;
  }
}
