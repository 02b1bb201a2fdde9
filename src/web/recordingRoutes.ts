/** Sends recordings so that a browser can draw them, play them and jump in them. */
import { type Context, Hono } from 'hono';
import { type RecordingForm, readRecording, readWaveform } from '../replay/readRecording.ts';
import type { Recordings } from '../ports/recordings.ts';
import { attemptOf } from './askedFor.ts';

/** `bytes=100-`, `bytes=100-199`, `bytes=-50`; null when it is no single range of the file. */
export function rangeOf(header: string, size: number): { readonly from: number; readonly to: number } | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header);
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  const [, first = '', last = ''] = match;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  return from > to || from >= size ? null : { from, to };
}

/** Answers with a file, whole or the range that was asked for. */
function sendFile(c: Context, file: Uint8Array, type: string, name: string): Response {
  const headers = {
    'content-type': type,
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename="${name}"`,
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

const FORMS: Readonly<Record<string, RecordingForm>> = { mulaw: 'mulaw', pcm: 'pcm16' };
/** Finer than any screen that the page is drawn on. */
const COLUMNS_MAX = 4_000;
const COLUMNS = 800;

const NONE = { error: 'there is no such recording' };

/** @param recordings null until the media side is open, and in a process without recordings. */
export function recordingRoutes(recordings: () => Recordings | null): Hono {
  const app = new Hono();

  app.get('/api/calls/:attempt/recording.wav', async (c) => {
    const form = FORMS[c.req.query('format') ?? 'mulaw'];
    if (form === undefined) return c.json({ error: 'format is mulaw or pcm' }, 400);
    const attempt = attemptOf(c.req.param('attempt'));
    const stored = recordings();
    const file = attempt === null || stored === null ? null : await readRecording(stored, attempt, form);
    return file === null ? c.json(NONE, 404) : sendFile(c, file, 'audio/wav', `${attempt}-${form}.wav`);
  });

  app.get('/api/calls/:attempt/waveform', async (c) => {
    const asked = c.req.query('columns') ?? String(COLUMNS);
    const columns = /^\d{1,4}$/.test(asked) ? Number(asked) : 0;
    if (columns < 1 || columns > COLUMNS_MAX)
      return c.json({ error: `columns is a number from 1 to ${COLUMNS_MAX}` }, 400);
    const attempt = attemptOf(c.req.param('attempt'));
    const stored = recordings();
    const drawn = attempt === null || stored === null ? null : await readWaveform(stored, attempt, columns);
    return drawn === null ? c.json(NONE, 404) : c.json(drawn);
  });
  return app;
}
