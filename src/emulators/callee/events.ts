import type { SpokenWord } from '../speech.ts';

/** What really happened at the handset. Times are milliseconds since the answer, to the frame of 20 ms. */
export type CalleeEvent =
  | { readonly kind: 'answered'; readonly atMs: 0 }
  | {
      readonly kind: 'said';
      readonly atMs: number;
      readonly endMs: number;
      readonly text: string;
      readonly words: readonly SpokenWord[];
    }
  | {
      /** One turn of the far side, as far as it was understood; `question` is what it was taken to ask. */
      readonly kind: 'heard';
      readonly atMs: number;
      readonly endMs: number;
      readonly text: string;
      readonly question: string;
      readonly words: readonly SpokenWord[];
    }
  | { readonly kind: 'beeped'; readonly atMs: number; readonly endMs: number }
  | { readonly kind: 'pressed'; readonly atMs: number; readonly digit: string }
  | { readonly kind: 'speechless'; readonly atMs: number; readonly text: string; readonly detail: string }
  | { readonly kind: 'recording_failed'; readonly atMs: number; readonly detail: string }
  | { readonly kind: 'hung_up'; readonly atMs: number; readonly by: 'callee' | 'far_side' };

/** Which call an event belongs to. */
export interface CalleeCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly persona: string;
}
