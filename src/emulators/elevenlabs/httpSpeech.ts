/** The text-to-speech routes over HTTP: whole or streamed, with or without timestamps. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

import type { HttpRequest } from '../wire/http.ts';
import { sendJson } from '../wire/http.ts';
import { parseObject, stringOf } from '../wire/json.ts';
import { httpAlignment } from './alignment.ts';
import { outputFormat, type OutputFormat } from './audio.ts';
import { readVoice } from './clientMessage.ts';
import { type ElevenLabsWorld, type Piece, speak } from './speaking.ts';
import { voiceOf } from './voices.ts';

export const MODELS = [
  'eleven_flash_v2_5',
  'eleven_flash_v2',
  'eleven_turbo_v2_5',
  'eleven_turbo_v2',
  'eleven_multilingual_v2',
  'eleven_v3',
];

const ROUTE = /^\/v1\/text-to-speech\/([^/]+)(\/stream)?(\/with-timestamps)?$/;

const KEYS = new Set(
  (
    'text model_id language_code voice_settings pronunciation_dictionary_locators seed previous_text next_text ' +
    'previous_request_ids next_request_ids use_pvc_as_ivc apply_text_normalization apply_language_text_normalization audio_effects'
  ).split(' '),
);

interface Order {
  readonly text: string;
  readonly speed: number;
  readonly format: OutputFormat;
}

/** Answers a text-to-speech request; false when the path is none. */
export async function answerSpeech(
  request: HttpRequest,
  response: ServerResponse,
  world: ElevenLabsWorld,
): Promise<boolean> {
  const route = ROUTE.exec(request.path);
  const voiceId = route?.[1];
  if (request.method !== 'POST' || route === null || voiceId === undefined) return false;
  const order = readOrder(request);
  if ('status' in order) {
    world.counters.add(`refused.${order.status}`);
    sendJson(response, order.status, { detail: order.detail });
    return true;
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const voice = voiceOf(world.voices, decodeURIComponent(voiceId));
  const pace = { ...voice, stretch: (voice.stretch ?? 1) / order.speed };
  const streams = route[2] !== undefined;
  const timestamps = route[3] !== undefined;
  const headers = {
    'request-id': randomUUID().replaceAll('-', '').slice(0, 20),
    'history-item-id': randomUUID().replaceAll('-', '').slice(0, 20),
    'character-cost': String(order.text.length),
    'x-trace-id': randomUUID().replaceAll('-', ''),
    'x-region': 'us-central1',
    'content-type': timestamps ? 'application/json' : order.format.contentType,
  };
  try {
    const pieces: Piece[] = [];
    for await (const piece of speak(order.text, pace, world, gone.signal, 'soon')) {
      pieces.push(piece);
      world.counters.add('chunks');
      if (!streams) continue;
      if (!response.headersSent) response.writeHead(200, headers);
      response.write(
        timestamps ? `${JSON.stringify(timed([piece], order.format))}\n` : order.format.encode(piece.mulaw),
      );
    }
    if (gone.signal.aborted) world.counters.add('cancelled');
    else finish(response, pieces, { streams, timestamps, format: order.format, headers });
  } catch {
    response.socket?.resetAndDestroy();
  }
  return true;
}

function finish(
  response: ServerResponse,
  pieces: readonly Piece[],
  how: {
    readonly streams: boolean;
    readonly timestamps: boolean;
    readonly format: OutputFormat;
    readonly headers: Readonly<Record<string, string>>;
  },
): void {
  if (!response.headersSent) response.writeHead(200, how.headers);
  if (how.streams) response.end();
  else if (how.timestamps) response.end(JSON.stringify(timed(pieces, how.format)));
  else response.end(how.format.encode(Buffer.concat(pieces.map(({ mulaw }) => mulaw))));
}

/** Audio and its characters; times count from the beginning of the whole speech. */
function timed(pieces: readonly Piece[], format: OutputFormat): object {
  const audio = format.encode(Buffer.concat(pieces.map(({ mulaw }) => mulaw)));
  const chars = pieces.flatMap((piece) =>
    piece.chars.map(({ char, startMs, endMs }) => ({
      char,
      startMs: startMs + piece.sentenceMs,
      endMs: endMs + piece.sentenceMs,
    })),
  );
  const alignment = httpAlignment(chars, 0);
  return { audio_base64: Buffer.from(audio).toString('base64'), alignment, normalized_alignment: alignment };
}

interface Unusable {
  readonly status: number;
  readonly detail: unknown;
}

const missing = (name: string, msg: string): Unusable => ({
  status: 422,
  detail: [{ loc: ['body', name], msg, type: 'value_error' }],
});

function readOrder(request: HttpRequest): Order | Unusable {
  const body = parseObject(request.body.toString('utf8'));
  if (body === undefined)
    return { status: 422, detail: [{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }] };
  const text = stringOf(body['text']);
  if (text === undefined) return missing('text', 'Field required');
  if (text.trim() === '')
    return { status: 400, detail: { status: 'empty_text', message: 'The text is empty.' } };
  const extra = Object.keys(body).find((key) => !KEYS.has(key));
  if (extra !== undefined) return missing(extra, 'Extra inputs are not permitted');
  const model = stringOf(body['model_id']) ?? 'eleven_multilingual_v2';
  if (!MODELS.includes(model)) {
    const message = `A model with model ID ${model} does not exist.`;
    return { status: 400, detail: { status: 'model_not_found', message } };
  }
  const voice = readVoice(body['voice_settings']);
  if (typeof voice === 'string') return missing('voice_settings', voice);
  const latency = request.query.get('optimize_streaming_latency');
  if (latency !== null && !/^[0-4]$/.test(latency)) return missing('optimize_streaming_latency', '0 to 4');
  const name = request.query.get('output_format') ?? 'mp3_44100_128';
  const format = outputFormat(name);
  if (format === undefined) {
    const message = `This emulator makes ulaw_8000 and pcm_*, not ${name}.`;
    return { status: 400, detail: { status: 'invalid_output_format', message } };
  }
  return { text, speed: voice?.speed ?? 1, format };
}
