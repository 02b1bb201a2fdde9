/** Understandings under way: each can be taken once, or forgotten, which ends the spending on it. */
import type { LanguageModel } from '../ports/languageModel.ts';
import { type UnderstandContext, type Understood, understand, understandByRules } from './understand.ts';

interface UnderWay {
  readonly stop: AbortController;
  result: Understood | null;
}

export class Understandings {
  readonly #model: LanguageModel;
  readonly #deadlineMs: number;
  readonly #done: (ask: number) => void;
  readonly #underWay = new Map<number, UnderWay>();

  constructor(model: LanguageModel, deadlineMs: number, done: (ask: number) => void) {
    this.#model = model;
    this.#deadlineMs = deadlineMs;
    this.#done = done;
  }

  /** Finds out what words mean. By the rules it is known at once; `done` is told either way. */
  start(ask: number, words: string, context: UnderstandContext): void {
    const underWay: UnderWay = { stop: new AbortController(), result: understandByRules(words, context) };
    this.#underWay.set(ask, underWay);
    if (underWay.result !== null) return this.#done(ask);
    void this.#finish(ask, underWay, words, context);
  }

  async #finish(ask: number, underWay: UnderWay, words: string, context: UnderstandContext): Promise<void> {
    const limits = { deadlineMs: this.#deadlineMs, signal: underWay.stop.signal };
    const failed: Understood = { by: 'fallback', quote: words, failure: 'unavailable' };
    const result = await understand(words, context, this.#model, limits).catch(() => failed);
    if (this.#underWay.get(ask) !== underWay) return;
    underWay.result = result;
    this.#done(ask);
  }

  /** The result, if it is there; it is gone from here then. */
  take(ask: number): Understood | null {
    const result = this.#underWay.get(ask)?.result ?? null;
    this.forget(ask);
    return result;
  }

  forget(ask: number): void {
    this.#underWay.get(ask)?.stop.abort();
    this.#underWay.delete(ask);
  }

  close(): void {
    for (const ask of this.#underWay.keys()) this.forget(ask);
  }
}
