/** The night afterwards: in numbers, and call by call. */
import type { AttemptId } from '../../domain/ids.ts';
import { id } from '../../domain/ids.ts';
import type { CallDetail, NightNumbers } from '../../domain/report.ts';
import { join } from 'node:path';
import { type Parts, openGround } from '../house.ts';
import { StartupError } from '../startupError.ts';
import type { Terminal } from '../terminal.ts';

const words = (code: string): string => code.replaceAll('_', ' ');

const percent = (part: number, whole: number): string =>
  whole === 0 ? '' : ` (${Math.round((100 * part) / whole)} %)`;

const each = (counts: Readonly<Record<string, number>>, label: string): readonly string[] =>
  Object.entries(counts).map(
    ([code, count]) => `  ${label.padEnd(14)}${String(count).padStart(4)}  ${words(code)}`,
  );

/** The numbers as lines for a person. */
export function reportLines(date: string, night: NightNumbers): readonly string[] {
  return [
    `The night of ${date}`,
    `  planned       ${String(night.planned).padStart(4)}  ${night.plannedConfirm} households, ${night.plannedOffer} offers`,
    ...each(night.refusedBy, 'not called'),
    `  dialed        ${String(night.dialed).padStart(4)}  ${night.answered} answered${percent(night.answered, night.dialed)}`,
    ...each(night.byOutcome, 'outcome'),
    `  slots         ${String(night.freed).padStart(4)}  freed, ${night.filled} filled`,
    `  written back  ${String(night.writeBacks).padStart(4)}  ${night.landed} landed, ${night.superseded} superseded by staff, ${night.notLanded} under way or dead`,
    ...each(night.held, 'held'),
    `  for a person  ${String(night.callbacks).padStart(4)}  callbacks, ${night.promisesOpen} promises open`,
    `  unexplained   ${String(night.unexplained).padStart(4)}`,
  ];
}

export async function report(
  parts: Parts,
  date: string | null,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const { store } = await openGround(parts);
  const run = await store.report.run(date);
  if (run === null)
    throw new StartupError(
      date === null ? 'No night has been planned yet.' : `No night was planned for ${date}.`,
    );
  const numbers = await store.report.numbers(run.run);
  const calls = await store.report.calls(run.run);
  if (json)
    terminal.document({
      date: run.date,
      ...numbers,
      calls: calls.map((call) => ({
        attempt: call.attempt,
        disposition: call.disposition,
        outcomes: call.outcomes,
      })),
    });
  for (const line of reportLines(run.date, numbers)) terminal.line(line);
  terminal.line();
  for (const call of calls)
    terminal.line(
      `  ${call.attempt}  ${(call.disposition ?? 'on the phone').padEnd(18)} ${call.outcomes.map(words).join(', ')}`,
    );
  return 0;
}

function transcript(call: CallDetail, terminal: Terminal): void {
  for (const line of call.transcript) {
    const at = `${Math.floor(line.fromMs / 60_000)}:${String(Math.floor(line.fromMs / 1_000) % 60).padStart(2, '0')}`;
    terminal.line(
      `  ${at.padStart(5)}  ${line.party.padEnd(7)}${line.text}${line.cut === true ? ' --' : ''}`,
    );
  }
}

export async function replay(
  parts: Parts,
  attempt: string,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const { store, config } = await openGround(parts);
  const call = await store.report.call(id<AttemptId>(attempt));
  if (call === null)
    throw new StartupError(`There is no call ${attempt}. The report lists them: npm run rollcall -- report`);
  const recording =
    call.row.recordingMs === null ? null : join(config.dataDir, 'recordings', `${call.row.attempt}.wav`);
  if (json) terminal.document({ ...call, recording });
  terminal.line(`${call.row.disposition ?? 'on the phone'}: ${call.row.outcomes.map(words).join(', ')}`);
  terminal.line(`  path    ${call.path.join(' > ')}`);
  transcript(call, terminal);
  for (const turn of call.latencies)
    terminal.line(
      `  turn ${turn.turn}: first audio after ${Math.round(turn.firstAudioMs)} ms, ${turn.speech}, understood by ${turn.understoodBy}`,
    );
  terminal.line(`  recording ${recording ?? 'none'}`);
  return 0;
}
