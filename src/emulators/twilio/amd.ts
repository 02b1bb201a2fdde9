import type { AnsweredBy } from '../phone.ts';
import type { AmdProfile } from './options.ts';

/** What the create request asked of answering machine detection. */
export interface AmdRequest {
  readonly mode: 'Enable' | 'DetectMessageEnd';
  readonly async: boolean;
  readonly timeoutMs: number;
  readonly callback: string | null;
  readonly callbackMethod: 'GET' | 'POST';
}

const VERDICTS = [
  'human',
  'machine_start',
  'machine_end_beep',
  'machine_end_silence',
  'machine_end_other',
  'fax',
  'unknown',
] as const;

export type AmdVerdict = (typeof VERDICTS)[number];

export function isAmdVerdict(value: unknown): value is AmdVerdict {
  return VERDICTS.some((verdict) => verdict === value);
}

/** A detection that went wrong: later than usual, with another verdict, or not at all. */
export interface AmdFault {
  readonly lateByMs?: number;
  readonly says?: AmdVerdict;
  readonly never?: boolean;
}

/** When the verdict comes (milliseconds after the answer) and what it says; null = never. */
export interface AmdPlan {
  readonly verdict: AmdVerdict;
  readonly atMs: number;
}

/**
 * Decides a call's verdict from the handset's truth. A verdict that would come after MachineDetectionTimeout is `unknown` at
 * the timeout; a machine whose greeting never ends is `unknown` under DetectMessageEnd. A missing verdict of a synchronous
 * detection is `unknown` at the timeout too, since the call waits for it.
 */
export function planAmd(
  truth: AnsweredBy,
  request: AmdRequest,
  profile: AmdProfile,
  fault: AmdFault,
): AmdPlan | null {
  const timedOut: AmdPlan = { verdict: 'unknown', atMs: request.timeoutMs };
  if (fault.never === true) return request.async ? null : timedOut;
  const right = detect(truth, request.mode, profile);
  if (right === null && fault.says === undefined) return timedOut;
  const plan: AmdPlan = {
    verdict: fault.says ?? right?.verdict ?? 'unknown',
    atMs: (right?.atMs ?? profile.delays.humanMs) + (fault.lateByMs ?? 0),
  };
  return plan.atMs > request.timeoutMs && fault.lateByMs === undefined ? timedOut : plan;
}

function detect(truth: AnsweredBy, mode: AmdRequest['mode'], { delays }: AmdProfile): AmdPlan | null {
  switch (truth.who) {
    case 'human':
      return { verdict: 'human', atMs: delays.humanMs };
    case 'fax':
      return { verdict: 'fax', atMs: delays.faxMs };
    case 'machine':
      if (mode === 'Enable') return { verdict: 'machine_start', atMs: delays.machineMs };
      if (truth.greetingEnd === undefined) return null;
      return {
        verdict: `machine_end_${truth.greetingEnd.how}`,
        atMs: truth.greetingEnd.afterMs + delays.messageEndMs,
      };
    default:
      return truth.who satisfies never;
  }
}

/** Spreads a share of misses evenly: with 0.25 every fourth call. */
export function missCounter(share: number): () => boolean {
  let owed = 0;
  return () => {
    owed += share;
    if (owed < 1 - 1e-9) return false;
    owed -= 1;
    return true;
  };
}
