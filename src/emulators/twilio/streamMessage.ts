import { isObject, type JsonObject, parseObject } from '../wire/json.ts';

/**
 * The text frames of a bidirectional media stream. What we may be sent is checked key by key, because Twilio ignores (and
 * warns of, 31951) a message with a field missing or one too many. Source: Twilio, "Media Streams - WebSocket Messages".
 */
export type StreamMessage =
  | { readonly event: 'media'; readonly audio: Buffer }
  | { readonly event: 'mark'; readonly name: string }
  | { readonly event: 'clear' };

/** Reads a message of ours; otherwise a sentence that says why it is ignored. */
export function readStreamMessage(text: string, streamSid: string): StreamMessage | string {
  const message = parseObject(text);
  if (message === undefined) return 'not a JSON object';
  const event = message['event'];
  if (event !== 'media' && event !== 'mark' && event !== 'clear') return `unknown event ${String(event)}`;
  if (message['streamSid'] !== streamSid) return 'streamSid is not that of this stream';
  if (event === 'clear') return hasKeys(message, ['event', 'streamSid']) ? { event } : wrongFields(event);
  const inner = message[event];
  if (!hasKeys(message, ['event', 'streamSid', event]) || !isObject(inner)) return wrongFields(event);
  if (event === 'mark') {
    const name = inner['name'];
    return hasKeys(inner, ['name']) && typeof name === 'string' ? { event, name } : wrongFields(event);
  }
  const payload = inner['payload'];
  if (!hasKeys(inner, ['payload']) || typeof payload !== 'string') return wrongFields(event);
  const audio = decodeBase64(payload);
  return audio === null ? 'payload is not base64' : { event, audio };
}

/** What a stream says of itself in `start`. */
export interface StreamStart {
  readonly accountSid: string;
  readonly callSid: string;
  readonly streamSid: string;
  readonly customParameters: Readonly<Record<string, string>>;
}

/** Writes the frames of one stream, numbering them. Counters are strings, `sampleRate` and `channels` are numbers. */
export class StreamWriter {
  readonly #start: StreamStart;
  readonly #tail: string;
  #sequence = 0;
  #chunk = 0;

  constructor(start: StreamStart) {
    this.#start = start;
    this.#tail = `"},"streamSid":"${start.streamSid}"}`;
  }

  connected(): string {
    return JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  }

  start(): string {
    const { accountSid, callSid, streamSid, customParameters } = this.#start;
    return JSON.stringify({
      event: 'start',
      sequenceNumber: this.#next(),
      start: {
        accountSid,
        streamSid,
        callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters,
      },
      streamSid,
    });
  }

  /** The only frequent one: put together by hand. `timestampMs` counts from the start of the stream. */
  media(mulaw: Uint8Array, timestampMs: number): string {
    this.#chunk += 1;
    const payload = Buffer.from(mulaw.buffer, mulaw.byteOffset, mulaw.byteLength).toString('base64');
    return `{"event":"media","sequenceNumber":"${this.#next()}","media":{"track":"inbound","chunk":"${this.#chunk}","timestamp":"${timestampMs}","payload":"${payload}${this.#tail}`;
  }

  dtmf(digit: string): string {
    const { streamSid } = this.#start;
    const dtmf = { track: 'inbound_track', digit };
    return JSON.stringify({ event: 'dtmf', streamSid, sequenceNumber: this.#next(), dtmf });
  }

  mark(name: string): string {
    const { streamSid } = this.#start;
    return JSON.stringify({ event: 'mark', sequenceNumber: this.#next(), streamSid, mark: { name } });
  }

  stop(): string {
    const { accountSid, callSid, streamSid } = this.#start;
    const stop = { accountSid, callSid };
    return JSON.stringify({ event: 'stop', sequenceNumber: this.#next(), stop, streamSid });
  }

  #next(): string {
    this.#sequence += 1;
    return String(this.#sequence);
  }
}

function wrongFields(event: string): string {
  return `a field of ${event} is missing, of the wrong type, or one too many`;
}

function hasKeys(object: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(object).length === keys.length && keys.every((key) => Object.hasOwn(object, key));
}

/** Strict base64: what Node would silently skip is an error. */
function decodeBase64(payload: string): Buffer | null {
  if (payload.length % 4 !== 0) return null;
  const bytes = Buffer.from(payload, 'base64');
  const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0;
  return bytes.byteLength === (payload.length / 4) * 3 - padding ? bytes : null;
}
