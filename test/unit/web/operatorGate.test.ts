import { describe, expect, test } from 'vitest';
import { from, pages } from '../../support/nightPages.ts';

const TOKEN = 'let-me-in-please';
const HERE = from('127.0.0.1');
const THERE = from('203.0.113.9');
const AT_HOME = 'http://localhost:3000';
const OUTSIDE = 'https://rollcall.example';

const form = (token: string): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams({ token }),
});

const ask = (headers: Record<string, string>, path = '/api/night') =>
  pages().request(`${OUTSIDE}${path}`, { headers }, THERE);

const retry = (headers: Record<string, string>) =>
  pages().request(
    `${AT_HOME}/queues/api/queues`,
    { method: 'POST', headers: { host: 'localhost:3000', ...headers } },
    HERE,
  );

describe('from this machine', () => {
  test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    '%s looks without a token',
    async (address) => {
      expect((await pages().request(`${AT_HOME}/api/night`, {}, from(address))).status).toBe(200);
    },
  );

  test.each(['10.0.0.7', '192.168.1.2', '203.0.113.9', '::ffff:10.0.0.7', '2001:db8::1'])(
    '%s is not this machine',
    async (address) => {
      expect((await pages().request(`${AT_HOME}/api/night`, {}, from(address))).status).toBe(401);
    },
  );

  test.each([
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-host', 'rollcall.example'],
    ['x-real-ip', '203.0.113.9'],
    ['forwarded', 'for=203.0.113.9'],
    ['via', '1.1 proxy'],
  ])('what a proxy passed on (%s) is from outside', async (header, value) => {
    const answer = await pages().request(`${AT_HOME}/api/night`, { headers: { [header]: value } }, HERE);
    expect(answer.status).toBe(401);
  });

  test.each(['rebound.example', 'rebound.example:3000', '127.0.0.1.example', 'localhost.example'])(
    'the name %s that was made to lead here is a stranger’s',
    async (host) => {
      const answer = await pages().request(`${AT_HOME}/api/night`, { headers: { host } }, HERE);
      expect(answer.status).toBe(401);
    },
  );

  test.each(['localhost', 'localhost:3055', '127.0.0.1:3055', '[::1]:3055'])(
    '%s is a name of this machine',
    async (host) => {
      const answer = await pages().request(`${AT_HOME}/api/night`, { headers: { host } }, HERE);
      expect(answer.status).toBe(200);
    },
  );
});

describe('from outside', () => {
  test('the token as a Bearer token opens', async () => {
    expect((await ask({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('authorization "%s" does not', async (authorization) => {
    expect((await ask({ authorization })).status).toBe(401);
  });

  test('a page answers with the form, data with a sentence', async () => {
    const page = await ask({}, '/report');
    expect(page.status).toBe(401);
    expect(await page.text()).toContain('<form method="post" action="/sign-in">');
    expect(await (await ask({})).json()).toEqual({ error: expect.stringContaining('Bearer') });
  });

  test('signing in gives a cookie that opens and does not hold the token', async () => {
    const signedIn = await pages().request(`${OUTSIDE}/sign-in`, form(TOKEN), THERE);
    expect(signedIn.status).toBe(303);
    expect(signedIn.headers.get('location')).toBe('/');
    const cookie = signedIn.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^rollcall_operator=[0-9a-f]{64};/);
    for (const flag of ['HttpOnly', 'SameSite=Strict', 'Secure', 'Path=/']) expect(cookie).toContain(flag);
    expect(cookie).not.toContain(TOKEN);
    const [pair = ''] = cookie.split(';');
    expect((await ask({ cookie: pair })).status).toBe(200);
    expect((await ask({ cookie: `${pair.slice(0, -1)}z` })).status).toBe(401);
    expect((await ask({ cookie: `rollcall_operator=${TOKEN}` })).status).toBe(401);
  });

  test('a wrong token is told so and given nothing', async () => {
    const answer = await pages().request(`${OUTSIDE}/sign-in`, form('guess'), THERE);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(await answer.text()).toContain('That is not the token.');
  });

  test('a form larger than any token is not read', async () => {
    const answer = await pages().request(`${OUTSIDE}/sign-in`, form('x'.repeat(8_000)), THERE);
    expect(answer.status).toBe(413);
  });

  test('anybody may have the style sheet of the form', async () => {
    expect((await ask({}, '/assets/style.css')).status).toBe(200);
  });

  test.each(['/', '/assets/night.js', '/queues', '/queues/api/queues', '/calls/a1', '/report', '/nothing'])(
    'nobody may have %s',
    async (path) => {
      expect((await ask({}, path)).status).toBe(401);
    },
  );

  test('without a token nobody gets in, whatever they show', async () => {
    const closed = pages({ operatorToken: null });
    for (const headers of [{}, { authorization: 'Bearer null' }, { authorization: 'Bearer ' }])
      expect((await closed.request(`${OUTSIDE}/`, { headers }, THERE)).status).toBe(403);
    expect((await closed.request(`${OUTSIDE}/sign-in`, form('null'), THERE)).status).toBe(403);
  });
});

describe('what changes something', () => {
  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
  ])('is refused when another page asks for it: %o', async (headers) => {
    expect((await retry(headers)).status).toBe(403);
  });

  test.each([{ 'sec-fetch-site': 'same-origin' }, { origin: 'http://localhost:3000' }, {}])(
    'is let through from our own pages and from no page: %o',
    async (headers) => {
      expect((await retry(headers)).status).toBe(404);
    },
  );
});
