/** The SDK's HTTP client with one choke point of ours: the base address, the rate limit's header and the far side's clock. */
import twilio from 'twilio';
import type RequestClient from 'twilio/lib/base/RequestClient.js';
import { rfc2822DateTime } from 'twilio/lib/base/deserialize.js';
import type http from 'twilio/lib/http/response.js';
import type { Clock } from '../../ports/clock.ts';
import { RateLimited } from './dialFailure.ts';

/** Twilio names no time with most of its 429s. */
const RETRY_AFTER_MS = 1_000;

export class TwilioRequestClient extends twilio.RequestClient {
  readonly #baseUrl: string | null;
  readonly #clock: Clock;
  #skewMs = 0;

  /** @param baseUrl null for Twilio's own hosts, else the origin (and path) that stands for all of them. */
  constructor(options: {
    readonly baseUrl: string | null;
    readonly timeoutMs: number;
    readonly clock: Clock;
  }) {
    super({ timeout: options.timeoutMs });
    this.#baseUrl = options.baseUrl;
    this.#clock = options.clock;
  }

  /**
   * How far the far side's clock is ahead of ours, by its last `Date` header: to a second. Its times of a call are compared with
   * ours only through this.
   */
  get skewMs(): number {
    return this.#skewMs;
  }

  override async request<T>(options: RequestClient.RequestOptions<T>): Promise<http.default<T>> {
    const url = new URL(options.uri);
    const uri = this.#baseUrl === null ? options.uri : `${this.#baseUrl}${url.pathname}${url.search}`;
    const answer = await super.request({ ...options, uri });
    const headers: Record<string, unknown> = answer.headers ?? {};
    const date: unknown = typeof headers['date'] === 'string' ? rfc2822DateTime(headers['date']) : null;
    if (hasTime(date)) this.#skewMs = date.getTime() - this.#clock.now();
    if (answer.statusCode === 429) throw new RateLimited(retryAfterMs(headers['retry-after']));
    return answer;
  }
}

const hasTime = (value: unknown): value is { getTime(): number } =>
  typeof value === 'object' && value !== null && 'getTime' in value;

function retryAfterMs(header: unknown): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : RETRY_AFTER_MS;
}
