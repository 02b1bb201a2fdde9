/**
 * Speech that was rendered once and is said again: content-addressed by voice, model, settings and text, so that a changed voice or a
 * changed word is another phrase. Bounded in memory, the least recently used goes first; a phrase store keeps them across restarts.
 */
import { createHash } from 'node:crypto';
import type { PhraseStore } from '../ports/phraseStore.ts';
import type { RenderedSpeech, Voice, VoiceFailure, VoiceSettings } from '../ports/speech.ts';
import { type Result, ok } from '../domain/result.ts';

/** Content address of a phrase, 64 hexadecimal digits. */
export function phraseKey(text: string, settings: VoiceSettings): string {
  const { voiceId, model, stability, similarity, speed } = settings;
  return createHash('sha256')
    .update(JSON.stringify([voiceId, model, stability, similarity, speed, text]))
    .digest('hex');
}

export class PhraseCache {
  readonly #bytesMax: number;
  readonly #store: PhraseStore | null;
  readonly #phrases = new Map<string, RenderedSpeech>();
  readonly #underWay = new Map<string, Promise<Result<RenderedSpeech, VoiceFailure>>>();
  #bytes = 0;

  /** @param bytesMax audio kept in memory; 64 MB are two and a quarter hours. */
  constructor(bytesMax: number, store: PhraseStore | null) {
    this.#bytesMax = bytesMax;
    this.#store = store;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A phrase that is in memory now; null otherwise. Never waits: the line is open. */
  get(text: string, settings: VoiceSettings): RenderedSpeech | null {
    const key = phraseKey(text, settings);
    const found = this.#phrases.get(key);
    if (found === undefined) return null;
    this.#phrases.delete(key);
    this.#phrases.set(key, found);
    return found;
  }

  put(text: string, settings: VoiceSettings, speech: RenderedSpeech): void {
    this.#keep(phraseKey(text, settings), speech);
  }

  /** Brings a phrase into memory, from the store or from the voice. Two who want the same phrase cause one rendering. */
  async ready(
    text: string,
    settings: VoiceSettings,
    voice: Voice,
    signal: AbortSignal,
  ): Promise<Result<RenderedSpeech, VoiceFailure>> {
    const found = this.get(text, settings);
    if (found !== null) return ok(found);
    const key = phraseKey(text, settings);
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay;
    const rendering = this.#render(key, text, settings, voice, signal).finally(() =>
      this.#underWay.delete(key),
    );
    this.#underWay.set(key, rendering);
    return rendering;
  }

  async #render(
    key: string,
    text: string,
    settings: VoiceSettings,
    voice: Voice,
    signal: AbortSignal,
  ): Promise<Result<RenderedSpeech, VoiceFailure>> {
    const stored = (await this.#store?.load(key)) ?? null;
    if (stored !== null) {
      this.#keep(key, stored);
      return ok(stored);
    }
    const rendered = await voice.render(text, settings, signal);
    if (!rendered.ok) return rendered;
    this.#keep(key, rendered.value);
    await this.#store?.save(key, rendered.value);
    return rendered;
  }

  #keep(key: string, speech: RenderedSpeech): void {
    if (this.#phrases.has(key)) return;
    this.#phrases.set(key, speech);
    this.#bytes += speech.mulaw.length;
    for (const [oldest, old] of this.#phrases) {
      if (this.#bytes <= this.#bytesMax || oldest === key) break;
      this.#phrases.delete(oldest);
      this.#bytes -= old.mulaw.length;
    }
  }
}
