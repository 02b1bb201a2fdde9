/** A call as its log tells it: everything that a page or a test shows of it is folded from the events, and nothing is stored twice. */
import type { AnsweredBy, TranscriptLine, TurnLatency } from '../domain/call.ts';
import type { CallEvent } from '../domain/callEvent.ts';
import { unreachable } from '../domain/result.ts';

export interface Timeline {
  readonly transcript: readonly TranscriptLine[];
  readonly latencies: readonly TurnLatency[];
  /** Script states in the order in which they were entered, with when. */
  readonly path: readonly { readonly state: string; readonly atMs: number }[];
  readonly understood: readonly { readonly move: string; readonly by: string; readonly atMs: number }[];
  readonly bargeIns: readonly { readonly atMs: number; readonly heardUpToMs: number }[];
  readonly vendorFailures: readonly {
    readonly vendor: string;
    readonly reason: string;
    readonly atMs: number;
  }[];
  /** The newest verdict; what was heard overrules the provider's. */
  readonly answeredBy: AnsweredBy | null;
  readonly closedBy: 'agent' | 'callee' | 'line' | null;
  /** Milliseconds of the last event. */
  readonly endMs: number;
}

const EMPTY: Timeline = {
  transcript: [],
  latencies: [],
  path: [],
  understood: [],
  bargeIns: [],
  vendorFailures: [],
  answeredBy: null,
  closedBy: null,
  endMs: 0,
};

interface Folding {
  readonly timeline: Timeline;
  readonly verdictHeard: boolean;
}

function step({ timeline: t, verdictHeard }: Folding, event: CallEvent): Folding {
  const { atMs } = event;
  const on = (change: Partial<Timeline>, heard = verdictHeard): Folding => ({
    timeline: { ...t, ...change, endMs: Math.max(t.endMs, atMs) },
    verdictHeard: heard,
  });
  switch (event.kind) {
    case 'line_opened':
      return on({});
    case 'answered_by':
      if (verdictHeard && event.source === 'provider') return on({});
      return on({ answeredBy: event.verdict }, verdictHeard || event.source === 'heard');
    case 'state_entered':
      return on({ path: [...t.path, { state: event.state, atMs }] });
    case 'said':
    case 'heard':
      return on({ transcript: [...t.transcript, event.line] });
    case 'understood':
      return on({ understood: [...t.understood, { move: event.move, by: event.by, atMs }] });
    case 'taken_back': {
      const unfinished = t.transcript.findLastIndex((line) => line.party === 'callee');
      return on({ transcript: t.transcript.filter((_, i) => i !== unfinished) });
    }
    case 'turn_measured':
      return on({ latencies: [...t.latencies, event.latency] });
    case 'barge_in':
      return on({ bargeIns: [...t.bargeIns, { atMs, heardUpToMs: event.heardUpToMs }] });
    case 'vendor_failed':
      return on({
        vendorFailures: [...t.vendorFailures, { vendor: event.vendor, reason: event.reason, atMs }],
      });
    case 'line_closed':
      return on({ closedBy: event.by });
    default:
      return unreachable(event);
  }
}

/** Lines come in the order in which they were begun, whatever order they ended in. */
export function timelineOf(events: readonly CallEvent[]): Timeline {
  const start: Folding = { timeline: EMPTY, verdictHeard: false };
  const { timeline } = events.reduce(step, start);
  return { ...timeline, transcript: timeline.transcript.toSorted((a, b) => a.fromMs - b.fromMs) };
}
