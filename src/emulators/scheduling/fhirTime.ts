/**
 * FHIR dates and instants as half-open ranges of epoch milliseconds: `2026-11-24` is a whole day, `...T10:00:00Z` one second.
 * A time without an offset is read as UTC: only dirt in seeded data has none.
 */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const FORM =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

function part(digits: string | undefined, otherwise: number): number {
  return digits === undefined ? otherwise : Number(digits);
}

/** Null when the text is no FHIR date, dateTime or instant. */
export function timeRange(text: string): TimeRange | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const fields = [
    part(year, 1970),
    part(month, 1) - 1,
    part(day, 1),
    part(hour, 0),
    part(minute, 0),
    part(second, 0),
  ] as const;
  const written = Date.UTC(...fields);
  if (new Date(written).getUTCMonth() !== fields[1] || fields[3] > 23 || fields[4] > 59 || fields[5] > 59)
    return null;
  const from =
    written + (fraction === undefined ? 0 : Math.round(Number(fraction) * 1000)) - offsetMs(offset);
  if (day === undefined) {
    const to = month === undefined ? Date.UTC(fields[0] + 1, 0, 1) : Date.UTC(fields[0], fields[1] + 1, 1);
    return { from, to };
  }
  const lengthMs =
    hour === undefined ? 86_400_000 : second === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  return { from, to: from + lengthMs };
}

function offsetMs(offset: string | undefined): number {
  if (offset === undefined || offset === 'Z') return 0;
  const sign = offset.startsWith('-') ? -1 : 1;
  return sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * 60_000;
}

/** A FHIR instant: seconds and an offset are mandatory. */
export function isInstant(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text) && timeRange(text) !== null
  );
}

/** Does a date in a resource satisfy a search value such as `ge2026-11-24T23:30:00Z`? Null when the value is malformed. */
export function matchesDate(value: string, held: TimeRange): boolean | null {
  const match = /^(eq|ne|gt|lt|ge|le)?(\d.*)$/.exec(value);
  const asked = match?.[2] === undefined ? null : timeRange(match[2].replace(' ', '+'));
  if (!match || !asked) return null;
  switch (match[1] ?? 'eq') {
    case 'ge':
      return held.from >= asked.from;
    case 'gt':
      return held.from >= asked.to;
    case 'lt':
      return held.from < asked.from;
    case 'le':
      return held.from < asked.to;
    case 'ne':
      return !(held.from >= asked.from && held.to <= asked.to);
    default:
      return held.from >= asked.from && held.to <= asked.to;
  }
}
