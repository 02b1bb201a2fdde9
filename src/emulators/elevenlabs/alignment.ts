/** When each character of a text is spoken. */
import type { SpokenWord } from '../speech.ts';

/** One character; ms from the beginning of the speech it is in. */
export interface TimedChar {
  readonly char: string;
  readonly startMs: number;
  readonly endMs: number;
}

const isWord = (token: string): boolean => /[\p{L}\p{N}]/u.test(token);

/**
 * Spreads each word's time evenly over its characters, and the time between two words over what stands between them. A text
 * whose words are not those that were spoken (numbers, say) is spread over the whole.
 */
export function timeChars(text: string, words: readonly SpokenWord[]): readonly TimedChar[] {
  const tokens = text.match(/\S+|\s+/g) ?? [];
  const first = words[0];
  const last = words.at(-1);
  if (first === undefined || last === undefined) return [];
  if (tokens.filter(isWord).length !== words.length) return spread(text, first.startMs, last.endMs);
  const timed: TimedChar[] = [];
  let next = 0;
  let endMs = first.startMs;
  for (const token of tokens) {
    const word = isWord(token) ? words[next] : undefined;
    if (word === undefined) {
      const untilMs = Math.max(endMs, words[next]?.startMs ?? endMs);
      timed.push(...spread(token, endMs, untilMs));
      endMs = untilMs;
    } else {
      timed.push(...spread(token, Math.max(endMs, word.startMs), word.endMs));
      endMs = word.endMs;
      next += 1;
    }
  }
  return timed;
}

function spread(text: string, startMs: number, endMs: number): readonly TimedChar[] {
  const chars = Array.from(text);
  const eachMs = Math.max(0, endMs - startMs) / Math.max(1, chars.length);
  return chars.map((char, index) => ({
    char,
    startMs: Math.round(startMs + index * eachMs),
    endMs: Math.round(startMs + (index + 1) * eachMs),
  }));
}

/** The websocket's alignment: times relative to the piece of audio. Null when no character begins in it. */
export function socketAlignment(chars: readonly TimedChar[], pieceStartMs: number): object | null {
  if (chars.length === 0) return null;
  return {
    chars: chars.map(({ char }) => char),
    charStartTimesMs: chars.map(({ startMs }) => Math.max(0, startMs - pieceStartMs)),
    charDurationsMs: chars.map(({ startMs, endMs }) => endMs - startMs),
  };
}

/** The HTTP alignment: seconds from the beginning of the whole speech. Null when no character begins in it. */
export function httpAlignment(chars: readonly TimedChar[], speechOffsetMs: number): object | null {
  if (chars.length === 0) return null;
  const seconds = (ms: number): number => (ms + speechOffsetMs) / 1000;
  return {
    characters: chars.map(({ char }) => char),
    character_start_times_seconds: chars.map(({ startMs }) => seconds(startMs)),
    character_end_times_seconds: chars.map(({ endMs }) => seconds(endMs)),
  };
}
