import type { Speech, Synthesiser } from '../../../src/emulators/speech.ts';
import { seededRandom } from '../../support/seededRandom.ts';

const BYTES_PER_MS = 8;

/** `ms` of a silent line. */
export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * BYTES_PER_MS).fill(0xff);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A word of noise 300 ms long for each word of the text, 140 ms of silence after a comma or a full stop, 40 ms before it all. */
export function syntheticSpeech(text: string, seed = 1): Speech {
  const next = chance(seed);
  const parts: Uint8Array[] = [silence(40)];
  const words: { word: string; startMs: number; endMs: number }[] = [];
  let atMs = 40;
  for (const word of text.split(/\s+/).filter((piece) => piece !== '')) {
    parts.push(Uint8Array.from({ length: 300 * BYTES_PER_MS }, () => Math.floor(next() * 256)));
    words.push({ word, startMs: atMs, endMs: atMs + 300 });
    atMs += 300;
    if (/[,.?!]$/.test(word)) {
      parts.push(silence(140));
      atMs += 140;
    }
  }
  return { mulaw: joined(...parts), words };
}

/** Speaks noise: the same text and voice give the same bytes. */
export function syntheticVoice(): Synthesiser & {
  readonly asked: readonly { text: string; voice: string }[];
} {
  const asked: { text: string; voice: string }[] = [];
  return {
    asked,
    speak(text, { voice }) {
      asked.push({ text, voice });
      const seed = Buffer.from(`${voice}|${text}`).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
      return Promise.resolve(syntheticSpeech(text, seed));
    },
    close: () => Promise.resolve(),
  };
}

/** Chance as the emulators take it: 0..1, the same numbers for the same seed. */
export function chance(seed: number): () => number {
  const random = seededRandom(seed);
  return () => random.next();
}
