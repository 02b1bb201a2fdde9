import { parentPort } from 'node:worker_threads';
import type { SpeakOptions, SpokenWord } from '../speech.ts';
import { createRenderer } from './render.ts';

/** What the synthesiser asks of its thread. */
export interface RenderJob {
  readonly id: number;
  readonly text: string;
  readonly options: SpeakOptions;
}

/** What the thread answers; `failure` is a sentence. */
export type RenderAnswer =
  | { readonly id: number; readonly mulaw: Uint8Array<ArrayBuffer>; readonly words: readonly SpokenWord[] }
  | { readonly id: number; readonly failure: string };

const renderer = createRenderer();

function answer(job: RenderJob): RenderAnswer {
  try {
    const { mulaw, words } = renderer.render(job.text, job.options);
    return { id: job.id, mulaw: Uint8Array.from(mulaw), words };
  } catch (thrown) {
    return { id: job.id, failure: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

parentPort?.on('message', (job: RenderJob) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(answer(job));
});
