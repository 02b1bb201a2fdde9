import { isoUtc } from '../domain/localTime.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log, LogEvent, LogFields } from '../ports/log.ts';

/** An id or a short code: one word. Seven digits in a row without a letter or dash are a phone number, not an id. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const PHONE = /^[0-9.-]{7,}$/;

type Level = 'info' | 'warn' | 'error';

function safe(value: string | number): string | number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : '?';
  return WORD.test(value) && !PHONE.test(value) ? value : '?';
}

/**
 * Writes one JSON object a line: `time` (ISO 8601, UTC), `level`, `event`, then the fields. A text that is not one plain word is written
 * as `?`, so that even a mistyped caller cannot put a sentence or a phone number into the log.
 * @param write takes a finished line, newline included.
 */
export function jsonLog(write: (line: string) => void, clock: Clock, base: LogFields = {}): Log {
  const line =
    (level: Level) =>
    (event: LogEvent, fields: LogFields = {}): void => {
      const given = Object.entries({ ...base, ...fields }).map(([name, value]) => [name, safe(value)]);
      const time = isoUtc(clock.now());
      write(`${JSON.stringify({ time, level, event, ...Object.fromEntries(given) })}\n`);
    };
  return {
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    with: (fields) => jsonLog(write, clock, { ...base, ...fields }),
  };
}
