import type { Command } from '../commandLine.ts';
import type { Parts } from '../house.ts';
import type { Terminal } from '../terminal.ts';
import { importData } from './import.ts';
import { plan, schedule } from './plan.ts';
import { replay, report } from './report.ts';
import { migrate, setPaused, web, worker } from './roles.ts';
import { start } from './start.ts';

interface Output {
  readonly terminal: Terminal;
  readonly json: boolean;
}

/** @returns the exit code, or null when the process stays up until it is told to end. */
export async function runCommand(
  parts: Parts,
  command: Command,
  { terminal, json }: Output,
): Promise<number | null> {
  switch (command.name) {
    case 'start':
      return start(parts, command, terminal, json);
    case 'schedule':
      return schedule(parts, command.calls, terminal, json);
    case 'plan':
      return plan(parts, command.calls, terminal, json);
    case 'worker':
      return worker(parts, command.role, terminal);
    case 'web':
      return web(parts, terminal);
    case 'migrate':
      return migrate(parts, terminal);
    case 'import':
      return importData(parts, command, terminal, json);
    case 'report':
      return report(parts, command.date, terminal, json);
    case 'replay':
      return replay(parts, command.call, terminal, json);
    case 'pause':
    case 'resume':
      return setPaused(parts, command.name === 'pause', command.reason, terminal);
  }
}
