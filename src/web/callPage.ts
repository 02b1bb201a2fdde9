/** What the page of one call shows: its rows in words, and what its log tells, folded. */
import type { TranscriptLine, TurnLatency } from '../domain/call.ts';
import type { Practice } from '../domain/practice.ts';
import type { CallDetail } from '../domain/report.ts';
import { timelineOf } from '../replay/timeline.ts';
import { dayAndTime, inLocalTime } from './localWords.ts';
import { type CallView, callView } from './rowViews.ts';
import { dispositionWords, moveWords, plainly, ruleWords, stateWords, vendorName } from './words.ts';

export interface CallPage {
  readonly practice: string;
  readonly call: CallView;
  readonly placed: string;
  /** What the line had to say: "A person answered". */
  readonly onTheLine: string;
  /** "By the callee", once somebody has hung up. */
  readonly endedBy: string;
  readonly recordingMs: number | null;
  readonly transcript: readonly TranscriptLine[];
  /** `atMs`: when the first audio of the answer was heard, on the recording's clock; null when the log does not say. */
  readonly turns: readonly (TurnLatency & { readonly atMs: number | null })[];
  readonly path: readonly { readonly words: string; readonly atMs: number | null }[];
  readonly understood: readonly { readonly words: string; readonly by: string; readonly atMs: number }[];
  readonly failures: readonly { readonly words: string; readonly atMs: number }[];
  readonly rules: readonly { readonly words: string; readonly verdict: string; readonly detail: string }[];
}

const ENDED_BY = { agent: 'By the agent', callee: 'By the callee', line: 'The line went dead' } as const;
const VERDICTS: Readonly<Record<string, string>> = { allow: 'allows', refuse: 'refuses', defer: 'puts off' };
/** Who can have understood a turn. */
const BY: Readonly<Record<string, string>> = {
  rules: 'rules',
  model: 'language model',
  fallback: 'fallback, the model was late or failed',
  keypad: 'keypad',
};
const FAILING: Readonly<Record<string, string>> = {
  transcriber: 'deepgram',
  model: 'anthropic',
  voice: 'elevenlabs',
};

export function callPage(practice: Practice, detail: CallDetail): CallPage {
  const { row } = detail;
  const zone = practice.locations.find((place) => place.id === row.location)?.zone ?? practice.zone;
  const log = timelineOf(detail.events);
  const measured = detail.events.flatMap((event) =>
    event.kind === 'turn_measured' ? [{ turn: event.latency.turn, atMs: event.atMs }] : [],
  );
  const path = log.path.length > 0 ? log.path : detail.path.map((state) => ({ state, atMs: null }));
  return {
    practice: practice.name,
    call: callView(practice, row),
    placed: dayAndTime(row.placedAt, zone),
    onTheLine: row.disposition === null ? '' : dispositionWords(row.disposition),
    endedBy: log.closedBy === null ? '' : ENDED_BY[log.closedBy],
    recordingMs: row.recordingMs,
    transcript: detail.transcript.toSorted((a, b) => a.fromMs - b.fromMs),
    turns: detail.latencies.map((latency) => ({
      ...latency,
      atMs: measured.find((event) => event.turn === latency.turn)?.atMs ?? null,
    })),
    path: path.map(({ state, atMs }) => ({ words: stateWords(state), atMs })),
    understood: log.understood.map(({ move, by, atMs }) => ({
      words: moveWords(move),
      by: BY[by] ?? by,
      atMs,
    })),
    failures: log.vendorFailures.map(({ vendor, reason, atMs }) => ({
      words: `${vendorName(FAILING[vendor] ?? vendor)}: ${plainly(reason)}`,
      atMs,
    })),
    rules: detail.decisions.map(({ rule, verdict, detail: because }) => ({
      words: ruleWords(rule),
      verdict: VERDICTS[verdict] ?? verdict,
      detail: inLocalTime(because, zone),
    })),
  };
}
