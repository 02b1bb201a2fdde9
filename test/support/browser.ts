/** A real browser for tests, where this machine has one, spoken to in its DevTools protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { z } from 'zod';

const FOUND = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

export const hasBrowser = FOUND !== undefined;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--remote-debugging-port=0',
];

const Reply = z.looseObject({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const Target = z.object({ targetId: z.string() });
const Session = z.object({ sessionId: z.string() });
const Evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
});

interface Page {
  /** What an expression of the page comes to; a promise is waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Resolves as soon as the expression is true. @throws when it is not within ten seconds. */
  until(expression: string): Promise<void>;
  open(url: string): Promise<void>;
}

export interface Browser {
  readonly page: Page;
  close(): Promise<void>;
}

const TRIES = 200;
const BETWEEN_TRIES_MS = 50;

/** The address that the browser says it listens at. */
async function addressOf(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new Error('the browser has nothing to say');
  for await (const line of createInterface(browser.stderr)) {
    const address = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('the browser ended before it listened');
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (reply: z.infer<typeof Reply>) => void>();
  socket.on('message', (data: Buffer) => {
    const reply = Reply.parse(JSON.parse(data.toString()));
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  let id = 0;
  return (method: string, params: object, sessionId?: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      id += 1;
      waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
}

export async function openBrowser(): Promise<Browser> {
  if (FOUND === undefined) throw new Error('there is no browser on this machine');
  const profile = mkdtempSync(join(tmpdir(), 'rollcall-browser-'));
  const browser = spawn(FOUND, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ask = await connect(await addressOf(browser));
  const { targetId } = Target.parse(await ask('Target.createTarget', { url: 'about:blank' }));
  const { sessionId } = Session.parse(await ask('Target.attachToTarget', { targetId, flatten: true }));
  const evaluate = async (expression: string): Promise<unknown> => {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = Evaluated.parse(await ask('Runtime.evaluate', params, sessionId));
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  return {
    page: {
      evaluate,
      async until(expression) {
        for (let left = TRIES; left > 0; left -= 1) {
          // While a page is being replaced by another one, nothing can be asked of either.
          if ((await evaluate(expression).catch(() => false)) === true) return;
          await new Promise((resolve) => setTimeout(resolve, BETWEEN_TRIES_MS));
        }
        throw new Error(`not within ten seconds: ${expression}`);
      },
      open: async (url) => void (await ask('Page.navigate', { url }, sessionId)),
    },
    async close() {
      const ended = once(browser, 'exit');
      await ask('Browser.close', {});
      await ended;
      // Its helpers end after it, and write until then.
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
