import type { Speech } from '../speech.ts';
import { hashOf, WINDOW_BYTES } from './rollingHash.ts';

/** A word's place among the bytes of its utterance. */
interface WordPlace {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** One utterance as it was made. */
export interface Utterance {
  readonly bytes: Uint8Array;
  readonly words: readonly WordPlace[];
}

/** A window of an utterance that sounds like the one asked for. */
export interface Place {
  readonly utterance: Utterance;
  readonly at: number;
}

/** Utterances by their audio. */
export interface Archive {
  add(speech: Speech): void;
  /** False when no window with this hash was ever added; cheap enough to be asked for every byte. */
  mayKnow(hash: number): boolean;
  /** Where a window with this hash was heard before, the newest first; the caller compares the bytes. */
  places(hash: number): readonly Place[];
  /** The utterance was heard again: it is the last to be forgotten. */
  touch(utterance: Utterance): void;
}

/** Audio remembered at once: more than an hour of speech, and the index for it. */
const MOST_BYTES = 32 * 1024 * 1024;

/** Frames that sound alike in this many utterances tell nothing. */
const MOST_PLACES = 16;

/** A frame with fewer different samples is silence or a tone: it says nothing about where it comes from. */
const FEWEST_SAMPLES = 12;

const BYTES_PER_MS = 8;

/** A mark for each hash that was added, by its upper bits. */
const MARK_BITS = 20;

const NOWHERE: readonly Place[] = [];

/** An empty archive; over `mostBytes` of audio the utterances that were heard least recently are forgotten. */
export function createArchive(mostBytes: number = MOST_BYTES): Archive {
  const index = new Map<number, Place[]>();
  const marks = new Uint8Array(1 << MARK_BITS);
  const utterances = new Set<Utterance>();
  let bytes = 0;

  function forget(utterance: Utterance): void {
    utterances.delete(utterance);
    bytes -= utterance.bytes.length;
    for (const at of tellingWindows(utterance.bytes)) {
      const hash = hashOf(utterance.bytes, at);
      const left = (index.get(hash) ?? []).filter((place) => place.utterance !== utterance);
      if (left.length > 0) index.set(hash, left);
      else index.delete(hash);
    }
  }

  function touch(utterance: Utterance): void {
    if (utterances.delete(utterance)) utterances.add(utterance);
  }

  function known(audio: Uint8Array): Utterance | undefined {
    const first = tellingWindows(audio).next();
    if (first.done === true) return undefined;
    const places = index.get(hashOf(audio, first.value)) ?? [];
    return places.find(({ utterance }) => sameBytes(utterance.bytes, audio))?.utterance;
  }

  return {
    add(speech) {
      const before = known(speech.mulaw);
      if (before !== undefined) {
        touch(before);
        return;
      }
      const utterance = { bytes: Uint8Array.from(speech.mulaw), words: wordPlaces(speech) };
      utterances.add(utterance);
      bytes += utterance.bytes.length;
      for (const at of tellingWindows(utterance.bytes)) {
        const hash = hashOf(utterance.bytes, at);
        const places = index.get(hash) ?? [];
        marks[hash >>> (32 - MARK_BITS)] = 1;
        index.set(hash, [{ utterance, at }, ...places.slice(0, MOST_PLACES - 1)]);
      }
      for (const oldest of utterances) {
        if (bytes <= mostBytes || oldest === utterance) break;
        forget(oldest);
      }
    },
    mayKnow: (hash) => marks[hash >>> (32 - MARK_BITS)] === 1,
    places: (hash) => index.get(hash) ?? NOWHERE,
    touch,
  };
}

function wordPlaces(speech: Speech): readonly WordPlace[] {
  const last = speech.mulaw.length;
  return speech.words.map(({ word, startMs, endMs }) => {
    const start = Math.min(last - 1, Math.round(startMs * BYTES_PER_MS));
    return { word, start, end: Math.max(start + 1, Math.min(last, Math.round(endMs * BYTES_PER_MS))) };
  });
}

/** The offsets of the frames by which an utterance can be recognised. */
function* tellingWindows(bytes: Uint8Array): Generator<number, undefined> {
  for (let at = 0; at + WINDOW_BYTES <= bytes.length; at += WINDOW_BYTES) {
    if (new Set(bytes.subarray(at, at + WINDOW_BYTES)).size >= FEWEST_SAMPLES) yield at;
  }
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
