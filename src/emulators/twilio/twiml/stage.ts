import type { Call, Instructions } from '../call.ts';
import type { Company, Dialer } from '../company.ts';
import type { Leg } from '../leg.ts';
import type { Params } from '../webhooks.ts';
import type { TwimlDocument } from './document.ts';

/** What a verb is performed in. `signal` aborts when the call ends or gets other instructions. */
export interface Stage {
  readonly company: Company;
  readonly dialer: Dialer;
  readonly call: Call;
  readonly leg: Leg;
  readonly document: TwimlDocument;
  readonly signal: AbortSignal;
  /** The callee puts the phone down. */
  readonly calleeHangsUp: () => void;
}

/** What happens after a verb. */
export type Next =
  | { readonly kind: 'next_verb' }
  | { readonly kind: 'go_to'; readonly instructions: Instructions; readonly params: Params }
  | { readonly kind: 'hang_up' };

export const NEXT_VERB: Next = { kind: 'next_verb' };
export const HANG_UP: Next = { kind: 'hang_up' };

/** Instructions from another URL, relative to this document's; what cannot be resolved ends the call with alert 11200. */
export function goTo(stage: Stage, url: string, method: string | undefined, params: Params): Next {
  const target = resolve(stage, url);
  if (target === null) {
    stage.company.alerts.raise(11200, { callSid: stage.call.sid, url }, 'not a URL');
    return HANG_UP;
  }
  const instructions = { kind: 'url', url: target, method: method === 'GET' ? 'GET' : 'POST' } as const;
  return { kind: 'go_to', instructions, params };
}

/** An absolute URL out of one that may be relative to the document; empty means the document itself. */
export function resolve(stage: Stage, url: string): string | null {
  const base = stage.document.url;
  if (URL.canParse(url)) return url;
  return base !== null && URL.canParse(url, base) ? new URL(url, base).href : null;
}

/** A schema warning, 12200. */
export function warn(stage: Stage, detail: string): void {
  stage.company.alerts.raise(12200, { callSid: stage.call.sid }, detail);
}
