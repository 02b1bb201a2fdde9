/** The pages: files of the folder web/, sent as they are. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Hono } from 'hono';

const FOLDER = fileURLToPath(new URL('../../web', import.meta.url));

const SCRIPT = 'text/javascript; charset=utf-8';
const PAGE = 'text/html; charset=utf-8';

/** What may be sent, and as what: no path is made of what somebody asked for. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: 'night.html', type: PAGE },
  '/calls/:attempt': { file: 'call.html', type: PAGE },
  '/report': { file: 'report.html', type: PAGE },
  '/report/:date': { file: 'report.html', type: PAGE },
  '/assets/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  '/assets/ask.js': { file: 'ask.js', type: SCRIPT },
  '/assets/dom.js': { file: 'dom.js', type: SCRIPT },
  '/assets/frame.js': { file: 'frame.js', type: SCRIPT },
  '/assets/night.js': { file: 'night.js', type: SCRIPT },
  '/assets/tiles.js': { file: 'tiles.js', type: SCRIPT },
  '/assets/live.js': { file: 'live.js', type: SCRIPT },
  '/assets/call.js': { file: 'call.js', type: SCRIPT },
  '/assets/player.js': { file: 'player.js', type: SCRIPT },
  '/assets/turns.js': { file: 'turns.js', type: SCRIPT },
  '/assets/report.js': { file: 'report.js', type: SCRIPT },
  '/favicon.ico': { file: 'icon.svg', type: 'image/svg+xml' },
};

export function pageRoutes(): Hono {
  const app = new Hono();
  for (const [path, { file, type }] of Object.entries(FILES))
    app.get(
      path,
      () => new Response(readFileSync(`${FOLDER}/${file}`), { headers: { 'content-type': type } }),
    );
  return app;
}
