import { refuseDanglingReferences, refuseDoubleBooking } from './bookingRules.ts';
import { FhirError } from './fhirError.ts';
import { applyJsonPatch } from './jsonPatch.ts';
import { isResource, RESOURCE_TYPES, textAt, type Json, type Resource } from './resource.ts';
import { findMatches, searchBundle } from './search.ts';
import type { Store, Version } from './store.ts';
import { validate } from './validate.ts';

export interface World {
  readonly store: Store;
  /** The FHIR base address, without a slash at the end. */
  readonly base: string;
  /** A hostile server takes any code, any time and any slot, as often as it is asked. */
  readonly mode: 'well_behaved' | 'hostile';
}

/** One FHIR request, taken apart; a transaction makes these out of its entries. */
export interface FhirCall {
  readonly method: string;
  /** Below the base: `['Appointment', 'a-1', '_history']`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Json | undefined;
  /** Reads answer as of this instant. */
  readonly asOf: number;
  readonly doubleBookAllowed: boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** Everything below the base but `metadata` and transactions. */
export function interact(world: World, call: FhirCall): Reply {
  const [type = '', id, history, version] = call.path;
  if (!RESOURCE_TYPES.some((known) => known === type))
    throw new FhirError(404, 'not-supported', `no resource type ${type}`);
  if (id === undefined || id === '_search') return onType(world, call, type, id);
  if (history === '_history' && call.method === 'GET') {
    return version === undefined ? historyOf(world, type, id) : vread(world, type, id, version);
  }
  if (history !== undefined) throw new FhirError(404, 'not-supported', `nothing at ${call.path.join('/')}`);
  switch (call.method) {
    case 'GET':
      return read(world, call, type, id);
    case 'PUT':
      return update(world, call, type, id);
    case 'PATCH':
      return patch(world, call, type, id);
    case 'DELETE':
      return remove(world, call, type, id);
    default:
      throw new FhirError(405, 'not-supported', `${call.method} is not for ${type}/${id}`);
  }
}

function onType(world: World, call: FhirCall, type: string, search: string | undefined): Reply {
  if (call.method === 'POST' && search === undefined) return create(world, call, type);
  if (call.method === 'GET' || (call.method === 'POST' && search === '_search')) {
    return {
      status: 200,
      headers: {},
      body: searchBundle(world.base, type, world.store.list(type, call.asOf), call.query),
    };
  }
  throw new FhirError(405, 'not-supported', `${call.method} is not for ${type}`);
}

function etagOf(resource: Resource): string {
  return `W/"${textAt(resource, 'meta.versionId') ?? ''}"`;
}

function written(world: World, resource: Resource, status: number): Reply {
  const self = `${world.base}/${resource.resourceType}/${resource.id}`;
  return {
    status,
    headers: {
      etag: etagOf(resource),
      'last-modified': new Date(textAt(resource, 'meta.lastUpdated') ?? 0).toUTCString(),
      ...(status === 201 ? { location: `${self}/_history/${textAt(resource, 'meta.versionId')}` } : {}),
    },
    body: resource,
  };
}

function living(found: Version | null, type: string, id: string): Resource {
  if (found === null) throw new FhirError(404, 'not-found', `no ${type}/${id}`);
  if (found.resource === null) throw new FhirError(410, 'deleted', `${type}/${id} was deleted`);
  return found.resource;
}

function read(world: World, call: FhirCall, type: string, id: string): Reply {
  const resource = living(world.store.read(type, id, call.asOf), type, id);
  if (call.headers['if-none-match'] === etagOf(resource))
    return { status: 304, headers: { etag: etagOf(resource) } };
  return written(world, resource, 200);
}

function vread(world: World, type: string, id: string, version: string): Reply {
  const found = world.store.versions(type, id).find(({ number }) => String(number) === version) ?? null;
  return written(world, living(found, type, `${id}/_history/${version}`), 200);
}

function historyOf(world: World, type: string, id: string): Reply {
  const versions = world.store.versions(type, id);
  if (versions.length === 0) throw new FhirError(404, 'not-found', `no ${type}/${id}`);
  const entry = versions.toReversed().map((version) => ({
    fullUrl: `${world.base}/${type}/${id}`,
    ...(version.resource === null ? {} : { resource: version.resource }),
    request: { method: version.method, url: version.method === 'POST' ? type : `${type}/${id}` },
    response: { status: version.number === 1 ? '201' : '200', etag: `W/"${version.number}"` },
  }));
  return {
    status: 200,
    headers: {},
    body: { resourceType: 'Bundle', type: 'history', total: entry.length, entry },
  };
}

function resourceIn(call: FhirCall, type: string): Resource {
  if (!isResource(call.body) || call.body.resourceType !== type)
    throw new FhirError(400, 'structure', `the body is no ${type}`);
  return call.body;
}

function check(world: World, call: FhirCall, resource: Resource, previous: Resource | null): void {
  if (world.mode === 'hostile') return;
  validate(resource);
  refuseDanglingReferences(world.store, resource);
  if (resource.resourceType === 'Appointment' && !call.doubleBookAllowed)
    refuseDoubleBooking(world.store, resource, previous);
}

function create(world: World, call: FhirCall, type: string): Reply {
  const resource = resourceIn(call, type);
  const condition = call.headers['if-none-exist'];
  if (condition !== undefined) {
    const query = new URLSearchParams(condition.replace(/^\?/, ''));
    const existing = findMatches(type, world.store.list(type), query);
    if (existing.length > 1)
      throw new FhirError(412, 'multiple-matches', `${existing.length} resources match If-None-Exist`);
    if (existing[0]) return written(world, existing[0], 200);
  }
  check(world, call, { ...resource, id: undefined }, null);
  return written(world, world.store.create(resource), 201);
}

function requireVersion(call: FhirCall, current: Resource | null): void {
  const wanted = call.headers['if-match'];
  if (wanted === undefined) return;
  const version = current === null ? null : textAt(current, 'meta.versionId');
  if (version === null || /^(?:W\/)?"([^"]*)"$/.exec(wanted)?.[1] !== version) {
    throw new FhirError(412, 'conflict', `If-Match ${wanted}, but the version is ${version ?? 'none'}`);
  }
}

function update(world: World, call: FhirCall, type: string, id: string): Reply {
  const resource = resourceIn(call, type);
  if (resource.id !== undefined && resource.id !== id)
    throw new FhirError(400, 'value', `the body's id is not ${id}`);
  const previous = world.store.read(type, id)?.resource ?? null;
  requireVersion(call, previous);
  check(world, call, { ...resource, id }, previous);
  return written(world, world.store.update(type, id, resource, 'PUT'), previous === null ? 201 : 200);
}

function patch(world: World, call: FhirCall, type: string, id: string): Reply {
  const previous = living(world.store.read(type, id), type, id);
  requireVersion(call, previous);
  const patched = applyJsonPatch(previous, call.body ?? null);
  if (!isResource(patched) || patched.resourceType !== type || patched.id !== id) {
    throw new FhirError(422, 'invariant', 'a patch may not change what the resource is');
  }
  check(world, call, patched, previous);
  return written(world, world.store.update(type, id, patched, 'PATCH'), 200);
}

function remove(world: World, call: FhirCall, type: string, id: string): Reply {
  const current = world.store.read(type, id)?.resource ?? null;
  requireVersion(call, current);
  world.store.remove(type, id);
  return { status: 204, headers: {} };
}
