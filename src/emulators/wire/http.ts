/** The HTTP server that every emulator speaks through: whole bodies in, whole answers out, and a close that does not wait for idle sockets. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request read to its end. `path` is as sent (still percent-encoded), without the query. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The path and query exactly as they came, as signatures need them. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly incoming: IncomingMessage;
}

export interface HttpServerOptions {
  /** 0 = any free port. */
  readonly port: number;
  readonly host: string;
  readonly handle: (request: HttpRequest, response: ServerResponse) => Promise<void> | void;
  /** A websocket upgrade; without it every upgrade is refused. */
  readonly upgrade?: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Bodies beyond this are answered 413. Default 8 MiB. */
  readonly maxBodyBytes?: number;
}

export interface HttpServer {
  /** `http://host:port`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and destroys every open socket, websockets included. */
  close(): Promise<void>;
}

/** Starts listening; rejects when the port is taken. A handler that throws is answered 500 with its message. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    void serve(incoming, response, options);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('upgrade', (incoming, socket, head) => {
    if (options.upgrade === undefined) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
    else options.upgrade(incoming, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  sendBytes(response, status, Buffer.from(JSON.stringify(body)), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

/** Answers with bytes of the content type given in the headers. */
export function sendBytes(
  response: ServerResponse,
  status: number,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...headers, 'content-length': body.byteLength });
  response.end(body);
}

/** A form body (`application/x-www-form-urlencoded`); repeated keys are kept, `getAll` reads them. */
export function parseForm(body: Buffer): URLSearchParams {
  return new URLSearchParams(body.toString('utf8'));
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
): Promise<void> {
  try {
    const body = await readBody(incoming, options.maxBodyBytes ?? 8 * 1024 * 1024);
    if (body === null) {
      sendJson(response, 413, { message: 'body too large' }, { connection: 'close' });
      return;
    }
    const target = incoming.url ?? '/';
    const queryAt = target.indexOf('?');
    await options.handle(
      {
        method: incoming.method ?? 'GET',
        path: queryAt === -1 ? target : target.slice(0, queryAt),
        query: new URLSearchParams(queryAt === -1 ? '' : target.slice(queryAt + 1)),
        target,
        headers: incoming.headers,
        body,
        incoming,
      },
      response,
    );
  } catch (error) {
    sendJson(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.byteLength;
    if (bytes > maxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
