/** The messages of Twilio's media socket: JSON text both ways, counters as strings. */
import { z } from 'zod';

/** Only the fields we use; Twilio may add others. */
const Message = z.discriminatedUnion('event', [
  z.object({ event: z.literal('connected') }),
  z.object({
    event: z.literal('start'),
    streamSid: z.string().min(1),
    start: z.object({
      callSid: z.string().min(1),
      customParameters: z.record(z.string(), z.string()),
      mediaFormat: z.object({
        encoding: z.literal('audio/x-mulaw'),
        sampleRate: z.literal(8000),
        channels: z.literal(1),
      }),
    }),
  }),
  z.object({
    event: z.literal('media'),
    media: z.object({
      track: z.string(),
      /** Milliseconds since the stream's start. */
      timestamp: z.coerce.number(),
      payload: z.base64(),
    }),
  }),
  z.object({ event: z.literal('dtmf'), dtmf: z.object({ digit: z.string().min(1) }) }),
  z.object({ event: z.literal('mark'), mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('stop') }),
]);
export type MediaMessage = z.infer<typeof Message>;
export type StartMessage = Extract<MediaMessage, { event: 'start' }>;

/** Null when it is not a message that we know. */
export function parseMediaMessage(raw: string): MediaMessage | null {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return null;
  }
  const parsed = Message.safeParse(json);
  return parsed.success ? parsed.data : null;
}

// Twilio answers a missing or an extra field with warning 31951 and ignores the message: these hold exactly what it takes.

export const mediaMessage = (streamSid: string, payload: string): string =>
  JSON.stringify({ event: 'media', streamSid, media: { payload } });

export const markMessage = (streamSid: string, name: string): string =>
  JSON.stringify({ event: 'mark', streamSid, mark: { name } });

export const clearMessage = (streamSid: string): string => JSON.stringify({ event: 'clear', streamSid });
