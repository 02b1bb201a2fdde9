/** What preparing a call works with, and what a claimed one is. */
import type { CallingRules } from '../domain/planning.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import type { SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Claim } from '../ports/store/callStore.ts';
import type { Store } from '../ports/store/store.ts';

export interface ClaimDeps {
  readonly store: Pick<Store, 'practice' | 'mirror' | 'calls'>;
  readonly scheduling: SchedulingSystem;
  readonly rules: CallingRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export type ClaimedCall = Extract<Claim, { readonly kind: 'claimed' }>;
