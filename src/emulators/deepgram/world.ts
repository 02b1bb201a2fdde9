import type { DelayProfile } from '../profiles.ts';
import type { SpeechRegistry } from '../speech.ts';
import type { Counters } from '../wire/counters.ts';
import type { FaultMenu } from '../wire/faultMenu.ts';
import type { DeepgramFault } from './faults.ts';

/** What every connection of one emulator shares. */
export interface DeepgramWorld {
  readonly registry: SpeechRegistry;
  readonly profile: DelayProfile;
  /** 0..1. */
  readonly random: () => number;
  /** 0..1: the share of intact words misheard all the same. */
  readonly wordErrorRate: number;
  /** The vendor switches ForceEndTurn on by account. */
  readonly forceEndTurn: boolean;
  /** Without audio, KeepAlive (Nova) or ping (Flux) for so long a socket is closed. */
  readonly idleMs: { readonly flux: number; readonly nova: number };
  readonly faults: FaultMenu<DeepgramFault>;
  readonly counters: Counters;
}

/** Close code and reason of a socket that nothing came from. */
export const IDLE_CLOSE = {
  code: 1011,
  reason: 'NET-0001: Deepgram did not receive audio data or a text message within the timeout window.',
} as const;

export const seconds = (ms: number): number => Math.round(ms) / 1000;
