/** Sends a recording so that a browser can play it and jump in it: whole, or the range that was asked for. */
import type { Context } from 'hono';
import type { AttemptId } from '../domain/ids.ts';
import type { Recordings } from '../ports/recordings.ts';

/** `bytes=100-`, `bytes=100-199`, `bytes=-50`; null when it is no single range of the file. */
export function rangeOf(header: string, size: number): { readonly from: number; readonly to: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return from > to || from >= size ? null : { from, to };
}

export async function sendRecording(
  c: Context,
  recordings: Recordings,
  attempt: AttemptId,
): Promise<Response> {
  const file = await recordings.read(attempt);
  if (file === null) return c.json({ error: 'there is no such recording' }, 404);
  const headers = {
    'content-type': 'audio/wav',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
  };
  const asked = c.req.header('range');
  if (asked === undefined) return c.body(Uint8Array.from(file), 200, headers);
  const range = rangeOf(asked, file.length);
  if (range === null) return c.body(null, 416, { ...headers, 'content-range': `bytes */${file.length}` });
  return c.body(Uint8Array.from(file.subarray(range.from, range.to + 1)), 206, {
    ...headers,
    'content-range': `bytes ${range.from}-${range.to}/${file.length}`,
  });
}
