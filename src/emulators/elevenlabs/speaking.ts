/** Text into pieces of audio, as late as the profile says and registered with those who listen. */
import { type DelayProfile, delayOf } from '../profiles.ts';
import type { SpeakOptions, SpeechRegistry, Synthesiser, Urgency } from '../speech.ts';
import type { Counters } from '../wire/counters.ts';
import type { FaultMenu } from '../wire/faultMenu.ts';
import { wait } from '../wire/wait.ts';
import { type TimedChar, timeChars } from './alignment.ts';
import { BYTES_PER_MS, dithered, padded } from './audio.ts';
import type { ElevenLabsFault } from './faults.ts';
import type { Voices } from './voices.ts';

export interface ElevenLabsWorld {
  readonly apiKey: string;
  readonly synthesiser: Synthesiser;
  readonly registry: SpeechRegistry;
  readonly profile: DelayProfile;
  readonly random: () => number;
  readonly voices: Voices;
  readonly faults: FaultMenu<ElevenLabsFault>;
  readonly counters: Counters;
}

/** A piece of speech on its way out. */
export interface Piece {
  readonly mulaw: Uint8Array;
  /** Where the piece begins in the speech of one text, in ms. */
  readonly startMs: number;
  /** Characters that begin in it; times count from the beginning of their sentence. */
  readonly chars: readonly TimedChar[];
  /** Where that sentence begins in the speech, in ms. */
  readonly sentenceMs: number;
}

/** Half a second: 25 telephone frames. */
const PIECE_BYTES = 4000;

/**
 * Speaks a text sentence by sentence, so that a long one begins as early as a short one. Ends early when the signal aborts;
 * by fault it stalls (until the signal aborts) or throws `cut`.
 */
export async function* speak(
  text: string,
  voice: SpeakOptions,
  world: ElevenLabsWorld,
  signal: AbortSignal,
  urgency: Urgency,
): AsyncGenerator<Piece, void> {
  const { profile, random, counters, faults } = world;
  counters.add('characters', text.length);
  const lateMs = faults.take('slow')?.lateMs ?? 0;
  const stalls = faults.take('stall') !== undefined;
  const cuts = faults.take('cut') !== undefined;
  const firstByte = wait(delayOf(profile.synthesisFirstByte, random) + lateMs, signal);
  let dueMs = 0;
  let startMs = 0;
  let sent = 0;
  for (const sentence of sentencesOf(text)) {
    const leadingMs = startMs === 0 ? delayOf(profile.synthesisLeadingSilence, random) : 0;
    const rendered = await renderSentence(sentence, voice, leadingMs, world, urgency);
    await firstByte;
    if (dueMs === 0) dueMs = performance.now();
    const sentenceMs = startMs;
    for (let at = 0; at < rendered.mulaw.length; at += PIECE_BYTES) {
      if (sent > 0) dueMs += delayOf(profile.synthesisPerChunk, random);
      await wait(dueMs - performance.now(), signal);
      if (signal.aborted) return;
      const mulaw = rendered.mulaw.subarray(at, at + PIECE_BYTES);
      const fromMs = at / BYTES_PER_MS;
      const toMs = fromMs + mulaw.length / BYTES_PER_MS;
      const last = at + PIECE_BYTES >= rendered.mulaw.length;
      const chars = rendered.chars.filter((char) => char.startMs >= fromMs && (last || char.startMs < toMs));
      yield { mulaw, startMs, chars, sentenceMs };
      startMs += mulaw.length / BYTES_PER_MS;
      sent += 1;
      if (cuts) throw new Error('cut');
      if (stalls) await aborted(signal);
    }
  }
}

async function renderSentence(
  sentence: string,
  voice: SpeakOptions,
  leadingMs: number,
  { synthesiser, registry, counters }: ElevenLabsWorld,
  urgency: Urgency,
): Promise<{ readonly mulaw: Uint8Array; readonly chars: readonly TimedChar[] }> {
  const speech = await synthesiser.speak(sentence.trim(), voice, urgency);
  if (speech.mulaw.length === 0) return { mulaw: speech.mulaw, chars: [] };
  counters.add('renderings');
  const mulaw = dithered(padded(speech.mulaw, leadingMs), counters.of('renderings'));
  const words = speech.words.map(({ word, startMs, endMs }) => ({
    word,
    startMs: startMs + leadingMs,
    endMs: endMs + leadingMs,
  }));
  registry.register({ mulaw, words });
  counters.add('audioBytes', mulaw.length);
  return { mulaw, chars: timeChars(sentence, words) };
}

/** The sentences of a text, each with the white space behind it; very short ones stay with their neighbour. */
export function sentencesOf(text: string): readonly string[] {
  const parts =
    text.match(/[\s\S]+?(?:(?<!\b(?:Dr|Mr|Mrs|Ms|St|No|a\.m|p\.m))[.!?]+["')]*\s+(?=["'(]?[A-Z])|$)/g) ?? [];
  const sentences: string[] = [];
  for (const part of parts) {
    const before = sentences.at(-1);
    if (before !== undefined && before.trim().length < 20) sentences[sentences.length - 1] = before + part;
    else sentences.push(part);
  }
  return sentences.filter((sentence) => sentence.trim() !== '');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
