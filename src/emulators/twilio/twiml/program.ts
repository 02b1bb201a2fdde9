import type { Call, Instructions } from '../call.ts';
import type { Company, Dialer } from '../company.ts';
import type { Leg } from '../leg.ts';
import { orAbort } from '../time.ts';
import type { Params } from '../webhooks.ts';
import { loadDocument } from './document.ts';
import { perform } from './perform.ts';

/** Why a running document is left: not an error, but it travels like one. */
class Interrupted extends Error {}

export interface ProgramOptions {
  readonly company: Company;
  readonly dialer: Dialer;
  readonly call: Call;
  readonly leg: Leg;
  readonly calleeHangsUp: () => void;
  /** There is nothing left to perform. */
  readonly ranOut: () => void;
}

/** Performs a call's TwiML, one document at a time. New instructions interrupt the old ones. */
export class Program {
  readonly #options: ProgramOptions;
  #running: AbortController | null = null;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  /** Performs these instructions, leaving whatever is performed now. */
  start(instructions: Instructions, params: Params): void {
    this.stop();
    const running = new AbortController();
    this.#running = running;
    void this.#run(instructions, params, running.signal);
  }

  stop(): void {
    this.#running?.abort(new Interrupted());
    this.#running = null;
  }

  async #run(first: Instructions, firstParams: Params, signal: AbortSignal): Promise<void> {
    const { company, call, ranOut } = this.#options;
    try {
      let instructions: Instructions | null = first;
      let params = firstParams;
      while (instructions !== null) {
        const document = await orAbort(loadDocument(company, call, instructions, params), signal);
        instructions = null;
        if (document === null) break;
        for (const verb of document.verbs) {
          const next = await perform(verb, { ...this.#options, document, signal });
          if (next.kind === 'next_verb') continue;
          if (next.kind === 'go_to') ({ instructions, params } = next);
          break;
        }
      }
      if (!signal.aborted) ranOut();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    }
  }
}
