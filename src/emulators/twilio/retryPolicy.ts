/**
 * Connection overrides: Twilio reads `#rc=2&rp=ct,5xx` off a webhook's URL; the fragment is neither sent nor signed.
 * Source: Twilio, "Webhooks: Connection Overrides".
 */
export interface RetryPolicy {
  /** The URL without its fragment, exactly as given otherwise. */
  readonly url: string;
  /** `rc`: attempts after the first, 0..5. */
  readonly retries: number;
  /** `rp`: what is worth another attempt. */
  readonly retryOn: ReadonlySet<RetryReason>;
  /** `ct`: 100..10000 ms. */
  readonly connectTimeoutMs: number;
  /** `rt`: 100..15000 ms. */
  readonly readTimeoutMs: number;
  /** `tt`: everything together, 100..15000 ms. */
  readonly totalTimeoutMs: number;
}

/** `ct` no connection, `rt` no answer in time, `4xx`/`5xx` the answer's status. */
export type RetryReason = 'ct' | 'rt' | '4xx' | '5xx';

const REASONS: readonly RetryReason[] = ['ct', 'rt', '4xx', '5xx'];

/** Reads the overrides; what is absent or out of range keeps its default (one retry, on connection failure only). */
export function retryPolicyOf(urlWithFragment: string): RetryPolicy {
  const at = urlWithFragment.indexOf('#');
  const overrides = new Map<string, string>();
  if (at !== -1) {
    for (const pair of urlWithFragment.slice(at + 1).split('&')) {
      const [key, value] = pair.split('=', 2);
      if (key !== undefined && value !== undefined) overrides.set(key, value);
    }
  }
  const between = (key: string, min: number, max: number, otherwise: number): number => {
    const given = overrides.get(key);
    if (given === undefined || !/^\d+$/.test(given)) return otherwise;
    const value = Number(given);
    return value < min || value > max ? otherwise : value;
  };
  return {
    url: at === -1 ? urlWithFragment : urlWithFragment.slice(0, at),
    retries: between('rc', 0, 5, 1),
    retryOn: retryOn(overrides.get('rp')),
    connectTimeoutMs: between('ct', 100, 10_000, 5_000),
    readTimeoutMs: between('rt', 100, 15_000, 15_000),
    totalTimeoutMs: between('tt', 100, 15_000, 15_000),
  };
}

function retryOn(given: string | undefined): ReadonlySet<RetryReason> {
  if (given === undefined) return new Set(['ct']);
  const named = new Set(given.split(','));
  return new Set(REASONS.filter((reason) => named.has('all') || named.has(reason)));
}
