import type { SpeakOptions, Speech, SpokenWord } from '../speech.ts';
import { alignWords } from './alignWords.ts';
import { loadFlite, PAUSE, pronounce, speakWithFlite } from './flite.ts';
import type { FliteSpeech, Phone } from './flite.ts';
import { BYTES_PER_MS, FRAME_BYTES, SILENCE, toMulaw } from './mulaw.ts';
import { halveRate } from './resample.ts';
import { alone, tokens } from './tokens.ts';

/** Turns text into the audio of a telephone, on this thread. */
export interface Renderer {
  render(text: string, options: SpeakOptions): Speech;
}

/** Quiet kept around an utterance: enough for a soft first consonant and the last one's tail. */
const LEAD_MS = 40;
const TAIL_MS = 60;

/** Speech is set to 20 dB under full scale, as telephone speech is; peaks stay clear of clipping. */
const TARGET_RMS = 3277;
const PEAK_LIMIT = 30_000;

const KNOWN_PRONUNCIATIONS = 5000;

/** Compiles Flite (30-50 ms) and returns a renderer that remembers how words are pronounced. */
export function createRenderer(): Renderer {
  const flite = loadFlite();
  const known = new Map<string, readonly string[]>();

  function pronunciations(words: readonly string[]): readonly (readonly string[])[] {
    const strange = [...new Set(words.filter((word) => !known.has(word)))];
    if (known.size + strange.length > KNOWN_PRONUNCIATIONS) known.clear();
    if (strange.length > 0) {
      for (const [index, phones] of pronounce(flite, strange).entries())
        known.set(strange[index] ?? '', phones);
    }
    return words.map((word) => known.get(word) ?? []);
  }

  return {
    render(text, options) {
      const said = tokens(text);
      if (said.length === 0) return { mulaw: new Uint8Array(), words: [] };
      const speech = speakWithFlite(flite, said.map((token) => token.spoken).join(' '), options);
      const spans = alignWords(speech.phones, pronunciations(said.map(alone)));
      const words = said.map((token, index) => {
        const span = spans[index] ?? { startMs: 0, endMs: 0 };
        return { word: token.word, startMs: span.startMs, endMs: span.endMs };
      });
      return toTelephone(speech, words);
    },
  };
}

/** Cuts the quiet at both ends, brings it to 8 kHz mu-law of an even level, and fills the last frame. */
function toTelephone(speech: FliteSpeech, words: readonly SpokenWord[]): Speech {
  const voiced = speech.phones.filter((phone) => phone.name !== PAUSE);
  const samples = speech.rate === 8000 ? Float64Array.from(speech.samples) : halveRate(speech.samples);
  const fromMs = Math.max(0, (voiced[0]?.startMs ?? 0) - LEAD_MS);
  const untilMs = (voiced.at(-1)?.endMs ?? samples.length / BYTES_PER_MS) + TAIL_MS;
  const kept = samples.subarray(fromMs * BYTES_PER_MS, Math.min(samples.length, untilMs * BYTES_PER_MS));
  const gain = gainFor(samples, voiced);
  const mulaw = new Uint8Array(Math.ceil(kept.length / FRAME_BYTES) * FRAME_BYTES).fill(SILENCE);
  for (const [index, sample] of kept.entries()) mulaw[index] = toMulaw(Math.round(sample * gain));
  return {
    mulaw,
    words: words.map(({ word, startMs, endMs }) => ({
      word,
      startMs: Math.max(0, startMs - fromMs),
      endMs: Math.max(0, endMs - fromMs),
    })),
  };
}

function gainFor(samples: Float64Array, voiced: readonly Phone[]): number {
  let energy = 0;
  let count = 0;
  let peak = 1;
  for (const phone of voiced) {
    for (const sample of samples.subarray(phone.startMs * BYTES_PER_MS, phone.endMs * BYTES_PER_MS)) {
      energy += sample * sample;
      count += 1;
      peak = Math.max(peak, Math.abs(sample));
    }
  }
  const rms = Math.max(1, Math.sqrt(energy / Math.max(1, count)));
  return Math.min(TARGET_RMS / rms, PEAK_LIMIT / peak);
}
