import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AnsweredBy, CallProgress } from '../../../src/domain/call.ts';
import type { ConversationResult, Reached } from '../../../src/domain/conversation.ts';
import { DISPOSITIONS, type Disposition } from '../../../src/domain/disposition.ts';
import { dispositionOf } from '../../../src/dial/answeredBy.ts';

const talked = (reached: Reached, answeredBy: AnsweredBy | null = null): ConversationResult => ({
  reached,
  answeredBy,
  verified: false,
  decisions: [],
  offer: null,
  overall: null,
  callback: null,
  transcript: [],
  latencies: [],
  path: [],
  endedBy: 'agent',
  durationMs: 0,
});

const amounts = (
  progress: CallProgress | null,
  answeredBy: AnsweredBy | null = null,
  result: ConversationResult | null = null,
): Disposition => dispositionOf({ progress, answeredBy, result });

describe('what an attempt amounted to', () => {
  test.each<[CallProgress, Disposition]>([
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no_answer' }, 'no_answer'],
    [{ status: 'canceled' }, 'canceled_by_us'],
    [{ status: 'failed', sipCode: 404 }, 'invalid_number'],
    [{ status: 'failed', sipCode: 603 }, 'rejected'],
    [{ status: 'failed', sipCode: 503 }, 'carrier_failure'],
    [{ status: 'failed', sipCode: null }, 'carrier_failure'],
    [{ status: 'ringing' }, 'lost'],
    [{ status: 'queued' }, 'lost'],
    [{ status: 'completed', durationSeconds: 3 }, 'answered_unknown'],
    [{ status: 'answered' }, 'answered_unknown'],
  ])('%j without a conversation is %s', (progress, disposition) => {
    expect(amounts(progress)).toBe(disposition);
  });

  test('nothing reported is lost', () => {
    expect(amounts(null)).toBe('lost');
  });

  test.each<[AnsweredBy, Disposition]>([
    ['human', 'answered_human'],
    ['machine_start', 'answered_machine'],
    ['machine_end_beep', 'answered_machine'],
    ['machine_end_silence', 'answered_machine'],
    ['machine_end_other', 'answered_machine'],
    ['fax', 'answered_fax'],
    ['unknown', 'answered_unknown'],
  ])('picked up and not talked with, the detection says %s: %s', (verdict, disposition) => {
    expect(amounts({ status: 'completed', durationSeconds: 2 }, verdict)).toBe(disposition);
    expect(amounts({ status: 'answered' }, null, talked('nobody', verdict))).toBe(disposition);
  });

  test('what was heard overrules the detection', () => {
    expect(amounts({ status: 'answered' }, 'human', talked('machine'))).toBe('answered_machine');
    expect(amounts({ status: 'answered' }, 'machine_start', talked('human'))).toBe('answered_human');
    expect(amounts({ status: 'answered' }, 'human', talked('fax'))).toBe('answered_fax');
  });

  test('every combination amounts to exactly one', () => {
    const progress = fc.constantFrom<CallProgress | null>(
      null,
      { status: 'queued' },
      { status: 'ringing' },
      { status: 'answered' },
      { status: 'completed', durationSeconds: 1 },
      { status: 'busy' },
      { status: 'no_answer' },
      { status: 'failed', sipCode: 480 },
      { status: 'canceled' },
    );
    const verdict = fc.constantFrom<AnsweredBy | null>(null, 'human', 'machine_end_beep', 'fax', 'unknown');
    const result = fc.constantFrom(null, talked('human'), talked('machine'), talked('fax'), talked('nobody'));
    fc.assert(
      fc.property(progress, verdict, result, (p, v, r) => {
        const amounted = amounts(p, v, r);
        expect(DISPOSITIONS).toContain(amounted);
        if (r?.reached === 'human') expect(amounted).toBe('answered_human');
      }),
    );
  });
});
