/**
 * Who may look. From this machine everybody may; from anywhere else only who shows the operator's token, once in the sign-in form or with every
 * request as a Bearer token. The cookie holds a digest, so the token itself is not left lying in browsers.
 *
 * "From this machine" is what a browser here asked of this machine: over loopback, under a loopback name (a stranger's name that was made to
 * resolve to 127.0.0.1 is not one), and not passed on by a proxy. Whatever changes something must come from our own pages.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';

const COOKIE = 'rollcall_operator';
const COOKIE_SECONDS = 12 * 3_600;
/** A form with one token in it. */
const FORM_MAX_BYTES = 4 * 1_024;
/** What a proxy leaves on a request that it passes on. */
const FORWARDED = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const digest = (token: string): string =>
  createHash('sha256').update(`rollcall operator ${token}`).digest('hex');

/** In the same time whatever differs, and whatever their lengths. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

const isLocalAddress = (address: string | undefined): boolean =>
  address !== undefined &&
  (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'));

const isLocalName = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);

const fromThisMachine = (c: Context): boolean =>
  isLocalAddress(getConnInfo(c).remote.address) &&
  isLocalName(c.req.header('host') ?? new URL(c.req.url).host) &&
  FORWARDED.every((name) => c.req.header(name) === undefined);

/** A browser says where a request came from; other clients do not, and cannot be tricked by a page. */
function isForeign(c: Context): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = c.req.header('origin');
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== c.req.header('host');
}

const signIn = (note: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Sign in · Rollcall</title>
<link rel="stylesheet" href="/assets/style.css"></head><body><main class="sign-in"><h1>Rollcall</h1><p role="alert">${note}</p>
<form method="post" action="/sign-in"><label for="token">Operator’s token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button></form></main></body></html>`;

function hasShown(c: Context, token: string): boolean {
  const bearer = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
  if (bearer !== undefined && same(bearer, token)) return true;
  const cookie = getCookie(c, COOKIE);
  return cookie !== undefined && same(cookie, digest(token));
}

async function answerSignIn(c: Context, token: string): Promise<Response> {
  const form = await c.req.parseBody();
  if (typeof form['token'] !== 'string' || !same(form['token'], token))
    return c.html(signIn('That is not the token.'), 401);
  setCookie(c, COOKIE, digest(token), {
    httpOnly: true,
    sameSite: 'Strict',
    secure: new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https',
    maxAge: COOKIE_SECONDS,
    path: '/',
  });
  return c.redirect('/', 303);
}

/**
 * @param token null: nobody from outside, whatever they show.
 */
export function operatorGate(token: string | null): MiddlewareHandler {
  const limit = bodyLimit({ maxSize: FORM_MAX_BYTES, onError: (c) => c.text('Too much for a token.', 413) });
  return async (c, next) => {
    if (!SAFE_METHODS.has(c.req.method) && isForeign(c)) return c.text('Not from our pages.', 403);
    if (fromThisMachine(c)) return next();
    const { path } = c.req;
    if (path === '/assets/style.css') return next();
    if (token === null) return c.text('This address is for the machine itself.', 403);
    if (path === '/sign-in' && c.req.method === 'POST') {
      const refused = await limit(c, () => Promise.resolve());
      return refused instanceof Response ? refused : answerSignIn(c, token);
    }
    if (hasShown(c, token)) return next();
    return path.startsWith('/api/')
      ? c.json({ error: 'sign in first, or send the token as a Bearer token' }, 401)
      : c.html(signIn(''), 401);
  };
}
