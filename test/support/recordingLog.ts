import type { Log, LogFields } from '../../src/ports/log.ts';

/** Level, event and fields of one line. */
export type LogLine = readonly ['info' | 'warn' | 'error', string, LogFields];

/** A log that keeps its lines, for tests that look at them. */
export function recordingLog(
  base: LogFields = {},
  lines: LogLine[] = [],
): { readonly log: Log; readonly lines: LogLine[] } {
  const write =
    (level: LogLine[0]) =>
    (event: string, fields: LogFields = {}): void =>
      void lines.push([level, event, { ...base, ...fields }]);
  const log: Log = {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    with: (fields) => recordingLog({ ...base, ...fields }, lines).log,
  };
  return { log, lines };
}
