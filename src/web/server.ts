/**
 * One HTTP server for a process: pages and callbacks below one address, websocket upgrades beside them. Everything but the phone company's
 * callbacks needs the operator's token unless it comes from this machine.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

export interface WebServer {
  /** `http://127.0.0.1:3000`, with the port that was really taken. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const addressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * Listens.
 * @param upgrades by path, e.g. `/media`; any other upgrade is refused.
 * @throws the system's error, e.g. EADDRINUSE.
 */
export function startServer(
  app: Hono,
  at: { readonly host: string; readonly port: number },
  upgrades: Readonly<Record<string, Upgrade>>,
): Promise<WebServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: at.host, port: at.port }, ({ port }) => {
      server.removeListener('error', reject);
      resolve({
        url: addressOf(at.host, port),
        port,
        close: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    server.once('error', reject);
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const upgrade = upgrades[path];
      if (upgrade !== undefined) upgrade(request, socket, head);
      else socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  });
}
