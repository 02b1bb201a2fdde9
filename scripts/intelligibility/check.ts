/**
 * Judges the recordings of a finished night by what did not take part in it:
 * `node --import tsx scripts/intelligibility/check.ts DATA_DIR [--json] [--transcripts FOLDER]`. The folder holds `<attempt>.json`, each what
 * `rollcall replay <attempt> --json` printed; without it the product is asked for every call. Ends with 1 when a limit is missed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Exact, type JudgedLine, LIMITS, judgeCall } from './judge.ts';
import { readNight, replayed, replaysIn } from './night.ts';
import { hasRecogniser, recognise } from './recogniser.ts';
import { table } from './table.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, transcripts: { type: 'string' } },
});
const [dataDir] = positionals;

/** One model for each side: what an agent may say is no help to understand a callee. */
function listen(lines: readonly JudgedLine[], folder: string): readonly (readonly string[])[] {
  const heard = new Map<JudgedLine, readonly string[]>();
  for (const side of ['agent', 'callee'] as const) {
    const ofSide = lines.filter((line) => line.side === side);
    const recognised = recognise(ofSide, join(folder, side));
    for (const [index, line] of ofSide.entries()) heard.set(line, recognised.heard[index] ?? []);
  }
  return lines.map((line) => heard.get(line) ?? []);
}

function judge(dir: string): Verdict {
  const transcriptOf = values.transcripts === undefined ? replayed(dir) : replaysIn(values.transcripts);
  const calls: Exact[] = [];
  const lines: JudgedLine[] = [];
  for (const call of readNight(dir, transcriptOf)) {
    const judged = judgeCall(call);
    calls.push(judged.exact);
    lines.push(...judged.lines);
  }
  if (!hasRecogniser()) return verdictOf(calls, lines, null);
  const folder = mkdtempSync(join(tmpdir(), 'intelligibility-'));
  try {
    return verdictOf(calls, lines, listen(lines, folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (dataDir === undefined) {
  console.error('which night? check.ts DATA_DIR [--json] [--transcripts FOLDER]');
  process.exit(64);
}
const verdict = judge(resolve(dataDir));
if (values.json === true) console.log(JSON.stringify({ limits: LIMITS, ...verdict }, null, 2));
else for (const line of table(verdict)) console.log(line);
for (const fault of verdict.faults) console.error(`not intelligible: ${fault}`);
process.exitCode = verdict.faults.length === 0 ? 0 : 1;
