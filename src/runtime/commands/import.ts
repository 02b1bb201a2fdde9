import type { Command } from '../commandLine.ts';
import { importFiles, importPractice } from '../composeImport.ts';
import { type Parts, openGround } from '../house.ts';
import type { Terminal } from '../terminal.ts';

/** Bad rows shown on the terminal; all of them are in the document of --json and in the database. */
const SHOWN = 20;

/** @returns 0; bad rows are reported and are no failure of the import. */
export async function importData(
  parts: Parts,
  command: Extract<Command, { readonly name: 'import' }>,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const ground = await openGround(parts);
  const practice = command.practice === null ? null : await importPractice(ground, command.practice);
  if (practice !== null) {
    terminal.line(
      `Practice stored: ${practice.consents} consents, ${practice.waitlist} waitlist entries, ${practice.suppressions} suppressions.`,
    );
  }
  const imported = command.files.length === 0 ? null : await importFiles(ground, command.files, command);
  if (imported !== null) {
    const { counts, stored, quarantined } = imported;
    terminal.line(
      `${counts.rows} rows: ${counts.patients} patients (${counts.unreachable} unreachable), ${counts.appointments} appointments, ${counts.slots} slots, ${counts.other} other, ${counts.quarantined} quarantined.`,
    );
    terminal.line(
      `Stored: ${stored.patients} patients, ${stored.appointments} appointments, ${stored.slots} slots.`,
    );
    for (const row of quarantined.slice(0, SHOWN))
      terminal.line(`  ${row.source}:${row.line ?? '?'} ${row.field}: ${row.reason}`);
    if (quarantined.length > SHOWN)
      terminal.line(`  and ${quarantined.length - SHOWN} more; --json lists them all.`);
  }
  if (json) terminal.document({ practice, ...imported });
  return 0;
}
