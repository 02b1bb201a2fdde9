import { randomUUID } from 'node:crypto';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Faults, WebhookPurpose } from './faults.ts';
import { retryPolicyOf, type RetryPolicy, type RetryReason } from './retryPolicy.ts';
import { sign } from './signature.ts';
import type { EmulatorTime } from './time.ts';

export type Params = readonly (readonly [string, string])[];

export interface Webhook {
  readonly purpose: WebhookPurpose;
  /** With its retry fragment, if any. */
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly params: Params;
  readonly to: string;
  readonly callSid: string;
  /** The same token on every attempt, and on a duplicate. Default: a fresh one. */
  readonly idempotencyToken?: string;
}

export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly contentType: string;
      readonly body: Buffer;
      /** What was asked, without the fragment: relative URLs in the answer start here. */
      readonly url: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: RetryReason;
      /** 0 when there was no answer. */
      readonly status: number;
    };

/** One attempt as the log keeps it. */
export interface WebhookLogEntry {
  readonly atMs: number;
  readonly purpose: WebhookPurpose;
  readonly callSid: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly attempt: number;
  readonly idempotencyToken: string;
  /** The answer's status; 0 = none. */
  readonly status: number;
}

/** Less time than this left is not worth another attempt. */
const LEAST_MS = 10;

/** Sends our webhooks the way Twilio does: form or query, signed, retried by the URL's policy, 15 seconds in all. */
export class Webhooks {
  readonly #authToken: string;
  readonly #time: EmulatorTime;
  readonly #faults: Faults;
  readonly #log: WebhookLogEntry[] = [];
  readonly #stop = new AbortController();

  constructor(authToken: string, time: EmulatorTime, faults: Faults) {
    this.#authToken = authToken;
    this.#time = time;
    this.#faults = faults;
  }

  log(): readonly WebhookLogEntry[] {
    return [...this.#log];
  }

  close(): void {
    this.#stop.abort();
  }

  /** Never rejects: what went wrong is in the answer. */
  async send(webhook: Webhook): Promise<WebhookAnswer> {
    const policy = retryPolicyOf(webhook.url);
    const token = webhook.idempotencyToken ?? randomUUID();
    const deadlineMs = this.#time.monotonicMs() + policy.totalTimeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(webhook, policy, token, deadlineMs);
      this.#remember(webhook, policy.url, token, attempt, answer);
      if (answer.kind === 'answered') return answer;
      const spent = attempt > policy.retries || deadlineMs - this.#time.monotonicMs() < LEAST_MS;
      if (spent || !policy.retryOn.has(answer.reason) || this.#stop.signal.aborted) return answer;
    }
  }

  async #attempt(
    webhook: Webhook,
    policy: RetryPolicy,
    token: string,
    deadlineMs: number,
  ): Promise<WebhookAnswer> {
    const asIf = this.#faults.use('webhook_failed', webhook.to, ({ purpose }) => purpose === webhook.purpose);
    if (asIf?.status === 0) return failed(0, 'ct');
    const answer = await this.#exchange(webhook, policy, token, deadlineMs);
    return asIf === null ? answer : failed(asIf.status, asIf.status >= 500 ? '5xx' : '4xx');
  }

  #exchange(
    webhook: Webhook,
    policy: RetryPolicy,
    token: string,
    deadlineMs: number,
  ): Promise<WebhookAnswer> {
    const form = new URLSearchParams(webhook.params.map(([name, value]): [string, string] => [name, value]));
    if (!URL.canParse(policy.url)) return Promise.resolve(failed(0, 'ct'));
    const get = webhook.method === 'GET';
    const joint = policy.url.includes('?') ? '&' : '?';
    const url = get && form.size > 0 ? `${policy.url}${joint}${form.toString()}` : policy.url;
    const body = get ? '' : form.toString();
    const headers = {
      'user-agent': 'TwilioProxy/1.1',
      accept: '*/*',
      'i-twilio-idempotency-token': token,
      'x-twilio-signature': sign(this.#authToken, url, get ? [] : webhook.params),
      ...(get
        ? {}
        : {
            'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
            'content-length': Buffer.byteLength(body),
          }),
    };
    return new Promise((resolve) => {
      let connected = false;
      const done = (answer: WebhookAnswer): void => {
        for (const cancel of cancels) cancel();
        resolve(answer);
        request.destroy();
      };
      const send = url.startsWith('https:') ? requestHttps : requestHttp;
      const request = send(url, { method: webhook.method, headers, agent: false, signal: this.#stop.signal });
      const leftMs = deadlineMs - this.#time.monotonicMs();
      const cancels = [
        this.#time.after(leftMs, () => done(failed(0, connected ? 'rt' : 'ct'))),
        this.#time.after(policy.connectTimeoutMs, () => {
          if (!connected) done(failed(0, 'ct'));
        }),
      ];
      request.on('socket', (socket) => {
        socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', () => {
          connected = true;
          cancels.push(this.#time.after(policy.readTimeoutMs, () => done(failed(0, 'rt'))));
        });
      });
      request.on('error', () => done(failed(0, connected ? 'rt' : 'ct')));
      request.on('response', (response) => void settle(response));
      const settle = async (response: IncomingMessage): Promise<void> => {
        try {
          done(await read(response, policy.url));
        } catch {
          done(failed(0, 'rt'));
        }
      };
      request.end(body);
    });
  }

  #remember(webhook: Webhook, url: string, token: string, attempt: number, answer: WebhookAnswer): void {
    this.#log.push({
      atMs: this.#time.nowMs(),
      purpose: webhook.purpose,
      callSid: webhook.callSid,
      method: webhook.method,
      url,
      params: Object.fromEntries(webhook.params),
      attempt,
      idempotencyToken: token,
      status: answer.kind === 'answered' ? 200 : answer.status,
    });
    if (this.#log.length > 20_000) this.#log.shift();
  }
}

async function read(response: IncomingMessage, url: string): Promise<WebhookAnswer> {
  const parts: Buffer[] = [];
  for await (const part of response) if (Buffer.isBuffer(part)) parts.push(part);
  const status = response.statusCode ?? 0;
  if (status >= 500) return failed(status, '5xx');
  if (status >= 300) return failed(status, '4xx');
  return {
    kind: 'answered',
    contentType: response.headers['content-type'] ?? '',
    body: Buffer.concat(parts),
    url,
  };
}

function failed(status: number, reason: RetryReason): WebhookAnswer {
  return { kind: 'failed', status, reason };
}
