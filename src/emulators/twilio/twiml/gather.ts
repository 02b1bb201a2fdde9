import { deferred } from '../deferred.ts';
import { orAbort } from '../time.ts';
import { prompt } from './prompt.ts';
import { goTo, NEXT_VERB, type Next, type Stage } from './stage.ts';
import type { XmlElement } from './xml.ts';

/**
 * Collects keys while its prompts run (a key stops them), until numDigits, finishOnKey, or a silence of `timeout` seconds after
 * the prompts or the last key. With keys it goes to `action` (default: this document); without, to the next verb.
 */
export async function gather(verb: XmlElement, stage: Stage): Promise<Next> {
  const { action = '', method, numDigits, timeout = '5', finishOnKey = '#' } = verb.attributes;
  const mostDigits = numDigits === undefined ? Infinity : Number(numDigits);
  const prompting = new AbortController();
  let digits = '';
  let restart = (): void => prompting.abort();
  const over = deferred<void>();
  const unlisten = stage.leg.onKey((digit) => {
    restart();
    if (digit !== finishOnKey) digits += digit;
    if (digit === finishOnKey || digits.length >= mostDigits) over.resolve();
  });
  try {
    await prompts(verb, stage, prompting.signal);
    const quietMs = Number(timeout) * 1000;
    let cancel = stage.company.time.after(quietMs, over.resolve);
    restart = () => {
      cancel();
      cancel = stage.company.time.after(quietMs, over.resolve);
    };
    await orAbort(over.promise, stage.signal);
    cancel();
  } finally {
    unlisten();
  }
  return digits === '' ? NEXT_VERB : goTo(stage, action, method, [['Digits', digits]]);
}

/** Runs the nested prompts; a key ends them, the end of the stage rejects. */
async function prompts(verb: XmlElement, stage: Stage, stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stage.signal, stopped]);
  try {
    for (const child of verb.children) await prompt(child, { ...stage, signal });
  } catch (error) {
    stage.signal.throwIfAborted();
    if (!stopped.aborted) throw error;
  }
}
