/** What one attempt amounted to on the line, from what the phone company reported, what its machine detection said, and what was heard. */
import type { AnsweredBy, CallProgress } from '../domain/call.ts';
import type { ConversationResult } from '../domain/conversation.ts';
import type { Disposition } from '../domain/disposition.ts';
import { unreachable } from '../domain/result.ts';

/** SIP answers that say something about the number or the callee, and not about the way there. */
const SIP_INVALID: ReadonlySet<number> = new Set([404, 410, 484, 604]);
const SIP_REJECTED: ReadonlySet<number> = new Set([403, 603, 607, 608]);

const isMachine = (verdict: AnsweredBy | null): boolean => verdict?.startsWith('machine_') ?? false;

/** Somebody or something picked up, and nobody talked with it. */
function pickedUp(verdict: AnsweredBy | null): Disposition {
  if (verdict === 'fax') return 'answered_fax';
  if (isMachine(verdict)) return 'answered_machine';
  return verdict === 'human' ? 'answered_human' : 'answered_unknown';
}

/** A conversation knows best: a machine that machine detection took for a person was heard to be one. */
function reached(result: ConversationResult, verdict: AnsweredBy | null): Disposition {
  switch (result.reached) {
    case 'human':
      return 'answered_human';
    case 'machine':
      return 'answered_machine';
    case 'fax':
      return 'answered_fax';
    case 'nobody':
      return pickedUp(result.answeredBy ?? verdict);
    default:
      return unreachable(result.reached);
  }
}

/**
 * Exactly one disposition for every combination.
 * @param progress the last report; null when none came although the call was placed.
 */
export function dispositionOf(facts: {
  readonly progress: CallProgress | null;
  readonly answeredBy: AnsweredBy | null;
  readonly result: ConversationResult | null;
}): Disposition {
  const { progress, answeredBy, result } = facts;
  if (result !== null) return reached(result, answeredBy);
  if (progress === null) return 'lost';
  switch (progress.status) {
    case 'busy':
      return 'busy';
    case 'no_answer':
      return 'no_answer';
    case 'canceled':
      return 'canceled_by_us';
    case 'failed':
      if (progress.sipCode !== null && SIP_INVALID.has(progress.sipCode)) return 'invalid_number';
      if (progress.sipCode !== null && SIP_REJECTED.has(progress.sipCode)) return 'rejected';
      return 'carrier_failure';
    case 'answered':
    case 'completed':
      return pickedUp(answeredBy);
    case 'queued':
    case 'ringing':
      return 'lost';
    default:
      return unreachable(progress);
  }
}
