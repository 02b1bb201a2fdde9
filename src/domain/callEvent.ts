/** A call is an event log; everything shown about it is a fold over these. Times are milliseconds since the media stream opened. */
import type { AnsweredBy, TranscriptLine, TurnLatency } from './call.ts';

export type CallEvent =
  | { readonly kind: 'line_opened'; readonly atMs: number }
  | {
      readonly kind: 'answered_by';
      readonly atMs: number;
      readonly verdict: AnsweredBy;
      readonly source: 'provider' | 'heard';
    }
  | { readonly kind: 'state_entered'; readonly atMs: number; readonly state: string }
  /** The agent's line when it was played to its end or cut; `line.text` is what was heard. */
  | { readonly kind: 'said'; readonly atMs: number; readonly line: TranscriptLine }
  | { readonly kind: 'heard'; readonly atMs: number; readonly line: TranscriptLine }
  | {
      readonly kind: 'understood';
      readonly atMs: number;
      readonly move: string;
      readonly by: 'rules' | 'model' | 'fallback' | 'keypad';
    }
  /** The callee went on: the latest `heard` and what was understood of it do not count; the state is the one before. */
  | { readonly kind: 'taken_back'; readonly atMs: number }
  | { readonly kind: 'turn_measured'; readonly atMs: number; readonly latency: TurnLatency }
  | { readonly kind: 'barge_in'; readonly atMs: number; readonly heardUpToMs: number }
  | {
      readonly kind: 'vendor_failed';
      readonly atMs: number;
      readonly vendor: 'transcriber' | 'model' | 'voice';
      readonly reason: string;
    }
  | { readonly kind: 'line_closed'; readonly atMs: number; readonly by: 'agent' | 'callee' | 'line' };
