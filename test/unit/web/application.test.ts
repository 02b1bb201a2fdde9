import { once } from 'node:events';
import { connect } from 'node:net';
import type { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import { ok } from '../../../src/domain/result.ts';
import { type WebServer, startServer } from '../../../src/web/server.ts';
import { id } from '../../../src/domain/ids.ts';
import type { AttemptId } from '../../../src/domain/ids.ts';
import type { CallReport, CallbackHandlers } from '../../../src/web/twilioRoutes.ts';
import { callRow, from, nightStore, pages } from '../../support/nightPages.ts';
import { recordingLog } from '../../support/recordingLog.ts';

const HERE = from('127.0.0.1');
const THERE = from('203.0.113.9');
const AT_HOME = 'http://localhost:3000';
const ask = (path: string, app = pages()) => app.request(`${AT_HOME}${path}`, {}, HERE);

describe('the order of things', () => {
  const heard: string[] = [];
  const handlers = (report: CallReport): CallbackHandlers => ({
    read: ({ signature }) =>
      signature === 'genuine' ? ok(report) : { ok: false, error: { kind: 'forged', status: 403 } },
    progress: (attempt, { status }) => Promise.resolve(void heard.push(`${attempt} ${status}`)),
    answeredBy: (attempt, verdict) => Promise.resolve(void heard.push(`${attempt} ${verdict}`)),
    resume: () => Promise.resolve('<Response><Hangup/></Response>'),
  });
  const ring = (report: CallReport, signature: string, body = 'CallSid=CA1') => {
    heard.length = 0;
    return pages({ callbacks: handlers(report) }).request(
      'https://rollcall.example/twilio/status/a1',
      { method: 'POST', body, headers: { 'x-twilio-signature': signature } },
      THERE,
    );
  };
  const attempt = id<AttemptId>('a1');
  const ringing: CallReport = { kind: 'progress', attempt, progress: { status: 'ringing' } };

  test('the phone company’s callbacks need its signature and no token of ours', async () => {
    expect((await ring(ringing, 'genuine')).status).toBe(204);
    expect(heard).toEqual(['a1 ringing']);
    expect(
      (await ring({ kind: 'answered_by', attempt, verdict: 'human', afterMs: 9 }, 'genuine')).status,
    ).toBe(204);
    expect(heard).toEqual(['a1 human']);
    const resumed = await ring({ kind: 'resume', attempt }, 'genuine');
    expect(resumed.headers.get('content-type')).toBe('text/xml');
    expect(await resumed.text()).toContain('<Hangup/>');
  });

  test('a forged callback changes nothing', async () => {
    expect((await ring(ringing, 'forged')).status).toBe(403);
    expect(heard).toEqual([]);
  });

  test('a callback larger than any of theirs is not read', async () => {
    expect((await ring(ringing, 'genuine', 'x'.repeat(70_000))).status).toBe(413);
    expect(heard).toEqual([]);
  });

  test('the queues are behind the gate', async () => {
    expect(await (await ask('/queues')).text()).toBe('the board');
    const outside = await pages().request('https://rollcall.example/queues', {}, THERE);
    expect(outside.status).toBe(401);
    expect(await outside.text()).not.toContain('the board');
  });
});

describe('every answer', () => {
  test.each([
    '/',
    '/calls/a1',
    '/report',
    '/report/2026-11-23',
    '/assets/night.js',
    '/api/night',
    '/nothing',
  ])('%s runs nothing but our own files, and is kept nowhere', async (path) => {
    const { headers } = await ask(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('http');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('private, no-store');
  });

  test('even the sign-in form and Bull Board load nothing from elsewhere', async () => {
    const form = await pages().request('https://rollcall.example/', {}, THERE);
    expect(form.headers.get('content-security-policy')).toContain("script-src 'self'");
    const board = (await ask('/queues')).headers.get('content-security-policy') ?? '';
    expect(board).toContain("font-src 'self'");
    expect(board).not.toContain('http');
  });
});

describe('what is not there', () => {
  test.each([
    ['/nothing', 404],
    ['/assets/../package.json', 404],
    ['/assets/%2e%2e%2fpackage.json', 404],
    ['/api/calls/nobody', 404],
    ['/api/calls/a%20b', 404],
    ['/api/calls/..%2f..%2fetc%2fpasswd', 404],
    [`/api/calls/${'a'.repeat(65)}`, 404],
    ['/api/night?date=2026-11-22', 404],
    ['/api/night?date=tonight', 400],
    ['/api/night?date=2026-02-30', 400],
    ['/api/report?date=2026-11-22', 404],
    ['/api/report?date=%27%20or%201=1', 400],
  ])('%s is answered with %i and a sentence', async (path, status) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/json');
  });

  test('a failure of ours is logged by its code and told without it', async () => {
    const { log, lines } = recordingLog();
    const store = nightStore();
    const failing = {
      ...store,
      report: { ...store.report, calls: () => Promise.reject(new TypeError('Maya Alvarez, +13125550123')) },
    };
    const answer = await ask('/api/night', pages({ store: failing, log }));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('Maya');
    expect(lines).toEqual([['error', 'server.request_failed', { code: 'TypeError', status: 500 }]]);
  });
});

describe('a real server', () => {
  let server: WebServer | null = null;
  afterEach(() => server?.close());
  const listen = async (app: Hono): Promise<string> => {
    server = await startServer(app, { host: '127.0.0.1', port: 0 }, {});
    return server.url;
  };

  test('knows that the asker is on this machine, and that a proxy’s asker is not', async () => {
    const url = await listen(pages({ store: nightStore({ calls: [callRow('a1')] }) }));
    const night: unknown = await (await fetch(`${url}/api/night`)).json();
    expect(night).toMatchObject({
      practice: 'Lakeside Dental',
      calls: [{ attempt: 'a1', who: 'Maya Alvarez' }],
    });
    const passedOn = await fetch(`${url}/api/night`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(passedOn.status).toBe(401);
    expect((await fetch(`${url}/queues`, { headers: { 'x-real-ip': '203.0.113.9' } })).status).toBe(401);
  });

  test('refuses an upgrade that nobody asked for', async () => {
    const url = await listen(pages());
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [first]: unknown[] = await once(socket, 'data');
    expect(String(first)).toMatch(/^HTTP\/1.1 404/);
    socket.destroy();
  });

  test('cuts a body that is sent without saying how long it is', async () => {
    const url = await listen(pages());
    let left = 64;
    const long = new ReadableStream<Uint8Array>({
      pull(controller) {
        left -= 1;
        if (left < 0) controller.close();
        else controller.enqueue(new Uint8Array(16_384).fill(120));
      },
    });
    const answer = await fetch(`${url}/twilio/status/a1`, { method: 'POST', body: long, duplex: 'half' });
    expect(answer.status).toBe(413);
  });
});
