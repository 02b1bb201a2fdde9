import type { FaultKinds } from '../wire/faultMenu.ts';

/** What can be asked of the transcriber to go wrong. */
export type DeepgramFault =
  /** The next handshake or pre-recorded request is answered with this status: 401, 429, 500 ... */
  | { readonly kind: 'refuse'; readonly status: number }
  /** The socket is closed with this code while somebody is speaking. */
  | { readonly kind: 'close_mid_turn'; readonly code: number }
  /** The socket is closed as if no audio had come for too long. */
  | { readonly kind: 'net_0001' }
  /** A fatal Error message, then the close. */
  | { readonly kind: 'error_frame' }
  /** The pauses of the next turn are taken for its end only after this much silence: the slow tail. */
  | { readonly kind: 'slow_end'; readonly lagMs: number }
  /** The next EagerEndOfTurn is taken back. */
  | { readonly kind: 'resume_after_eager' }
  /** The model is never sure about the next turn: it ends by timeout. */
  | { readonly kind: 'end_by_timeout' }
  /** The next socket takes audio and says nothing. */
  | { readonly kind: 'no_progress' }
  /** Every message of the next turn is late by so much more. */
  | { readonly kind: 'late_results'; readonly lateMs: number };

export const DEEPGRAM_FAULTS: FaultKinds<DeepgramFault> = {
  refuse: ['status'],
  close_mid_turn: ['code'],
  net_0001: [],
  error_frame: [],
  slow_end: ['lagMs'],
  resume_after_eager: [],
  end_by_timeout: [],
  no_progress: [],
  late_results: ['lateMs'],
};
