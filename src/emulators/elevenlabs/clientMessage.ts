/** What a client says on the text-to-speech websockets, checked key by key: a misspelled key is an error, not silence. */
import { isObject, numberOf, parseObject, stringOf } from '../wire/json.ts';

export interface ClientMessage {
  readonly text: string | undefined;
  readonly contextId: string | undefined;
  readonly flush: boolean;
  readonly tryTrigger: boolean;
  readonly closeContext: boolean;
  readonly closeSocket: boolean;
  readonly apiKey: string | undefined;
  /** Present when the message sets the voice: allowed in the first of a context only. */
  readonly voice: { readonly speed: number } | undefined;
  readonly schedule: readonly number[] | undefined;
}

const SINGLE =
  'text voice_settings generation_config generator_config pronunciation_dictionary_locators xi-api-key xi_api_key authorization ' +
  'try_trigger_generation flush';
const MULTI =
  'text voice_settings generation_config pronunciation_dictionary_locators xi_api_key xi-api-key authorization context_id ' +
  'flush close_context close_socket';
const VOICE = ['stability', 'similarity_boost', 'style', 'use_speaker_boost', 'speed'];

/** The message, or what is wrong with it. */
export function readMessage(raw: string, multi: boolean): ClientMessage | string {
  const message = parseObject(raw);
  if (message === undefined) return 'The message is not a JSON object.';
  const keys = (multi ? MULTI : SINGLE).split(' ');
  const extra = Object.keys(message).find((key) => !keys.includes(key));
  if (extra !== undefined) return `Unexpected key ${JSON.stringify(extra)}.`;
  const flags = ['flush', 'try_trigger_generation', 'close_context', 'close_socket'];
  const wrongFlag = flags.find((key) => message[key] !== undefined && typeof message[key] !== 'boolean');
  if (wrongFlag !== undefined) return `${wrongFlag} is a boolean.`;
  const text = stringOf(message['text']);
  if (message['text'] !== undefined && text === undefined) return 'text is a string.';
  const voice = readVoice(message['voice_settings']);
  if (typeof voice === 'string') return voice;
  const schedule = readSchedule(message['generation_config'] ?? message['generator_config']);
  if (typeof schedule === 'string') return schedule;
  return {
    text,
    contextId: stringOf(message['context_id']),
    flush: message['flush'] === true,
    tryTrigger: message['try_trigger_generation'] === true,
    closeContext: message['close_context'] === true,
    closeSocket: message['close_socket'] === true,
    apiKey:
      stringOf(message['xi-api-key']) ??
      stringOf(message['xi_api_key']) ??
      stringOf(message['authorization'])?.replace(/^bearer /i, ''),
    voice,
    schedule,
  };
}

/** Pace of a voice: 0.7 to 1.2, 1 when it is not said. */
export function readVoice(given: unknown): { readonly speed: number } | undefined | string {
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) return 'voice_settings is an object.';
  const extra = Object.keys(given).find((key) => !VOICE.includes(key));
  if (extra !== undefined) return `Unexpected key ${JSON.stringify(extra)} in voice_settings.`;
  for (const name of ['stability', 'similarity_boost', 'style']) {
    const value = numberOf(given[name]);
    if (given[name] !== undefined && (value === undefined || value < 0 || value > 1))
      return `${name} is 0 to 1.`;
  }
  const speed = numberOf(given['speed'] ?? 1);
  return speed === undefined || speed < 0.7 || speed > 1.2 ? 'speed is 0.7 to 1.2.' : { speed };
}

function readSchedule(given: unknown): readonly number[] | undefined | string {
  if (given === undefined || given === null) return undefined;
  const lengths: unknown = isObject(given) ? given['chunk_length_schedule'] : null;
  if (lengths === undefined) return undefined;
  if (!Array.isArray(lengths) || lengths.length === 0) return 'chunk_length_schedule is a list of numbers.';
  const numbers = lengths.flatMap((length: unknown) => numberOf(length) ?? []);
  const fits = numbers.length === lengths.length && numbers.every((length) => length >= 50 && length <= 500);
  return fits ? numbers : 'chunk_length_schedule holds numbers from 50 to 500.';
}
