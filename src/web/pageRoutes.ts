/** The pages: files of the folder web/, sent as they are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

const FOLDER = fileURLToPath(new URL('../../web', import.meta.url));

/** What may be sent, and as what: no path is made of what somebody asked for. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'night.html', type: 'text/html; charset=utf-8' },
  '/assets/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  '/assets/night.js': { file: 'night.js', type: 'text/javascript; charset=utf-8' },
  '/assets/call.js': { file: 'call.js', type: 'text/javascript; charset=utf-8' },
  '/assets/report.js': { file: 'report.js', type: 'text/javascript; charset=utf-8' },
  '/assets/dom.js': { file: 'dom.js', type: 'text/javascript; charset=utf-8' },
};

/** Our own scripts, styles and sounds, and nobody else's. */
const POLICY = "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

const send = (file: string, type: string): Response =>
  new Response(readFileSync(`${FOLDER}/${file}`), {
    headers: { 'content-type': type, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' },
  });

export function pageRoutes(): Hono {
  const app = new Hono();
  for (const [path, { file, type }] of Object.entries(FILES)) app.get(path, () => send(file, type));
  app.get('/calls/:attempt', () => send('call.html', 'text/html; charset=utf-8'));
  app.get('/report', () => send('report.html', 'text/html; charset=utf-8'));
  app.get('/report/:date', () => send('report.html', 'text/html; charset=utf-8'));
  return app;
}
