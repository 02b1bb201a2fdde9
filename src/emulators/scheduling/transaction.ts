import { FhirError, operationOutcome } from './fhirError.ts';
import { interact, type FhirCall, type Reply, type World } from './interactions.ts';
import { at, isObject, isResource, textAt, toJson, type Json } from './resource.ts';

/** R4's processing order, whatever the order of the entries. */
const ORDER = ['DELETE', 'POST', 'PUT', 'PATCH', 'GET'];

/** A transaction is all or nothing; a batch answers each entry on its own. */
export function processBundle(world: World, outer: FhirCall): Reply {
  const bundle = outer.body;
  if (!isResource(bundle) || bundle.resourceType !== 'Bundle')
    throw new FhirError(400, 'structure', 'the body is no Bundle');
  const kind = textAt(bundle, 'type');
  if (kind !== 'transaction' && kind !== 'batch')
    throw new FhirError(400, 'value', `a ${kind} Bundle cannot be processed`);
  const entries = at(bundle, 'entry');
  const undo = world.store.snapshot();
  const replies = new Map<number, Reply>();
  const born = new Map<string, string>();
  try {
    for (const method of ORDER) {
      for (const [index, entry] of entries.entries()) {
        if (textAt(entry, 'request.method') !== method) continue;
        replies.set(index, answer(world, outer, rename(entry, born), kind));
        remember(born, entry, replies.get(index));
      }
    }
    if (replies.size !== entries.length)
      throw new FhirError(400, 'value', 'an entry has no known request.method');
  } catch (failure) {
    undo();
    throw failure;
  }
  const entry = entries.map((_, index) => entryOf(replies.get(index)));
  return { status: 200, headers: {}, body: { resourceType: 'Bundle', type: `${kind}-response`, entry } };
}

function answer(world: World, outer: FhirCall, entry: Json, kind: 'transaction' | 'batch'): Reply {
  const url = new URL(textAt(entry, 'request.url') ?? '', `${world.base}/`);
  const base = new URL(`${world.base}/`).pathname;
  if (!url.pathname.startsWith(base)) throw new FhirError(400, 'value', 'an entry is for another server');
  const call: FhirCall = {
    ...outer,
    method: textAt(entry, 'request.method') ?? '',
    path: url.pathname.slice(base.length).split('/').filter(Boolean),
    query: url.searchParams,
    headers: {
      'if-match': textAt(entry, 'request.ifMatch'),
      'if-none-exist': textAt(entry, 'request.ifNoneExist'),
      'if-none-match': textAt(entry, 'request.ifNoneMatch'),
    },
    body: isObject(entry) ? entry['resource'] : undefined,
  };
  try {
    return interact(world, call);
  } catch (failure) {
    if (kind === 'transaction' || !(failure instanceof FhirError)) throw failure;
    return {
      status: failure.status,
      headers: {},
      body: operationOutcome('error', failure.code, failure.message),
    };
  }
}

/** References to entries that this bundle creates become references to what was created. */
function rename(entry: Json, born: ReadonlyMap<string, string>): Json {
  if (born.size === 0) return entry;
  let text = JSON.stringify(entry);
  for (const [placeholder, reference] of born)
    text = text.replaceAll(`"${placeholder}"`, JSON.stringify(reference));
  return toJson(JSON.parse(text));
}

function remember(born: Map<string, string>, entry: Json, reply: Reply | undefined): void {
  const placeholder = textAt(entry, 'fullUrl');
  const resource = reply?.body;
  if (placeholder?.startsWith('urn:') && isResource(resource))
    born.set(placeholder, `${resource.resourceType}/${resource.id}`);
}

function entryOf(reply: Reply | undefined): Json {
  if (!reply) return {};
  const failed = reply.status >= 400;
  return {
    ...(reply.body !== undefined && !failed ? { resource: reply.body } : {}),
    response: {
      status: String(reply.status),
      ...(reply.headers['etag'] === undefined ? {} : { etag: reply.headers['etag'] }),
      ...(reply.headers['location'] === undefined ? {} : { location: reply.headers['location'] }),
      ...(failed && reply.body !== undefined ? { outcome: reply.body } : {}),
    },
  };
}
