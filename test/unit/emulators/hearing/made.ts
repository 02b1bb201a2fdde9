import type { HeardWord, Listener, Speech } from '../../../../src/emulators/speech.ts';
import { seededRandom } from '../../../support/seededRandom.ts';

export const FRAME = 160;

/** Audio that no other seed has, with a word of `wordMs` every `wordMs + pauseMs`. */
export function made(seed: number, text: string, wordMs = 300, pauseMs = 60): Speech {
  const random = seededRandom(seed);
  const words = text.split(' ').map((word, index) => ({
    word,
    startMs: pauseMs + index * (wordMs + pauseMs),
    endMs: pauseMs + index * (wordMs + pauseMs) + wordMs,
  }));
  const frames = Math.ceil((words.length * (wordMs + pauseMs) + pauseMs) / 20);
  const mulaw = new Uint8Array(frames * FRAME).map(() => Math.floor(random.next() * 256));
  return { mulaw, words };
}

export const frames = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / FRAME) }, (_, index) =>
    bytes.subarray(index * FRAME, (index + 1) * FRAME),
  );

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const silence = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0xff);

/** What a person makes out: a word of which less than this arrived is not understood. */
const UNDERSTOOD = 0.6;

/** Feeds the bytes in chunks of the given sizes (the last one repeats) and then half a second and more of silence. */
export function hearAll(
  listener: Listener,
  bytes: Uint8Array,
  sizes: readonly number[] = [FRAME],
): HeardWord[] {
  const heard: HeardWord[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[Math.min(turn, sizes.length - 1)] ?? FRAME;
    heard.push(...listener.hear(bytes.subarray(at, at + size)));
    at += size;
  }
  heard.push(...listener.hear(silence(8 * 600)));
  return heard.filter(({ intact }) => intact >= UNDERSTOOD);
}

export const text = (heard: readonly { readonly word: string }[]): string =>
  heard.map(({ word }) => word).join(' ');
