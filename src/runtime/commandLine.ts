/** What was typed, as one of the things that can be done. */
import { parseArgs } from 'node:util';
import { type Result, err, ok } from '../domain/result.ts';

export const ROLES = ['schedule', 'call', 'outcome', 'fill', 'writeback'] as const;
export type Role = (typeof ROLES)[number];

export type Command =
  | { readonly name: 'start'; readonly once: boolean; readonly calls: number | null }
  | { readonly name: 'schedule'; readonly calls: number | null }
  | { readonly name: 'plan'; readonly calls: number | null }
  | { readonly name: 'worker'; readonly role: Role }
  | { readonly name: 'web' }
  | { readonly name: 'migrate' }
  | {
      readonly name: 'import';
      readonly files: readonly string[];
      readonly practice: string | null;
      readonly map: string | null;
      readonly zone: string | null;
    }
  | { readonly name: 'report'; readonly date: string | null }
  | { readonly name: 'replay'; readonly call: string }
  | { readonly name: 'pause' | 'resume'; readonly reason: string };

export interface Typed {
  readonly command: Command;
  readonly json: boolean;
  readonly silent: boolean;
}

export const USAGE = `rollcall <command>, or npm start for everything at once

  start [--once] [--calls N]     the whole product in one process; --once ends when no work is due any more
  schedule [--calls N]           plan tonight into running workers (the cron entry)
  plan [--calls N]               who would be called, when, and who not and why; changes nothing
  worker <role>                  one role: ${ROLES.join(', ')}
  web                            the pages and Bull Board
  migrate                        bring the database up to date
  import FILE... [--map FILE --zone ZONE]
                                 FHIR R4 (a folder of NDJSON, or a Bundle) or CSV with a column map
  import --practice FILE         what a scheduling system does not hold
  report [DATE]                  the night in numbers
  replay <call>                  one call: transcript, path, latencies, where the recording is
  pause REASON | resume REASON   no new dials, and dials again

  --json                         one JSON document on standard output, nothing else there
  --silent                       no lines for people`;

const OPTIONS = {
  once: { type: 'boolean' },
  calls: { type: 'string' },
  json: { type: 'boolean' },
  silent: { type: 'boolean' },
  practice: { type: 'string' },
  map: { type: 'string' },
  zone: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

/** Which options go with which command; any other is a mistake worth a word. */
const TAKES: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  start: ['once', 'calls'],
  schedule: ['calls'],
  plan: ['calls'],
  import: ['practice', 'map', 'zone'],
};

function countOf(raw: string | undefined): Result<number | null, string> {
  if (raw === undefined) return ok(null);
  const count = Number(raw);
  return Number.isInteger(count) && count > 0
    ? ok(count)
    : err(`--calls must be a whole number above 0, not "${raw}".`);
}

function importOf(files: readonly string[], values: Values): Result<Command, string> {
  if (files.length === 0 && values.practice === undefined)
    return err('import needs a file, or --practice FILE.');
  const csv = files.some((file) => file.endsWith('.csv'));
  if (csv && values.map === undefined)
    return err('a CSV needs --map FILE, which says what its columns mean.');
  return ok({
    name: 'import',
    files,
    practice: values.practice ?? null,
    map: values.map ?? null,
    zone: values.zone ?? null,
  });
}

function commandOf(name: string, rest: readonly string[], values: Values): Result<Command, string> {
  const calls = countOf(values.calls);
  if (!calls.ok) return calls;
  const [first] = rest;
  switch (name) {
    case 'start':
      return ok({ name, once: values.once ?? false, calls: calls.value });
    case 'schedule':
    case 'plan':
      return ok({ name, calls: calls.value });
    case 'worker': {
      const role = ROLES.find((known) => known === first);
      return role === undefined ? err(`worker needs a role: ${ROLES.join(', ')}.`) : ok({ name, role });
    }
    case 'import':
      return importOf(rest, values);
    case 'report': {
      if (first !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(first))
        return err(`report takes a date like 2026-11-24, not "${first}".`);
      return ok({ name, date: first ?? null });
    }
    case 'replay':
      return first === undefined
        ? err('replay needs the id of a call; the report lists them.')
        : ok({ name, call: first });
    case 'pause':
    case 'resume':
      return rest.length === 0
        ? err(`${name} needs a reason, which is kept with it.`)
        : ok({ name, reason: rest.join(' ') });
    case 'web':
    case 'migrate':
      return ok({ name });
    default:
      return err(`there is no command "${name}".`);
  }
}

const wrong = (line: string) => err({ kind: 'wrong', line } as const);

/** @returns the command, or one line that says what was wrong; `help` asks for the usage. */
export function parseCommandLine(
  args: readonly string[],
): Result<Typed, { readonly kind: 'help' } | { readonly kind: 'wrong'; readonly line: string }> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [name = 'help', ...rest] = positionals;
    if (values.help === true || name === 'help') return err({ kind: 'help' });
    const command = commandOf(name, rest, values);
    if (!command.ok) return wrong(command.error);
    const strange = (['once', 'calls', 'practice', 'map', 'zone'] as const).find(
      (option) => values[option] !== undefined && !(TAKES[name] ?? []).includes(option),
    );
    if (strange !== undefined) return wrong(`${name} does not take --${strange}.`);
    return ok({ command: command.value, json: values.json ?? false, silent: values.silent ?? false });
  } catch (error) {
    return wrong(error instanceof Error ? (error.message.split('.')[0] ?? error.message) : String(error));
  }
}
