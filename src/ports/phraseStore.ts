/** Keeps rendered phrases across restarts. A phrase that cannot be read is as good as absent, one that cannot be written is rendered again. */
import type { RenderedSpeech } from './speech.ts';

export interface PhraseStore {
  /** @param key content address, 64 hexadecimal digits. */
  load(key: string): Promise<RenderedSpeech | null>;
  save(key: string, speech: RenderedSpeech): Promise<void>;
}
