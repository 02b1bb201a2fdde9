/**
 * The messages of the multi-context websocket, for which the SDK has types and serializers but no client. Outgoing keys are
 * snake_case; incoming ones are spelled in more than one way in the vendor's own descriptions, so each spelling is read.
 */
import { z } from 'zod';
import type { VoiceSettings } from '../../ports/speech.ts';
import type { CharacterTimes } from './alignment.ts';

/** Opens a context. Voice settings are allowed in this message only. */
export const initialise = (contextId: string, settings: VoiceSettings): string =>
  JSON.stringify({
    text: ' ',
    voice_settings: {
      stability: settings.stability,
      similarity_boost: settings.similarity,
      speed: settings.speed,
    },
    context_id: contextId,
  });

/** The whole utterance, to be spoken at once. A text ends with a space, or its last word is held back. */
export const say = (contextId: string, text: string): string =>
  JSON.stringify({ text: `${text} `, context_id: contextId, flush: true });

/** No more text comes. What was flushed is still spoken, and `isFinal` follows it. */
export const closeContext = (contextId: string): string =>
  JSON.stringify({ context_id: contextId, close_context: true });

export const closeSocket = (): string => JSON.stringify({ close_socket: true });

const Alignment = z.object({
  chars: z.array(z.string()).nullish(),
  charStartTimesMs: z.array(z.number()).nullish(),
  charsStartTimesMs: z.array(z.number()).nullish(),
  charDurationsMs: z.array(z.number()).nullish(),
  charsDurationsMs: z.array(z.number()).nullish(),
});
const Message = z.object({
  audio: z.string().nullish(),
  isFinal: z.boolean().nullish(),
  is_final: z.boolean().nullish(),
  contextId: z.string().nullish(),
  context_id: z.string().nullish(),
  alignment: Alignment.nullish(),
  normalizedAlignment: Alignment.nullish(),
  error: z.string().nullish(),
});

export interface Incoming {
  readonly contextId: string | null;
  readonly audio: string;
  readonly times: CharacterTimes | null;
  readonly final: boolean;
  /** The vendor's word for what went wrong, e.g. `max_active_conversations`. */
  readonly error: string | null;
}

/** Null when it is not a message at all. */
export function parseIncoming(raw: string): Incoming | null {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return null;
  }
  const parsed = Message.safeParse(json);
  if (!parsed.success) return null;
  const m = parsed.data;
  return {
    contextId: m.contextId ?? m.context_id ?? null,
    audio: m.audio ?? '',
    times: characterTimes(m.alignment ?? m.normalizedAlignment ?? null),
    final: m.isFinal === true || m.is_final === true,
    error: m.error ?? null,
  };
}

function characterTimes(alignment: z.infer<typeof Alignment> | null): CharacterTimes | null {
  const chars = alignment?.chars;
  const startsMs = alignment?.charStartTimesMs ?? alignment?.charsStartTimesMs;
  const durations = alignment?.charDurationsMs ?? alignment?.charsDurationsMs;
  if (!chars || !startsMs || !durations) return null;
  return { chars, startsMs, endsMs: startsMs.map((start, i) => start + (durations[i] ?? 0)) };
}

/** The bytes that a base64 text stands for, without making them. */
export function base64Bytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
}
