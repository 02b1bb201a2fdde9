/** One call's recording, judged by what is certain; and the lines that a recogniser is to judge. */
import { clippedRuns, longestHole, loudMs, sameness } from './exact.ts';
import type { Call, Line } from './night.ts';
import { cutLines } from './segments.ts';
import { spokenWords } from './spoken.ts';
import { PER_MS } from './stereo.ts';

/** The limits that a night is held to. */
export const LIMITS = {
  /** Nothing can be recorded before the phone company has opened the stream, which a busy machine delays. */
  streamOpenMs: 750,
  /** From there on the recording is as long as the call. */
  lengthMs: 300,
  /** Of the handset's frames in which somebody speaks. */
  sameShare: 0.99,
  /** Digital silence inside a word: one frame. */
  silenceMs: 20,
  /** Each side must be heard for as long as a "hello" at least. */
  loudMs: 200,
  /** Of words, over all lines of a night. */
  agentErrors: 0.05,
  calleeErrors: 0.4,
  calleeAim: 0.25,
} as const;

export type Side = 'agent' | 'callee';

/** A line and where it is in the recording. */
export interface JudgedLine {
  readonly attempt: string;
  readonly side: Side;
  readonly text: string;
  readonly words: readonly string[];
  readonly audio: Uint8Array;
}

export interface Exact {
  readonly attempt: string;
  readonly persona: string;
  readonly recordingMs: number;
  /** From answer to hang-up at the handset. */
  readonly callMs: number;
  /** What of the call is missing before and after the recording; a negative end is silence that was added. */
  readonly startsLateMs: number;
  readonly endsEarlyMs: number;
  /** Lines of the agent that the transcript has twice for one moment. */
  readonly repeated: readonly string[];
  /** Share of the handset's frames that are in the recording unchanged. */
  readonly same: Readonly<Record<Side, number>>;
  readonly loudMs: Readonly<Record<Side, number>>;
  /** Words of the agent with a hole in them, in our recording or at the handset. */
  readonly holes: readonly string[];
  readonly clipped: number;
  readonly faults: readonly string[];
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const spanOf = ({ atMs, endMs }: { readonly atMs: number; readonly endMs: number }) => ({
  fromMs: atMs,
  toMs: endMs,
});
const joined = (pieces: readonly Uint8Array[]): Uint8Array => Buffer.concat(pieces);
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Everything about a call that needs no recogniser, and its lines cut out of the recording. */
export function judgeCall(call: Call): { readonly exact: Exact; readonly lines: readonly JudgedLine[] } {
  const { ours, handset, attempt, persona } = call;
  if (typeof ours === 'string') return { exact: unreadable(call, ours), lines: [] };
  const heardWords = call.heard.flatMap(({ words }) => words);
  const agent = sameness(
    ours.right,
    handset.right,
    heardWords.map(({ startMs, endMs }) => ({ fromMs: startMs, toMs: endMs })),
  );
  const callee = sameness(ours.left, handset.left, call.said.map(spanOf));
  const agentLines = call.transcript.filter(({ party }) => party === 'agent');
  const agentAudio = cutLines(ours.right, agentLines);
  const calleeAudio = cutLines(
    ours.left,
    call.said.map(({ atMs, endMs }) => {
      const lag = callee.lagMs(atMs) ?? 0;
      return { fromMs: atMs + lag, toMs: endMs + lag };
    }),
  );
  const holes = heardWords
    .filter(({ startMs, endMs }) => {
      const lag = agent.lagMs(startMs) ?? 0;
      const here = longestHole(ours.right, { fromMs: startMs + lag, toMs: endMs + lag });
      const there = longestHole(handset.right, { fromMs: startMs, toMs: endMs });
      return Math.max(here, there) >= LIMITS.silenceMs;
    })
    .map(({ word, startMs }) => `${word} at ${(startMs / 1_000).toFixed(1)} s`);
  const recordingMs = ours.left.length / PER_MS;
  // The callee's side lies on the stream's own time: where its first frame is tells how long the call was without a stream.
  const startsLateMs = Math.max(0, -(callee.lagMs(0) ?? 0));
  const measured = {
    attempt,
    persona,
    recordingMs,
    callMs: call.durationMs,
    startsLateMs,
    endsEarlyMs: call.durationMs - startsLateMs - recordingMs,
    repeated: repeatedLines(agentLines),
    same: { agent: share(agent.same, agent.frames), callee: share(callee.same, callee.frames) },
    loudMs: { agent: loudMs(joined(agentAudio)), callee: loudMs(joined(calleeAudio)) },
    holes,
    clipped: clippedRuns(ours.left) + clippedRuns(ours.right),
  };
  const line = (side: Side, text: string, audio: Uint8Array | undefined): JudgedLine => ({
    attempt,
    side,
    text,
    words: spokenWords(text),
    audio: audio ?? new Uint8Array(),
  });
  return {
    exact: { ...measured, faults: faultsOf(measured) },
    lines: [
      ...agentLines.map(({ text }, index) => line('agent', text, agentAudio[index])),
      ...call.said.map(({ words }, index) =>
        line('callee', words.map(({ word }) => word).join(' '), calleeAudio[index]),
      ),
    ].filter(({ words }) => words.length > 0),
  };
}

function repeatedLines(lines: readonly Line[]): readonly string[] {
  return lines
    .filter((line, index) => line.fromMs === lines[index - 1]?.fromMs)
    .map(({ text, fromMs }) => `"${text}" at ${(fromMs / 1_000).toFixed(1)} s`);
}

function unreadable(call: Call, why: string): Exact {
  const none = { agent: 0, callee: 0 };
  return {
    attempt: call.attempt,
    persona: call.persona,
    recordingMs: 0,
    callMs: call.durationMs,
    startsLateMs: 0,
    endsEarlyMs: call.durationMs,
    repeated: [],
    same: none,
    loudMs: none,
    holes: [],
    clipped: 0,
    faults: [`the recording ${why}`],
  };
}

function faultsOf(measured: Omit<Exact, 'faults'>): readonly string[] {
  const {
    recordingMs,
    callMs,
    startsLateMs,
    endsEarlyMs,
    repeated,
    same,
    loudMs: loud,
    holes,
    clipped,
  } = measured;
  const off = Math.round(recordingMs - callMs);
  const where = `starts ${Math.round(startsLateMs)} ms late, ends ${Math.round(endsEarlyMs)} ms early`;
  return [
    ...(startsLateMs > LIMITS.streamOpenMs || Math.abs(off + startsLateMs) > LIMITS.lengthMs
      ? [`${off} ms beside the call's length: ${where}`]
      : []),
    ...repeated.map((line) => `the transcript has one line twice: ${line}`),
    ...(['agent', 'callee'] as const).flatMap((side) => [
      ...(loud[side] < LIMITS.loudMs ? [`the ${side} is heard for ${loud[side]} ms`] : []),
      ...(same[side] < LIMITS.sameShare ? [`${percent(same[side])} of the ${side} as at the handset`] : []),
    ]),
    ...(holes.length > 0 ? [`holes in words: ${holes.slice(0, 3).join(', ')}`] : []),
    ...(clipped > 0 ? [`clipped in ${clipped} places`] : []),
  ];
}
