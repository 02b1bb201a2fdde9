import type { FaultKinds } from '../wire/faultMenu.ts';

/** What can be asked of the voice to go wrong. */
export type ElevenLabsFault =
  /** The next HTTP request or handshake is answered with this status: 401, 429, 500 ... */
  | { readonly kind: 'refuse'; readonly status: number }
  /** The socket is closed as if no text had come for too long. */
  | { readonly kind: 'idle_close' }
  /** The next context is refused as if five were open, and the socket closed. */
  | { readonly kind: 'context_limit' }
  /** One more piece of audio comes after the end of the next context. */
  | { readonly kind: 'audio_after_close' }
  /** The next speech stops after its first piece of audio: nothing more comes, and nothing is closed. */
  | { readonly kind: 'stall' }
  /** The next speech begins so much later. */
  | { readonly kind: 'slow'; readonly lateMs: number }
  /** The next end of a context is spelled `is_final`. */
  | { readonly kind: 'snake_final' }
  /** The socket is closed with 1009, as with a voice that the model cannot speak. */
  | { readonly kind: 'close_1009' }
  /** The connection is cut in the middle of the next speech. */
  | { readonly kind: 'cut' };

export const ELEVENLABS_FAULTS: FaultKinds<ElevenLabsFault> = {
  refuse: ['status'],
  idle_close: [],
  context_limit: [],
  audio_after_close: [],
  stall: [],
  slow: ['lateMs'],
  snake_final: [],
  close_1009: [],
  cut: [],
};
