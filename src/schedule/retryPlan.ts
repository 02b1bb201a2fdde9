/**
 * What is left to do after an attempt. Busy and unanswered phones are tried again after a while, a machine on another day, a failure of the
 * carrier soon and seldom; a refusal by the network or the callee never. Whether the hour suits the callee is asked again before the dial.
 */
import type { Disposition } from '../domain/disposition.ts';
import { localDay } from '../domain/localTime.ts';
import type { RetryPlan, RetryPlanner } from '../domain/planning.ts';
import type { NightSettings } from '../domain/practice.ts';
import { type Instant, type Zone, plusMs } from '../domain/time.ts';

/** A machine has our message then; a second one is a nuisance. */
const MACHINE_MAX = 1;

type Cadence =
  | { readonly kind: 'after'; readonly ms: number; readonly max: number }
  | { readonly kind: 'next_day'; readonly max: number }
  | { readonly kind: 'stop'; readonly state: 'resolved' | 'human' | 'suppressed' };

function cadence(disposition: Disposition, retry: NightSettings['retry']): Cadence {
  switch (disposition) {
    case 'busy':
      return { kind: 'after', ms: retry.busyMs, max: retry.busyMax };
    case 'no_answer':
      return { kind: 'after', ms: retry.noAnswerMs, max: retry.noAnswerMax };
    case 'carrier_failure':
    case 'provider_error':
    case 'canceled_by_us':
    case 'never_dialed':
      return { kind: 'after', ms: retry.carrierFailureMs, max: retry.carrierFailureMax };
    case 'answered_machine':
      return { kind: 'next_day', max: MACHINE_MAX };
    case 'answered_human':
      return { kind: 'stop', state: 'resolved' };
    // Somebody or something picked up and nothing is known of it, or the call was lost: ringing again would be a guess.
    case 'answered_unknown':
    case 'answered_fax':
    case 'rejected':
    case 'invalid_number':
    case 'lost':
      return { kind: 'stop', state: 'human' };
  }
}

/**
 * A planner for one practice.
 * @param where the zone in which "another day" begins.
 */
export function retryPlanner(settings: NightSettings, where: Zone): RetryPlanner {
  return ({ disposition, tries, endedAt, expiresAt }): RetryPlan => {
    const rule = cadence(disposition, settings.retry);
    if (rule.kind === 'stop') return { kind: 'stop', state: rule.state, because: disposition };
    if ((tries[disposition] ?? 0) > rule.max) {
      return { kind: 'stop', state: 'human', because: 'tries_used' };
    }
    const notBefore: Instant = rule.kind === 'after' ? plusMs(endedAt, rule.ms) : localDay(endedAt, where).to;
    return notBefore < expiresAt
      ? { kind: 'call_again', notBefore, because: disposition }
      : { kind: 'stop', state: 'expired', because: 'too_late' };
  };
}
