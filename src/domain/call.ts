import type { Brand } from './ids.ts';

/**
 * What happened to one attempt at the phone company's end, in its order. `rank` makes the fold monotone: a report that arrives late or
 * twice never moves an attempt back.
 */
export type CallProgress =
  | { readonly status: 'queued' }
  | { readonly status: 'ringing' }
  | { readonly status: 'answered' }
  | { readonly status: 'completed'; readonly durationSeconds: number | null }
  | { readonly status: 'busy' }
  | { readonly status: 'no_answer' }
  | { readonly status: 'failed'; readonly sipCode: number | null }
  | { readonly status: 'canceled' };

export type CallStatus = CallProgress['status'];

const RANK: Readonly<Record<CallStatus, number>> = {
  queued: 0,
  ringing: 1,
  answered: 2,
  completed: 3,
  busy: 3,
  no_answer: 3,
  failed: 3,
  canceled: 3,
};

export const isTerminal = (status: CallStatus): boolean => RANK[status] === 3;

/** True when `next` says something newer than `known`: reports may be repeated and reordered. */
export const advances = (known: CallStatus | null, next: CallStatus): boolean =>
  known === null || RANK[next] > RANK[known];

/** Answering machine detection, the provider's verdict. It may be late or wrong; what is heard can overrule it. */
export type AnsweredBy =
  | 'human'
  | 'machine_start'
  | 'machine_end_beep'
  | 'machine_end_silence'
  | 'machine_end_other'
  | 'fax'
  | 'unknown';

/** E.164, e.g. `+13125550123`. */
export type E164 = Brand<string, 'E164'>;

/** Whose words a transcript line holds. */
type Party = 'agent' | 'callee';

/** One line of what was said. For the agent: only what was heard before an interruption, never more. */
export interface TranscriptLine {
  readonly party: Party;
  readonly text: string;
  /** Milliseconds from the start of the media stream. */
  readonly fromMs: number;
  readonly toMs: number;
  /** True when the callee talked over it and it was cut. */
  readonly cut?: boolean;
}

/** The stages of one answered turn, each measured from the end of the callee's speech, in milliseconds. */
export interface TurnLatency {
  readonly turn: number;
  /** When the turn was taken as finished. */
  readonly endpointMs: number;
  /** When the words were final. */
  readonly transcriptMs: number;
  /** When it was known what they mean. */
  readonly understoodMs: number;
  /** First byte of our answer handed to the phone line. */
  readonly firstAudioMs: number;
  readonly understoodBy: 'rules' | 'model' | 'fallback';
  readonly speech: 'cached' | 'streamed';
}
