import { describe, expect, test } from 'vitest';
import type { CallEvent } from '../../../src/domain/callEvent.ts';
import { timelineOf } from '../../../src/replay/timeline.ts';

const said = (atMs: number, text: string, fromMs: number): CallEvent => ({
  kind: 'said',
  atMs,
  line: { party: 'agent', text, fromMs, toMs: atMs },
});
const heard = (atMs: number, text: string, fromMs: number): CallEvent => ({
  kind: 'heard',
  atMs,
  line: { party: 'callee', text, fromMs, toMs: atMs },
});

const LATENCY = {
  turn: 1,
  endpointMs: 150,
  transcriptMs: 250,
  understoodMs: 300,
  firstAudioMs: 400,
  understoodBy: 'rules',
  speech: 'cached',
} as const;

const CALL: readonly CallEvent[] = [
  { kind: 'line_opened', atMs: 0 },
  { kind: 'state_entered', atMs: 10, state: 'greeting' },
  // The callee was cut into: her line ended after ours began.
  said(3_000, 'Hello, is this Ada?', 1_000),
  heard(2_500, 'Hello?', 200),
  { kind: 'barge_in', atMs: 2_000, heardUpToMs: 1_900 },
  { kind: 'understood', atMs: 3_100, move: 'yes', by: 'rules' },
  { kind: 'turn_measured', atMs: 3_400, latency: LATENCY },
  { kind: 'vendor_failed', atMs: 4_000, vendor: 'model', reason: 'timeout' },
  { kind: 'state_entered', atMs: 5_000, state: 'close' },
  { kind: 'line_closed', atMs: 9_000, by: 'callee' },
];

const verdict = (source: 'provider' | 'heard', what: 'human' | 'machine_start'): CallEvent => ({
  kind: 'answered_by',
  atMs: 1,
  verdict: what,
  source,
});

describe('a call folded from its log', () => {
  test('has its transcript in the order of speaking, its path, its turns and its end', () => {
    expect(timelineOf(CALL)).toEqual({
      transcript: [
        { party: 'callee', text: 'Hello?', fromMs: 200, toMs: 2_500 },
        { party: 'agent', text: 'Hello, is this Ada?', fromMs: 1_000, toMs: 3_000 },
      ],
      latencies: [LATENCY],
      path: [
        { state: 'greeting', atMs: 10 },
        { state: 'close', atMs: 5_000 },
      ],
      understood: [{ move: 'yes', by: 'rules', atMs: 3_100 }],
      bargeIns: [{ atMs: 2_000, heardUpToMs: 1_900 }],
      vendorFailures: [{ vendor: 'model', reason: 'timeout', atMs: 4_000 }],
      answeredBy: null,
      closedBy: 'callee',
      endMs: 9_000,
    });
  });

  test('knows a machine that was heard, though the provider says human later', () => {
    const log = [
      verdict('provider', 'human'),
      verdict('heard', 'machine_start'),
      verdict('provider', 'human'),
    ];
    expect(timelineOf(log).answeredBy).toBe('machine_start');
    expect(timelineOf(log.slice(0, 1)).answeredBy).toBe('human');
  });

  test('is empty before the line opened', () => {
    expect(timelineOf([])).toMatchObject({ transcript: [], closedBy: null, endMs: 0 });
  });
});
