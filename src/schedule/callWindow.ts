/**
 * When somebody may be rung. The callee's zone is never certain, so every candidate zone counts: a call is allowed only while the hours of
 * the practice and of every state's policy are open in every one of them. Half-open spans; a call must be able to ring to its end before the
 * first of them closes.
 */
import {
  type LocalDate,
  type MinuteOfDay,
  addDays,
  instantAt,
  localTimeAt,
  weekdayOf,
} from '../domain/localTime.ts';
import type { HoursVerdict } from '../domain/planning.ts';
import type { CallWindow } from '../domain/practice.ts';
import { type Instant, type Span, type Zone, MINUTE_MS, instant, plusMs } from '../domain/time.ts';

/**
 * How many days to look ahead: the next one answers nearly always. Further than the last nobody looks; it holds every weekday and a long
 * holiday weekend.
 */
const DAYS_AHEAD: readonly number[] = [1, 10];

/** Hours that must be open, in each of the zones. */
export interface JointHours {
  readonly zones: readonly Zone[];
  readonly windows: readonly CallWindow[];
  readonly isBlocked: (date: LocalDate) => boolean;
}

/** Zones change their clocks on quarters of an hour; within one the wall clock runs evenly. */
const QUARTER_MS = 15 * MINUTE_MS;

/**
 * One range of one local day as spans. On the night when clocks go back an hour comes twice; a range across it is read quarter by quarter, because
 * the second pass may lie before the range's beginning.
 */
function rangeSpans(
  date: LocalDate,
  range: { readonly from: MinuteOfDay; readonly to: MinuteOfDay },
  where: Zone,
): readonly Span[] {
  if (range.to <= range.from) return [];
  const whole: Span = { from: instantAt(date, range.from, where), to: instantAt(date, range.to, where) };
  if (whole.to <= whole.from) return [];
  if (whole.to - whole.from <= (range.to - range.from) * MINUTE_MS) return [whole];
  const spans: Span[] = [];
  for (let at = whole.from; at < whole.to;) {
    const end = instant(Math.min(whole.to, (Math.floor(at / QUARTER_MS) + 1) * QUARTER_MS));
    const local = localTimeAt(at, where);
    const minute = local.hour * 60 + local.minute;
    const from = plusMs(at, Math.max(0, range.from - minute) * MINUTE_MS);
    const to = instant(Math.min(end, at + (range.to - minute) * MINUTE_MS));
    if (from < to) spans.push({ from, to });
    at = end;
  }
  return spans;
}

/** The open spans of one window in one zone, from the local day of `at` on, in order and without touching neighbours. */
function openSpans(
  hours: JointHours,
  window: CallWindow,
  where: Zone,
  at: Instant,
  days: number,
): readonly Span[] {
  const today = localTimeAt(at, where).date;
  const spans: Span[] = [];
  for (let ahead = 0; ahead <= days; ahead++) {
    const date = addDays(today, ahead);
    if (hours.isBlocked(date)) continue;
    for (const range of window[weekdayOf(date)] ?? []) spans.push(...rangeSpans(date, range, where));
  }
  return merged(spans);
}

function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last !== undefined && span.from <= last.to) {
      out[out.length - 1] = { from: last.from, to: span.to > last.to ? span.to : last.to };
    } else out.push(span);
  }
  return out;
}

function intersection(a: readonly Span[], b: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const x of a) {
    for (const y of b) {
      const from = x.from > y.from ? x.from : y.from;
      const to = x.to < y.to ? x.to : y.to;
      if (from < to) out.push({ from, to });
    }
  }
  return out;
}

function hoursWithin(hours: JointHours, at: Instant, ringMs: number, days: number): HoursVerdict {
  let joint: readonly Span[] | null = null;
  for (const where of hours.zones) {
    for (const window of hours.windows) {
      const spans = openSpans(hours, window, where, at, days);
      joint = joint === null ? spans : intersection(joint, spans);
      if (joint.length === 0) return { kind: 'never' };
    }
  }
  if (joint === null) return { kind: 'never' };
  for (const span of joint) {
    const last = plusMs(span.to, -ringMs);
    if (at > last || span.from > last) continue;
    return span.from <= at ? { kind: 'open', closesAt: span.to } : { kind: 'opens', at: span.from };
  }
  return { kind: 'never' };
}

/**
 * Whether a dial at `at` may ring for `ringMs`, or when one may next.
 * @returns `never` when the days ahead hold no joint minute; no zones or no windows mean never, too.
 */
export function hoursAt(hours: JointHours, at: Instant, ringMs: number): HoursVerdict {
  for (const days of DAYS_AHEAD) {
    const verdict = hoursWithin(hours, at, ringMs, days);
    if (verdict.kind !== 'never') return verdict;
  }
  return { kind: 'never' };
}
