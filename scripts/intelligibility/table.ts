/** A verdict as lines for a person. */
import { LIMITS } from './judge.ts';
import type { Understood, Verdict } from './verdict.ts';

const WORST_SHOWN = 8;

const COLUMNS = [
  ['call', 36],
  ['persona', -20],
  ['seconds', 7],
  ['+/- ms', 6],
  ['agent lines', 11],
  ['errors', 7],
  ['same', 7],
  ['callee lines', 12],
  ['errors', 7],
  ['same', 7],
  ['holes', 5],
  ['clipped', 7],
  ['', -4],
] as const;

const percent = (share: number | null): string => (share === null ? '-' : `${(share * 100).toFixed(1)} %`);

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => {
      const width = COLUMNS[index]?.[1] ?? 0;
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    })
    .join('  ')
    .trimEnd();

const summed = (who: string, { rate, errors, words, lines }: Understood, limit: string): string =>
  rate === null
    ? `${who}: ${lines} lines, ${words} words`
    : `${who}: ${lines} lines, ${errors} of ${words} words not understood, ${percent(rate)} (${limit})`;

export function table(verdict: Verdict): readonly string[] {
  return [
    row(COLUMNS.map(([name]) => name)),
    ...verdict.calls.map((call) =>
      row([
        call.attempt,
        call.persona,
        (call.recordingMs / 1_000).toFixed(1),
        String(Math.round(call.recordingMs - call.callMs)),
        String(call.agent.lines),
        percent(call.agent.rate),
        percent(call.same.agent),
        String(call.callee.lines),
        percent(call.callee.rate),
        percent(call.same.callee),
        String(call.holes.length),
        String(call.clipped),
        call.faults.length === 0 ? '' : 'FAIL',
      ]),
    ),
    '',
    ...(verdict.recogniser
      ? []
      : ['no recogniser (pocketsphinx): whether words are understood was not judged']),
    summed('agent', verdict.agent, `at most ${percent(LIMITS.agentErrors)}`),
    summed(
      'callees',
      verdict.callee,
      `aim ${percent(LIMITS.calleeAim)}, at most ${percent(LIMITS.calleeErrors)}`,
    ),
    ...verdict.misheard
      .slice(0, WORST_SHOWN)
      .map(({ side, text, heard }) => `  ${side.padEnd(6)} "${text}" was heard as "${heard}"`),
  ];
}
