/**
 * Who may look. From this machine everybody may; from anywhere else only who shows the operator's token, once in the address of the sign-in form
 * or with every request as a Bearer token. The cookie holds a digest, so the token itself is not left lying in browsers.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const COOKIE = 'rollcall_operator';
const COOKIE_SECONDS = 12 * 3_600;

const digest = (token: string): string =>
  createHash('sha256').update(`rollcall operator ${token}`).digest('hex');

const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());

const isLocal = (address: string | undefined): boolean =>
  address !== undefined &&
  (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'));

/** True when the request came over loopback and no proxy says that it speaks for somebody else. */
function fromThisMachine(c: Context): boolean {
  return (
    isLocal(getConnInfo(c).remote.address) &&
    c.req.header('x-forwarded-for') === undefined &&
    c.req.header('forwarded') === undefined
  );
}

const SIGN_IN = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rollcall</title><link rel="stylesheet" href="/assets/style.css">
<main class="sign-in"><h1>Rollcall</h1><form method="post" action="/sign-in">
<label>Operator's token <input name="token" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form></main></html>`;

/**
 * @param token null: nobody from outside, whatever they show.
 */
export function operatorGate(token: string | null): MiddlewareHandler {
  return async (c, next) => {
    if (fromThisMachine(c)) return next();
    const path = new URL(c.req.url).pathname;
    if (path === '/assets/style.css') return next();
    if (token === null) return c.text('This address is for the machine itself.', 403);
    if (path === '/sign-in' && c.req.method === 'POST') {
      const form = await c.req.parseBody();
      if (typeof form['token'] !== 'string' || !same(form['token'], token)) return c.html(SIGN_IN, 401);
      setCookie(c, COOKIE, digest(token), {
        httpOnly: true,
        sameSite: 'Strict',
        secure: new URL(c.req.url).protocol === 'https:' || c.req.header('x-forwarded-proto') === 'https',
        maxAge: COOKIE_SECONDS,
        path: '/',
      });
      return c.redirect('/', 303);
    }
    const bearer = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined && same(bearer, token)) return next();
    const cookie = getCookie(c, COOKIE);
    if (cookie !== undefined && same(cookie, digest(token))) return next();
    return c.html(SIGN_IN, 401);
  };
}
