import { describe, expect, test } from 'vitest';
import { DISPOSITIONS, type Disposition } from '../../../src/domain/disposition.ts';
import { instantAt } from '../../../src/domain/localTime.ts';
import type { RetryPlan } from '../../../src/domain/planning.ts';
import { HOUR_MS, plusMs } from '../../../src/domain/time.ts';
import { retryPlanner } from '../../../src/schedule/retryPlan.ts';
import { CHICAGO, EVENING, SETTINGS } from '../../support/night.ts';

const plan = (disposition: Disposition, tries = 1, expiresAt = plusMs(EVENING, 29 * HOUR_MS)): RetryPlan =>
  retryPlanner(
    SETTINGS,
    CHICAGO,
  )({ disposition, tries: { [disposition]: tries }, endedAt: EVENING, expiresAt });

const { retry } = SETTINGS;
const again = (disposition: Disposition, ms: number): RetryPlan => ({
  kind: 'call_again',
  notBefore: plusMs(EVENING, ms),
  because: disposition,
});

describe('after an attempt', () => {
  test.each<[Disposition, number, number]>([
    ['busy', retry.busyMs, retry.busyMax],
    ['no_answer', retry.noAnswerMs, retry.noAnswerMax],
    ['carrier_failure', retry.carrierFailureMs, retry.carrierFailureMax],
    ['provider_error', retry.carrierFailureMs, retry.carrierFailureMax],
    ['canceled_by_us', retry.carrierFailureMs, retry.carrierFailureMax],
    ['never_dialed', retry.carrierFailureMs, retry.carrierFailureMax],
  ])('%s is tried again after %d ms, %d times, and then a person sees to it', (disposition, ms, max) => {
    expect(plan(disposition, max)).toEqual(again(disposition, ms));
    expect(plan(disposition, max + 1)).toEqual({ kind: 'stop', state: 'human', because: 'tries_used' });
  });

  test('a machine is tried once more, on another day', () => {
    expect(plan('answered_machine')).toEqual({
      kind: 'call_again',
      notBefore: instantAt('2026-11-24', 0, CHICAGO),
      because: 'answered_machine',
    });
    expect(plan('answered_machine', 2)).toMatchObject({ kind: 'stop', state: 'human' });
  });

  test.each<[Disposition, string]>([
    ['answered_human', 'resolved'],
    ['answered_unknown', 'human'],
    ['answered_fax', 'human'],
    ['rejected', 'human'],
    ['invalid_number', 'human'],
    ['lost', 'human'],
  ])('%s is not tried again: %s', (disposition, state) => {
    expect(plan(disposition)).toEqual({ kind: 'stop', state, because: disposition });
  });

  test('nothing is tried again once it would be too late', () => {
    expect(plan('busy', 1, plusMs(EVENING, retry.busyMs))).toEqual({
      kind: 'stop',
      state: 'expired',
      because: 'too_late',
    });
    expect(plan('busy', 1, plusMs(EVENING, retry.busyMs + 1)).kind).toBe('call_again');
  });

  test('every disposition has a plan, and none repeats for ever', () => {
    for (const disposition of DISPOSITIONS) expect(plan(disposition, 100).kind).toBe('stop');
  });
});
