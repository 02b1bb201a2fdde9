import { FhirError } from './fhirError.ts';
import { matchesDate, timeRange } from './fhirTime.ts';
import { at, isObject, localReference, textAt, textsAt, type Json, type Resource } from './resource.ts';
import { searchParametersOf, type SearchParameter } from './searchParameters.ts';

/** What follows the question mark: filters, order, and a page. */
interface Search {
  readonly filters: readonly { readonly parameter: SearchParameter; readonly values: readonly string[] }[];
  readonly sort: readonly { readonly path: string; readonly descending: boolean }[];
  readonly count: number;
  readonly offset: number;
}

const PAGE_DEFAULT = 50;
const PAGE_MAX = 500;

/** Unknown parameters are refused: a filter that is silently ignored is a wrong answer. */
function parseSearch(type: string, query: URLSearchParams): Search {
  const known = searchParametersOf(type);
  const filters: { parameter: SearchParameter; values: string[] }[] = [];
  let sort: Search['sort'] = [];
  let count = PAGE_DEFAULT;
  let offset = 0;
  for (const [name, value] of query) {
    if (name === '_format' || name === '_total') continue;
    if (name === '_count') count = Math.min(wholeNumber(name, value), PAGE_MAX);
    else if (name === '_offset') offset = wholeNumber(name, value);
    else if (name === '_sort') sort = value.split(',').map((field) => sortField(type, field));
    else {
      const parameter = known.find((candidate) => candidate.name === name);
      if (!parameter)
        throw new FhirError(400, 'not-supported', `unknown search parameter ${name} for ${type}`);
      filters.push({ parameter, values: value.split(',') });
    }
  }
  return { filters, sort, count, offset };
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new FhirError(400, 'value', `${name} is not a whole number`);
  return Number(value);
}

function sortField(type: string, field: string): Search['sort'][number] {
  const descending = field.startsWith('-');
  const name = descending ? field.slice(1) : field;
  const path = searchParametersOf(type).find((parameter) => parameter.name === name)?.paths[0];
  if (path === undefined) throw new FhirError(400, 'not-supported', `cannot sort ${type} by ${name}`);
  return { path, descending };
}

/** All resources that match, in order, before paging. */
export function findMatches(
  type: string,
  candidates: readonly Resource[],
  query: URLSearchParams,
): readonly Resource[] {
  return matching(candidates, parseSearch(type, query));
}

function matching(candidates: readonly Resource[], search: Search): readonly Resource[] {
  const found = candidates.filter((resource) =>
    search.filters.every(({ parameter, values }) =>
      values.some((value) => matches(resource, parameter, value)),
    ),
  );
  if (search.sort.length === 0) return found;
  return found.toSorted((left, right) => {
    for (const { path, descending } of search.sort) {
      const order = compare(textAt(left, path), textAt(right, path));
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
}

function compare(left: string | undefined, right: string | undefined): number {
  const [a, b] = [sortable(left), sortable(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Times with different offsets order by instant, not by spelling. */
function sortable(text: string | undefined): string | number {
  if (text === undefined) return '';
  return timeRange(text)?.from ?? text;
}

function matches(resource: Resource, parameter: SearchParameter, value: string): boolean {
  switch (parameter.kind) {
    case 'token':
      return parameter.paths.some((path) => at(resource, path).some((found) => matchesToken(found, value)));
    case 'reference':
      return parameter.paths.some((path) =>
        textsAt(resource, path).some((found) => matchesReference(found, parameter.target, value)),
      );
    case 'string': {
      const wanted = value.toLowerCase();
      return parameter.paths.some((path) =>
        textsAt(resource, path).some((found) => found.toLowerCase().startsWith(wanted)),
      );
    }
    case 'date':
      return parameter.paths.some((path) =>
        textsAt(resource, path).some((found) => matchesDateText(found, value, parameter.name)),
      );
  }
}

function matchesDateText(found: string, value: string, name: string): boolean {
  const held = timeRange(found);
  const verdict = matchesDate(value, held ?? { from: Number.NaN, to: Number.NaN });
  if (verdict === null) throw new FhirError(400, 'value', `"${value}" is no date for ${name}`);
  return verdict;
}

/** `code`, `system|code`, `|code` or `system|` against a code, a Coding or an Identifier. */
function matchesToken(found: Json, value: string): boolean {
  const bar = value.indexOf('|');
  const system = bar < 0 ? undefined : value.slice(0, bar);
  const code = bar < 0 ? value : value.slice(bar + 1);
  const foundSystem = isObject(found) ? (textAt(found, 'system') ?? '') : '';
  const foundCode = isObject(found)
    ? (textAt(found, 'code') ?? textAt(found, 'value'))
    : JSON.stringify(found).replaceAll('"', '');
  if (system !== undefined && isObject(found) && system !== foundSystem) return false;
  return code === '' ? system !== undefined : code === foundCode;
}

function matchesReference(found: string, target: string | undefined, value: string): boolean {
  const held = localReference(found);
  if (target !== undefined && !held.startsWith(`${target}/`)) return false;
  return value.includes('/') ? held === localReference(value) : held.split('/')[1] === value;
}

/** A searchset with `self` and, while there is more, `next`. */
export function searchBundle(
  base: string,
  type: string,
  candidates: readonly Resource[],
  query: URLSearchParams,
): Json {
  const search = parseSearch(type, query);
  const found = matching(candidates, search);
  const page = found.slice(search.offset, search.offset + search.count);
  const link = [{ relation: 'self', url: `${base}/${type}?${query.toString()}` }];
  if (search.offset + page.length < found.length && page.length > 0) {
    const next = new URLSearchParams(query);
    next.set('_count', String(search.count));
    next.set('_offset', String(search.offset + page.length));
    link.push({ relation: 'next', url: `${base}/${type}?${next.toString()}` });
  }
  const entry = page.map((resource) => ({
    fullUrl: `${base}/${type}/${resource.id}`,
    resource,
    search: { mode: 'match' },
  }));
  return { resourceType: 'Bundle', type: 'searchset', total: found.length, link, entry };
}
