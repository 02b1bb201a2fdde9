/** Hearing and speaking. Audio is G.711 mu-law, 8 kHz, mono, wherever it is bytes. */
import type { Result } from '../domain/result.ts';

/** One recognised word; milliseconds of the audio sent so far, 0 = the first byte. */
export interface RecognisedWord {
  readonly word: string;
  readonly confidence: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
}

export type TranscriberEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'speech_started'; readonly turn: number }
  /** The turn's words so far; each replaces the one before. */
  | {
      readonly kind: 'partial';
      readonly turn: number;
      readonly text: string;
      readonly words: readonly RecognisedWord[];
    }
  /** Probably finished: speculation may begin, nothing may be done yet. */
  | { readonly kind: 'eager_end'; readonly turn: number; readonly text: string; readonly confidence: number }
  /** The eager end was wrong. */
  | { readonly kind: 'resumed'; readonly turn: number }
  | {
      readonly kind: 'end';
      readonly turn: number;
      readonly text: string;
      readonly words: readonly RecognisedWord[];
      readonly confidence: number;
    }
  | { readonly kind: 'failed'; readonly reason: 'refused' | 'rate_limited' | 'lost' | 'protocol' };

export interface TranscriberStream {
  /** Any chunk size; the adapter makes the provider's. Dropped silently when the stream is not open. */
  send(mulaw: Uint8Array): void;
  /** How sure the provider must be of the end of a turn, 0.5..1, and the words to expect. Takes effect mid-call where it can. */
  expect(hint: { readonly endOfTurnThreshold?: number; readonly keyterms?: readonly string[] }): void;
  close(): void;
}

export interface Transcriber {
  /** Opens a stream for one call. Events, the failure to open among them, arrive at the listener. */
  open(options: {
    readonly keyterms: readonly string[];
    readonly onEvent: (event: TranscriberEvent) => void;
  }): TranscriberStream;
}

/** Where in the audio of an utterance a word lies; milliseconds from its first byte. */
export interface WordTiming {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A finished rendering: what a phrase cache keeps. */
export interface RenderedSpeech {
  readonly mulaw: Uint8Array;
  readonly words: readonly WordTiming[];
}

export interface VoiceSettings {
  readonly voiceId: string;
  readonly model: string;
  readonly stability: number;
  readonly similarity: number;
  /** 0.7..1.2 */
  readonly speed: number;
}

export type SpeechChunk =
  | {
      readonly kind: 'audio';
      readonly base64Mulaw: string;
      readonly bytes: number;
      readonly words: readonly WordTiming[];
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly reason: 'refused' | 'rate_limited' | 'lost' | 'timeout' };

export type VoiceFailure = { readonly kind: 'refused' | 'rate_limited' | 'unavailable' | 'timeout' };

/** The voice of one call: one socket, one context for each utterance. */
export interface VoiceSession {
  /** Streams one utterance; the listener hears chunks in order, then `end` or `failed`. Returns how to stop it. */
  speak(text: string, onChunk: (chunk: SpeechChunk) => void): { readonly cancel: () => void };
  close(): void;
}

export interface Voice {
  /** The whole utterance at once, for speech that is known ahead. */
  render(
    text: string,
    settings: VoiceSettings,
    signal: AbortSignal,
  ): Promise<Result<RenderedSpeech, VoiceFailure>>;
  open(settings: VoiceSettings): VoiceSession;
}
