/** The one entry: what was typed, done; what went wrong, in one line. */
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { USAGE, parseCommandLine } from './runtime/commandLine.ts';
import { readConfig } from './runtime/config.ts';
import { jsonLog } from './runtime/log.ts';
import { createShutdown, watchSignals } from './runtime/shutdown.ts';
import { StartupError, explainFileError } from './runtime/startupError.ts';
import { systemClock } from './runtime/systemClock.ts';
import { createTerminal } from './runtime/terminal.ts';

/** Wrong use, as sysexits.h has it. */
const EX_USAGE = 64;

async function main(): Promise<void> {
  const typed = parseCommandLine(process.argv.slice(2));
  if (!typed.ok) {
    const terminal = createTerminal({ json: false, silent: false });
    if (typed.error.kind === 'help') return terminal.line(USAGE);
    terminal.fault(`rollcall: ${typed.error.line} Type "npm run rollcall -- help" for what there is.`);
    process.exitCode = EX_USAGE;
    return;
  }
  const { command, json, silent } = typed.value;
  const terminal = createTerminal({ json, silent });
  let place = process.cwd();
  try {
    const config = readConfig();
    place = config.dataDir;
    const clock = systemClock();
    mkdirSync(config.dataDir, { recursive: true, mode: 0o755 });
    const file = openSync(join(config.dataDir, 'rollcall.log'), 'a', 0o600);
    // Written at once, so that the last lines of an end are there too; a full disk must not end a call.
    const log = jsonLog((line) => {
      try {
        writeSync(file, line);
      } catch {
        // There is nowhere else to say it.
      }
    }, clock);
    const shutdown = createShutdown({ clock, log, exit: (code) => process.exit(code) });
    watchSignals(shutdown);
    try {
      // Loaded only now, so that a mistake in what was typed or set is answered at once.
      const { runCommand } = await import('./runtime/commands/run.ts');
      const code = await runCommand({ config, log, shutdown }, command, { terminal, json });
      if (code === null) return;
      await shutdown.drain();
      process.exit(code);
    } catch (error) {
      await shutdown.drain();
      throw error;
    }
  } catch (error) {
    const known = explainFileError(error, place);
    terminal.fault(
      known instanceof StartupError
        ? `rollcall: ${known.message}`
        : `rollcall: ${known.stack ?? known.message}`,
    );
    process.exit(1);
  }
}

await main();
