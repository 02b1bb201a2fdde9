import { FhirError } from './fhirError.ts';
import { isList, isObject, type Json } from './resource.ts';

type Mutable = null | boolean | number | string | Mutable[] | { [key: string]: Mutable };

/** RFC 6902, all six operations; the document handed in is not changed. A failing `test` is a 422, a bad path a 400. */
export function applyJsonPatch(document: Json, patch: Json): Json {
  if (!isList(patch)) throw new FhirError(400, 'structure', 'a JSON Patch is an array of operations');
  let result = copy(document);
  for (const operation of patch) result = applyOne(result, operation);
  return result;
}

function copy(json: Json | undefined): Mutable {
  if (isList(json)) return json.map(copy);
  if (!isObject(json)) return json ?? null;
  const entries = Object.entries(json).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, copy(value)]));
}

function applyOne(document: Mutable, operation: Json): Mutable {
  if (!isObject(operation) || typeof operation['path'] !== 'string') {
    throw new FhirError(400, 'structure', 'a patch operation needs "op" and "path"');
  }
  const path = pointer(operation['path']);
  const value = copy(operation['value']);
  switch (operation['op']) {
    case 'add':
      return put(document, path, value, 'insert');
    case 'replace':
      get(document, path);
      return put(document, path, value, 'overwrite');
    case 'remove':
      return drop(document, path);
    case 'test':
      if (!same(get(document, path), value))
        throw new FhirError(422, 'processing', `test failed at ${operation['path']}`);
      return document;
    case 'copy':
      return put(document, path, copy(get(document, from(operation['from']))), 'insert');
    case 'move': {
      const source = from(operation['from']);
      const moved = get(document, source);
      return put(drop(document, source), path, moved, 'insert');
    }
    default:
      throw new FhirError(400, 'not-supported', `unknown patch operation ${JSON.stringify(operation['op'])}`);
  }
}

function from(text: Json | undefined): string[] {
  if (typeof text !== 'string') throw new FhirError(400, 'structure', 'copy and move need "from"');
  return pointer(text);
}

function pointer(text: string): string[] {
  if (text === '') return [];
  if (!text.startsWith('/')) throw new FhirError(400, 'value', `"${text}" is no JSON pointer`);
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function get(document: Mutable, path: readonly string[]): Mutable {
  let here: Mutable | undefined = document;
  for (const key of path) {
    here = Array.isArray(here) ? here[Number(key)] : isMutableObject(here) ? here[key] : undefined;
    if (here === undefined) throw new FhirError(400, 'not-found', `nothing at /${path.join('/')}`);
  }
  return here;
}

function isMutableObject(value: Mutable | undefined): value is { [key: string]: Mutable } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(
  document: Mutable,
  path: readonly string[],
  value: Mutable,
  how: 'insert' | 'overwrite',
): Mutable {
  const key = path.at(-1);
  if (key === undefined) return value;
  const holder = get(document, path.slice(0, -1));
  if (Array.isArray(holder)) {
    const index = key === '-' ? holder.length : Number(key);
    if (!Number.isInteger(index) || index < 0 || index > holder.length) {
      throw new FhirError(400, 'value', `no place ${key} in the list at /${path.slice(0, -1).join('/')}`);
    }
    holder.splice(index, how === 'insert' ? 0 : 1, value);
  } else if (isMutableObject(holder)) {
    holder[key] = value;
  } else {
    throw new FhirError(400, 'value', `nothing can be put at /${path.join('/')}`);
  }
  return document;
}

function drop(document: Mutable, path: readonly string[]): Mutable {
  get(document, path);
  const key = path.at(-1);
  if (key === undefined) return null;
  const holder = get(document, path.slice(0, -1));
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (isMutableObject(holder)) delete holder[key];
  return document;
}

function same(left: Mutable, right: Mutable): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => same(item, right[index] ?? null));
  }
  if (isMutableObject(left) && isMutableObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => key in right && same(left[key] ?? null, right[key] ?? null))
    );
  }
  return left === right;
}
