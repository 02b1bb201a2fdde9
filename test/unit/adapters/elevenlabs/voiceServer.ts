/** A voice server that does what it is told: takes frames down, and answers when the test says so. */
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';

export interface VoiceServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly sockets: WebSocket[];
  /** Frames of all sockets in the order in which they came. */
  readonly frames: Record<string, unknown>[];
  /** Answer the next handshake with this instead of 101. */
  refuseWith: number | null;
  /** Leave handshakes unanswered. */
  deaf: boolean;
  /** The socket opened last. */
  readonly last: WebSocket;
  send(message: unknown): void;
  /** Context ids that were given text, in order. */
  contexts(): string[];
  close(): Promise<void>;
}
const Frame = z.record(z.string(), z.unknown());

export async function voiceServer(): Promise<VoiceServer> {
  const http = createServer();
  const wss = new WebSocketServer({ noServer: true });
  const unanswered: Duplex[] = [];
  http.on('upgrade', (request, socket, head) => {
    made.requests.push(request);
    if (made.deaf) return void unanswered.push(socket);
    if (made.refuseWith !== null) {
      socket.end(`HTTP/1.1 ${made.refuseWith} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      made.refuseWith = null;
      return;
    }
    wss.handleUpgrade(request, socket, head, (client) => {
      made.sockets.push(client);
      client.on('message', (data: Buffer) => made.frames.push(Frame.parse(JSON.parse(data.toString()))));
    });
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const made: VoiceServer = {
    url: `http://127.0.0.1:${address.port}`,
    requests: [],
    sockets: [],
    frames: [],
    refuseWith: null,
    deaf: false,
    get last() {
      const socket = made.sockets.at(-1);
      if (socket === undefined) throw new Error('nobody connected');
      return socket;
    },
    send: (message) => made.last.send(JSON.stringify(message)),
    contexts: () =>
      made.frames.flatMap((frame) => (frame['flush'] === true ? [String(frame['context_id'])] : [])),
    close: async () => {
      for (const client of wss.clients) client.terminate();
      for (const socket of unanswered) socket.destroy();
      http.closeAllConnections();
      await new Promise((resolve) => void http.close(resolve));
    },
  };
  return made;
}
