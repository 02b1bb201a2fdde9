import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createFluxTranscriber } from '../../../../src/adapters/deepgram/flux.ts';
import type { TranscriberEvent } from '../../../../src/ports/speech.ts';
import { systemClock } from '../../../../src/runtime/systemClock.ts';
import { recordingLog } from '../../../support/recordingLog.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A server that takes down what it was asked and sent, and answers nothing by itself. */
async function server(): Promise<{
  url: string;
  asked: URL[];
  sent: (string | number)[];
  clients: WebSocket[];
}> {
  const asked: URL[] = [];
  const sent: (string | number)[] = [];
  const clients: WebSocket[] = [];
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  wss.on('connection', (socket, request) => {
    asked.push(new URL(request.url ?? '', 'http://server'));
    clients.push(socket);
    socket.on('message', (data: Buffer, isBinary) => sent.push(isBinary ? data.length : data.toString()));
  });
  await new Promise((resolve) => wss.once('listening', resolve));
  closing.push(async () => {
    for (const client of wss.clients) client.terminate();
    await new Promise((resolve) => wss.close(resolve));
  });
  return { url: `http://127.0.0.1:${portOf(wss.address())}`, asked, sent, clients };
}

function transcriber(baseUrl: string): {
  open: ReturnType<typeof createFluxTranscriber>['open'];
  lines: ReturnType<typeof recordingLog>['lines'];
} {
  const { log, lines } = recordingLog();
  const flux = createFluxTranscriber({
    apiKey: 'k',
    baseUrl,
    connectTimeoutMs: 2_000,
    clock: systemClock(),
    log,
    model: 'flux-general-en',
    endOfTurnThreshold: 0.8,
    eagerEndOfTurnThreshold: 0.5,
    endOfTurnTimeoutMs: 4_000,
  });
  return { open: (options) => flux.open(options), lines };
}

test('asks for mu-law at 8 kHz with its thresholds and each keyterm by itself', async () => {
  const { url, asked } = await server();
  const stream = transcriber(url).open({ keyterms: ['Dr. Okafor', 'Rollcall'], onEvent: () => undefined });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  const query = asked[0]?.searchParams;
  expect(asked[0]?.pathname).toBe('/v2/listen');
  expect(Object.fromEntries(query ?? [])).toMatchObject({
    model: 'flux-general-en',
    encoding: 'mulaw',
    sample_rate: '8000',
    eot_threshold: '0.8',
    eager_eot_threshold: '0.5',
    eot_timeout_ms: '4000',
  });
  expect(query?.getAll('keyterm')).toEqual(['Dr. Okafor', 'Rollcall']);
  stream.close();
});

test('sends audio in 80 ms pieces, and hints as configuration', async () => {
  const { url, sent } = await server();
  const events: TranscriberEvent[] = [];
  const stream = transcriber(url).open({ keyterms: [], onEvent: (event) => events.push(event) });
  stream.expect({ endOfTurnThreshold: 0.9 });
  stream.expect({ keyterms: ['Maple Street'] });
  await vi.waitFor(() => expect(events).toEqual([{ kind: 'opened' }]));
  for (let i = 0; i < 9; i++) stream.send(new Uint8Array(160));
  stream.expect({ endOfTurnThreshold: 0.45 });
  await vi.waitFor(() => expect(sent).toHaveLength(4));
  expect(sent.map((s) => (typeof s === 'string' ? (JSON.parse(s) as unknown) : s))).toEqual([
    {
      type: 'Configure',
      thresholds: { eot_threshold: 0.9, eager_eot_threshold: 0.5 },
      keyterms: ['Maple Street'],
    },
    640,
    640,
    // The early guess is never surer than the verdict: Flux would refuse that.
    { type: 'Configure', thresholds: { eot_threshold: 0.45, eager_eot_threshold: 0.45 } },
  ]);
  stream.close();
  await vi.waitFor(() => expect(sent.at(-1)).toBe('{"type":"CloseStream"}'));
});

test('a hint that is refused is logged and the stream goes on; nonsense is a protocol failure', async () => {
  const { url, clients } = await server();
  const events: TranscriberEvent[] = [];
  const { open, lines } = transcriber(url);
  open({ keyterms: [], onEvent: (event) => events.push(event) });
  await vi.waitFor(() => expect(events).toHaveLength(1));
  clients[0]?.send(JSON.stringify({ type: 'ConfigureFailure', request_id: 'r', sequence_id: 1 }));
  clients[0]?.send(JSON.stringify({ type: 'SomethingNew', request_id: 'r', sequence_id: 2 }));
  await vi.waitFor(() => expect(lines.map(([, , fields]) => fields.code)).toEqual(['configure']));
  clients[0]?.send('not JSON');
  await vi.waitFor(() => expect(events.at(-1)).toEqual({ kind: 'failed', reason: 'protocol' }));
});

test('a network that takes no more audio has lost the stream', async () => {
  const { url, clients } = await server();
  const events: TranscriberEvent[] = [];
  const { open, lines } = transcriber(url);
  const stream = open({ keyterms: [], onEvent: (event) => events.push(event) });
  await vi.waitFor(() => expect(clients).toHaveLength(1));
  await vi.waitFor(() => expect(events).toHaveLength(1));
  clients[0]?.pause();
  for (let i = 0; i < 2_000 && events.length === 1; i++) stream.send(new Uint8Array(8_000));
  expect(events.at(-1)).toEqual({ kind: 'failed', reason: 'lost' });
  expect(lines.at(-1)?.[2].code).toBe('backpressure');
});

test('a server that never answers the handshake is given up as lost', async () => {
  const deaf = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => void deaf.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => void deaf.close(() => resolve())));
  const events: TranscriberEvent[] = [];
  const { log } = recordingLog();
  const flux = createFluxTranscriber({
    apiKey: 'k',
    baseUrl: `http://127.0.0.1:${portOf(deaf.address())}`,
    connectTimeoutMs: 100,
    clock: systemClock(),
    log,
    model: 'flux-general-en',
    endOfTurnThreshold: 0.7,
    eagerEndOfTurnThreshold: 0.5,
    endOfTurnTimeoutMs: 5_000,
  });
  flux.open({ keyterms: [], onEvent: (event) => events.push(event) });
  await vi.waitFor(() => expect(events).toEqual([{ kind: 'failed', reason: 'lost' }]));
});
