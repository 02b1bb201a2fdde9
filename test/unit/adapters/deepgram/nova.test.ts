import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { createNovaTranscriber } from '../../../../src/adapters/deepgram/nova.ts';
import type { TranscriberEvent } from '../../../../src/ports/speech.ts';
import { silentLog } from '../../../support/silentLog.ts';
import { virtualClock } from '../../../support/virtualClock.ts';

let server: WebSocketServer;
afterEach(async () => {
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

test('a stream that brings no audio says that it is still there, and one that does need not', async () => {
  const sent: (string | number)[] = [];
  const asked: URL[] = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket, request) => {
    asked.push(new URL(request.url ?? '', 'http://server'));
    socket.on('message', (data: Buffer, isBinary) => sent.push(isBinary ? data.length : data.toString()));
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const clock = virtualClock();
  const nova = createNovaTranscriber({
    apiKey: 'k',
    baseUrl: `http://127.0.0.1:${address.port}`,
    connectTimeoutMs: 2_000,
    clock,
    log: silentLog,
    model: 'nova-3',
    endpointingMs: 300,
  });
  const events: TranscriberEvent[] = [];
  const stream = nova.open({ keyterms: ['Okafor'], onEvent: (event) => events.push(event) });
  await vi.waitFor(() => expect(events).toEqual([{ kind: 'opened' }]));
  expect(asked[0]?.pathname).toBe('/v1/listen');
  expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
    model: 'nova-3',
    encoding: 'mulaw',
    sample_rate: '8000',
    interim_results: 'true',
    vad_events: 'true',
    endpointing: '300',
    utterance_end_ms: '1000',
    keyterm: 'Okafor',
  });
  for (let i = 0; i < 5; i++) {
    stream.send(new Uint8Array(640));
    await clock.advance(1_000);
  }
  await vi.waitFor(() => expect(sent).toHaveLength(5));
  await clock.advance(8_000);
  await vi.waitFor(() => expect(sent.slice(5)).toEqual(['{"type":"KeepAlive"}', '{"type":"KeepAlive"}']));
  stream.close();
  expect(clock.pending).toBe(0);
  await vi.waitFor(() => expect(sent.at(-1)).toBe('{"type":"CloseStream"}'));
});
