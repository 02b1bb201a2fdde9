import type { JsonObject } from '../wire/json.ts';
import { plain, type RecognisedWord, transcriptOf } from './recognition.ts';
import { seconds } from './world.ts';

/** One alternative as Nova words it; `formatted` = smart_format or punctuate was asked for. */
export function alternativeOf(words: readonly RecognisedWord[], formatted: boolean): JsonObject {
  const mean = words.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, words.length);
  return {
    transcript: formatted ? transcriptOf(words) : words.map(({ word }) => plain(word)).join(' '),
    confidence: rounded(mean),
    words: words.map((word) => wordOf(word, formatted)),
  };
}

export function wordOf(word: RecognisedWord, formatted: boolean): JsonObject {
  return {
    word: plain(word.word),
    start: seconds(word.startMs),
    end: seconds(word.endMs),
    confidence: rounded(word.confidence),
    ...(formatted ? { punctuated_word: word.word } : {}),
  };
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

/** The model as the vendor names it in metadata. */
export const MODEL_UUID = '5b3b4d42-0c1f-4e6e-9b1a-6d6f3c2b1a00';
export const modelInfo = (model: string): JsonObject => ({
  name: model,
  version: '2026-01-15.0',
  arch: 'nova-3',
});
