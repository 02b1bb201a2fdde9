import type { Command } from '../commandLine.ts';
import type { Parts } from '../house.ts';
import type { Terminal } from '../terminal.ts';
import { start } from './start.ts';

export interface Voice {
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** @returns the exit code, or null when the process stays up until it is told to end. */
export async function runCommand(
  parts: Parts,
  command: Command,
  { terminal, json }: Voice,
): Promise<number | null> {
  switch (command.name) {
    case 'start':
      return start(parts, command, terminal, json);
    default:
      return 1;
  }
}
