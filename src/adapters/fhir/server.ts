/** One FHIR R4 server over HTTP: resources in, resources out, and what became of each request as a value. */
import { Client } from 'fhir-kit-client';
import { z } from 'zod';

/** A resource as it came: what we do not know is kept, so that an update never drops what somebody else wrote. */
export interface RawResource {
  readonly resourceType: string;
  readonly [element: string]: unknown;
}

export interface Versioned {
  readonly resource: RawResource;
  readonly id: string;
  /** Null when the server tells no version at all. */
  readonly version: string | null;
}

/**
 * `refused`: the server answered and did nothing. `down`: it did nothing and may do so later. `lost`: nobody knows whether it did it.
 */
export type Failure =
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'down'; readonly retryAfterMs: number | null }
  | { readonly kind: 'lost' };

export type Answer<T> = { readonly kind: 'ok'; readonly value: T } | Failure;

export interface FhirServer {
  /** The resource, or null when there is none or it was deleted. */
  read(path: string): Promise<Answer<Versioned | null>>;
  /** Every page of a search, each resource once. */
  search(type: string, query: readonly (readonly [string, string])[]): Promise<Answer<readonly Versioned[]>>;
  /** Writes the resource over exactly this version of it. */
  update(resource: RawResource, version: string, key: string): Promise<Answer<Versioned>>;
  /** Creates the resource unless one matches `ifNoneExist`; then that one is the answer. */
  create(resource: RawResource, ifNoneExist: string, key: string): Promise<Answer<Versioned>>;
}

const PAGES_MAX = 500;

const Resource = z.looseObject({ resourceType: z.string() });
const Meta = z.object({
  id: z.string().min(1),
  meta: z.object({ versionId: z.string().optional() }).optional(),
});
const Bundle = z.object({
  entry: z.array(z.object({ resource: Resource.optional() })).default([]),
  link: z.array(z.object({ relation: z.string(), url: z.string() })).default([]),
});
const HttpError = z.object({
  response: z.object({ status: z.number() }),
  config: z.object({ headers: z.instanceof(Headers).optional() }).optional(),
});
const NetworkError = z.object({ cause: z.object({ code: z.string() }) });

export interface FhirServerOptions {
  readonly baseUrl: string;
  readonly token: string | null;
  /** How long one request may take before its answer counts as lost. */
  readonly timeoutMs: number;
}

type Send = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: RawResource,
) => Promise<Answer<Versioned>>;

export function fhirServer(options: FhirServerOptions): FhirServer {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const send = sender(options, baseUrl);
  return {
    async read(path) {
      const answer = await send('GET', path);
      const gone = answer.kind === 'refused' && (answer.status === 404 || answer.status === 410);
      return gone ? { kind: 'ok', value: null } : answer;
    },
    search: (type, query) => search(send, baseUrl, type, query),
    update: (resource, version, key) =>
      send(
        'PUT',
        `${resource.resourceType}/${String(resource['id'])}`,
        { 'if-match': `W/"${version}"`, 'idempotency-key': key },
        resource,
      ),
    create: (resource, ifNoneExist, key) =>
      send('POST', resource.resourceType, { 'if-none-exist': ifNoneExist, 'idempotency-key': key }, resource),
  };
}

function sender({ token, timeoutMs }: FhirServerOptions, baseUrl: string): Send {
  const client = new Client({ baseUrl, ...(token === null ? {} : { bearerToken: token }) });
  return async (method, path, headers = {}, body) => {
    try {
      const content: Record<string, string> =
        body === undefined ? {} : { 'content-type': 'application/fhir+json' };
      const reply = await client.request(path, {
        method,
        options: { headers: { ...content, ...headers }, signal: AbortSignal.timeout(timeoutMs) },
        body,
      });
      return versioned(reply, Client.httpFor(reply).response?.headers.get('etag') ?? null);
    } catch (failure) {
      return failureOf(failure);
    }
  };
}

async function search(
  send: Send,
  baseUrl: string,
  type: string,
  query: readonly (readonly [string, string])[],
): Promise<Answer<readonly Versioned[]>> {
  const found = new Map<string, Versioned>();
  const parameters = new URLSearchParams();
  for (const [name, value] of query) parameters.append(name, value);
  let page: string | null = `${type}?${parameters.toString()}`;
  for (let pages = 0; page !== null; pages += 1) {
    // A server that never stops paging is broken, not large.
    if (pages === PAGES_MAX) return { kind: 'lost' };
    const answer: Answer<Versioned> = await send('GET', page);
    if (answer.kind !== 'ok') return answer;
    const bundle = Bundle.safeParse(answer.value.resource);
    if (!bundle.success) return { kind: 'lost' };
    for (const { resource } of bundle.data.entry) {
      if (resource?.resourceType !== type) continue;
      const one = versioned(resource, null);
      if (one.kind === 'ok') found.set(one.value.id, one.value);
    }
    const next = bundle.data.link.find(({ relation }) => relation === 'next')?.url;
    page = next === undefined ? null : onServer(baseUrl, next);
  }
  return { kind: 'ok', value: [...found.values()] };
}

/** Page links may name a host that only the server knows; only their path and query are believed, and never another host. */
function onServer(baseUrl: string, link: string): string {
  const url = new URL(link, `${baseUrl}/`);
  const base = new URL(baseUrl);
  return url.pathname.startsWith(base.pathname)
    ? `${base.origin}${url.pathname}${url.search}`
    : `${baseUrl}${url.search}`;
}

function versioned(reply: unknown, etag: string | null): Answer<Versioned> {
  const resource = Resource.safeParse(reply);
  if (!resource.success) return { kind: 'lost' };
  const meta = Meta.safeParse(reply);
  const id = meta.success ? meta.data.id : '';
  const version =
    (meta.success ? meta.data.meta?.versionId : undefined) ?? /"([^"]+)"/.exec(etag ?? '')?.[1] ?? null;
  return { kind: 'ok', value: { resource: resource.data, id, version } };
}

/** Codes of failures in which not a byte of ours reached the server. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function failureOf(failure: unknown): Failure {
  const http = HttpError.safeParse(failure);
  if (!http.success) {
    const network = NetworkError.safeParse(failure);
    return network.success && NEVER_SENT.has(network.data.cause.code)
      ? { kind: 'down', retryAfterMs: null }
      : { kind: 'lost' };
  }
  const { status } = http.data.response;
  if (status === 429 || status === 503 || status === 408) {
    return {
      kind: 'down',
      retryAfterMs: retryAfterMs(http.data.config?.headers?.get('retry-after') ?? null),
    };
  }
  // Some servers commit and then answer 500.
  return status >= 500 ? { kind: 'lost' } : { kind: 'refused', status };
}

/** Seconds only: the date form would need our clock to agree with the server's. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : null;
}
