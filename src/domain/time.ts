import type { Brand } from './ids.ts';

/** A point in time: milliseconds since 1970-01-01T00:00Z. Local time exists only in localTime.ts. */
export type Instant = Brand<number, 'Instant'>;

/** An IANA zone name that was checked, e.g. `America/Chicago`. */
export type Zone = Brand<string, 'Zone'>;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/**
 * @param epochMs whole or fractional milliseconds since the epoch.
 * @throws RangeError when it is not a finite number.
 */
export function instant(epochMs: number): Instant {
  if (!Number.isFinite(epochMs)) throw new RangeError(`not an instant: ${epochMs}`);
  return epochMs as Instant;
}

export const plusMs = (at: Instant, ms: number): Instant => instant(at + ms);

/** `until - from`, negative when `until` is earlier. */
export const msBetween = (from: Instant, until: Instant): number => until - from;

/** Half-open: a span holds its start and not its end, so neighbours never overlap. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
}

export const contains = (span: Span, at: Instant): boolean => span.from <= at && at < span.to;
export const overlaps = (a: Span, b: Span): boolean => a.from < b.to && b.from < a.to;
