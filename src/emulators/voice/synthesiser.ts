import type { SpeakOptions, Speech, Synthesiser, Urgency } from '../speech.ts';
import { VOICES } from './flite.ts';
import { startWorkerPool } from './workerPool.ts';

/** Audio kept for the next time it is asked for, in bytes: two hours of speech. */
const CACHE_BYTES = 64 * 1024 * 1024;

/**
 * Starts the voice: Flite in `threads` worker threads. The same text with the same options is made once and then
 * remembered (least recently used goes first), so its audio is the same byte for byte. A text without a word in it
 * gives no audio; an unknown voice rejects with the list of those that exist.
 */
export async function startSynthesiser(settings: { readonly threads?: 1 | 2 } = {}): Promise<Synthesiser> {
  const threads = settings.threads ?? 1;
  const pool = startWorkerPool(threads);
  const finished = new Map<string, Speech>();
  const underWay = new Map<string, Promise<Speech>>();
  let bytes = 0;

  function remember(key: string, speech: Speech): void {
    finished.set(key, speech);
    bytes += speech.mulaw.length;
    for (const [oldest, { mulaw }] of finished) {
      if (bytes <= CACHE_BYTES) break;
      finished.delete(oldest);
      bytes -= mulaw.length;
    }
  }

  async function make(key: string, text: string, options: SpeakOptions, urgency: Urgency): Promise<Speech> {
    try {
      const speech = await pool.render(text, options, urgency);
      remember(key, speech);
      return speech;
    } finally {
      underWay.delete(key);
    }
  }

  const synthesiser: Synthesiser = {
    speak(text, options, urgency = 'now') {
      if (!VOICES.includes(options.voice)) {
        return Promise.reject(
          new Error(`no voice ${JSON.stringify(options.voice)}; there are ${VOICES.join(', ')}`),
        );
      }
      const key = JSON.stringify([text, options.voice, options.stretch ?? 1, options.pitchHz ?? null]);
      const known = finished.get(key);
      if (known !== undefined) {
        finished.delete(key);
        finished.set(key, known);
        return Promise.resolve(known);
      }
      const making = underWay.get(key) ?? make(key, text, options, urgency);
      underWay.set(key, making);
      return making;
    },
    close: () => pool.close(),
  };
  // The first word through a cold thread waits for Flite to be compiled: better now than in a call.
  await Promise.all(Array.from({ length: threads }, () => pool.render('ready', { voice: 'kal' }, 'now')));
  return synthesiser;
}
