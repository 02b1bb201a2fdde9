/** One page of a list as API 2010-04-01 writes it: the resources under their key, and relative URIs to its neighbours. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Cuts a page out of all matching items. `PageToken` says after which item it begins (`PA` + its sid), so that items created
 * meanwhile do not shift it; without one `Page` counts pages of `PageSize` (default 50, at most 1000).
 */
export function pageOf<Item extends { readonly sid: string }>(
  all: readonly Item[],
  path: string,
  query: URLSearchParams,
): Page<Item> {
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize') ?? '50') || 50));
  const page = Math.max(0, Number(query.get('Page') ?? '0') || 0);
  const token = query.get('PageToken');
  const after = token === null ? -1 : all.findIndex((item) => `PA${item.sid}` === token);
  const start = after === -1 ? page * size : after + 1;
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  const more = start + items.length < all.length && last !== undefined;
  const filters = [...query].filter(([key]) => key !== 'Page' && key !== 'PageSize' && key !== 'PageToken');
  const uri = (number: number, pageToken: string | null): string => {
    const params = new URLSearchParams([...filters, ['PageSize', String(size)], ['Page', String(number)]]);
    if (pageToken !== null) params.set('PageToken', pageToken);
    return `${path}?${params.toString()}`;
  };
  return {
    items,
    fields: {
      end: start + Math.max(0, items.length - 1),
      first_page_uri: uri(0, null),
      next_page_uri: more ? uri(page + 1, `PA${last.sid}`) : null,
      page,
      page_size: size,
      previous_page_uri: page === 0 ? null : uri(page - 1, null),
      start,
      uri: uri(page, token),
    },
  };
}

/**
 * Whether a moment passes the filters `Name=`, `Name<=` and `Name>=` (sent as `Name`, `Name<`, `Name>`), each a day or a
 * date and time, both ends included. Resources know seconds, so seconds are compared; a call never started passes no filter.
 */
export function passesDate(query: URLSearchParams, name: string, atMs: number | null): boolean {
  const on = query.get(name);
  const before = query.get(`${name}<`);
  const after = query.get(`${name}>`);
  if (on === null && before === null && after === null) return true;
  if (atMs === null) return false;
  const at = Math.floor(atMs / 1000) * 1000;
  if (on !== null && new Date(at).toISOString().slice(0, 10) !== on.slice(0, 10)) return false;
  if (before !== null && at > endOf(before)) return false;
  return after === null || at >= Date.parse(after);
}

/** A day lasts to its end; a date and time is itself. */
function endOf(given: string): number {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(given);
  return Date.parse(given) + (day ? 24 * 60 * 60 * 1000 - 1 : 0);
}
