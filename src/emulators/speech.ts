/**
 * Speech as the emulators share it: a synthesiser that makes real audio, and a registry that knows what a piece of audio
 * says because it was there when the audio was made. Listeners look up the frames that actually reach them: a frame that
 * was lost, cut or swapped on the way is a word lost or garbled. Nothing of the product may read the registry.
 */

/** One word of an utterance; times are milliseconds from the first sample. */
export interface SpokenWord {
  readonly word: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Audio of one utterance: G.711 mu-law, 8 kHz, mono. */
export interface Speech {
  readonly mulaw: Uint8Array;
  readonly words: readonly SpokenWord[];
}

export interface SpeakOptions {
  /** A Flite voice: rms, slt, awb, kal16, kal. */
  readonly voice: string;
  /** 1 = the voice's own pace, 1.2 = a fifth slower. */
  readonly stretch?: number;
  /** Mean fundamental frequency in Hz. */
  readonly pitchHz?: number;
}

/** `now`: somebody waits in silence for it. `soon`: made ahead, and lets the others go first. */
export type Urgency = 'now' | 'soon';

export interface Synthesiser {
  /** @param urgency default `now`. */
  speak(text: string, options: SpeakOptions, urgency?: Urgency): Promise<Speech>;
  close(): Promise<void>;
}

/** A word recognised from frames that arrived; times are milliseconds of the listener's own audio, first byte = 0. */
export interface HeardWord extends SpokenWord {
  /** 0..1: how much of the word's audio arrived intact. */
  readonly intact: number;
}

/** Follows one stream of mu-law bytes; tolerant of any chunking and of any byte offset. */
export interface Listener {
  /** Takes the next bytes and returns the words that ended in them. */
  hear(mulaw: Uint8Array): readonly HeardWord[];
  /** What the last bytes were: someone's speech, or not; `speechMs` = how long the present run of speech has lasted. */
  readonly now: { readonly speaking: boolean; readonly speechMs: number; readonly quietMs: number };
  /** Words begun but not ended, as a recogniser's guess so far. */
  readonly partial: readonly HeardWord[];
}

export interface SpeechRegistry {
  /** Remembers what each 20 ms frame of this audio says. Call it on the audio as it goes out (after noise is mixed in). */
  register(speech: Speech): void;
  listen(): Listener;
}
