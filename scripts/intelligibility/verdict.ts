/** What the exact checks and the recogniser say about a night, held against its limits. */
import { type Exact, type JudgedLine, LIMITS, type Side } from './judge.ts';
import { wordErrors } from './wordErrors.ts';

/** How a side was understood; `rate` is the share of words that were not, null without a recogniser. */
export interface Understood {
  readonly lines: number;
  readonly words: number;
  readonly errors: number;
  readonly rate: number | null;
}

interface Misheard {
  readonly attempt: string;
  readonly side: Side;
  readonly text: string;
  readonly heard: string;
  readonly errors: number;
}

export interface Verdict {
  readonly calls: readonly (Exact & Readonly<Record<Side, Understood>>)[];
  readonly agent: Understood;
  readonly callee: Understood;
  /** The lines that were understood worst, the worst first. */
  readonly misheard: readonly Misheard[];
  readonly recogniser: boolean;
  readonly faults: readonly string[];
}

interface Scored extends JudgedLine {
  readonly heard: string;
  readonly errors: number;
}

function understood(lines: readonly Scored[], side: Side, recogniser: boolean): Understood {
  const ofSide = lines.filter((line) => line.side === side);
  const words = ofSide.reduce((sum, line) => sum + line.words.length, 0);
  const errors = ofSide.reduce((sum, line) => sum + line.errors, 0);
  return { lines: ofSide.length, words, errors, rate: recogniser && words > 0 ? errors / words : null };
}

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;

function missed(side: Side, { rate, lines }: Understood, most: number): readonly string[] {
  if (lines === 0) return [`the ${side} has no line in the whole night`];
  return rate !== null && rate > most
    ? [`${percent(rate)} of the ${side}s' words were not understood, at most ${percent(most)} may`]
    : [];
}

/** @param heard what was recognised of each line; null when there is no recogniser, and only what is exact counts. */
export function verdictOf(
  calls: readonly Exact[],
  lines: readonly JudgedLine[],
  heard: readonly (readonly string[])[] | null,
): Verdict {
  const recogniser = heard !== null;
  const scored = lines.map((line, index) => {
    const words = heard?.[index] ?? [];
    return { ...line, heard: words.join(' '), errors: recogniser ? wordErrors(line.words, words) : 0 };
  });
  const agent = understood(scored, 'agent', recogniser);
  const callee = understood(scored, 'callee', recogniser);
  const misheard = scored
    .filter(({ errors }) => errors > 0)
    .toSorted((a, b) => b.errors / b.words.length - a.errors / a.words.length)
    .map(({ attempt, side, text, heard: words, errors }) => ({ attempt, side, text, heard: words, errors }));
  return {
    calls: calls.map((call) => {
      const ofCall = scored.filter(({ attempt }) => attempt === call.attempt);
      return {
        ...call,
        agent: understood(ofCall, 'agent', recogniser),
        callee: understood(ofCall, 'callee', recogniser),
      };
    }),
    agent,
    callee,
    misheard,
    recogniser,
    faults: [
      ...calls.flatMap(({ attempt, faults }) => faults.map((fault) => `${attempt}: ${fault}`)),
      ...missed('agent', agent, LIMITS.agentErrors),
      ...missed('callee', callee, LIMITS.calleeErrors),
    ],
  };
}
