/** Rows of the night as a page shows them: placed, timed and worded. Ids stay, so that a page can update in place and link. */
import type { TranscriptLine } from '../domain/call.ts';
import { type OutcomeKind, wasAnswered } from '../domain/disposition.ts';
import type { AttemptId } from '../domain/ids.ts';
import { clockTime } from '../domain/localTime.ts';
import type { Practice } from '../domain/practice.ts';
import type { CallbackRow, CallRow, ContactRow, PromiseRow, SlotRow } from '../domain/report.ts';
import type { Zone } from '../domain/time.ts';
import { dayAndTime } from './localWords.ts';
import {
  callbackWords,
  contactWords,
  dispositionWords,
  outcomeWords,
  purposeWords,
  slotWords,
  stateWords,
} from './words.ts';

/** What a call is listed under: a decision, or what became of it on the line. */
interface Result {
  readonly code: string;
  readonly words: string;
}

export interface CallView {
  readonly attempt: AttemptId;
  readonly who: string;
  readonly where: string;
  readonly purpose: string;
  /** Local clock time at the place. */
  readonly at: string;
  readonly placedAtMs: number;
  readonly seconds: number | null;
  /** Null once the call is over. */
  readonly state: string | null;
  readonly lastLine: TranscriptLine | null;
  /** Empty while the call goes on. */
  readonly results: readonly Result[];
  readonly latencyMs: number | null;
  readonly hasRecording: boolean;
}

export interface ContactView {
  readonly contact: string;
  readonly who: string;
  readonly where: string;
  readonly purpose: string;
  readonly state: ContactRow['state'];
  readonly at: string;
  readonly why: string;
}

export interface SlotView {
  readonly slot: string;
  readonly at: string;
  readonly where: string;
  readonly fate: 'filled' | 'taken' | 'waiting' | 'empty';
  readonly says: string;
}

export interface CallbackView {
  readonly callback: string;
  readonly who: string;
  readonly where: string;
  readonly reason: string;
  readonly quote: string;
  readonly appointment: string;
  readonly attempt: AttemptId | null;
}

export interface PromiseView {
  readonly promise: string;
  readonly who: string;
  readonly madeAt: string;
  readonly attempt: AttemptId;
}

const placeOf = (practice: Practice, id: string | null) =>
  practice.locations.find((location) => location.id === id) ?? null;

const zoneAt = (practice: Practice, id: string | null): Zone => placeOf(practice, id)?.zone ?? practice.zone;

/** "Lakeside Dental, Chicago" is "Chicago" to whoever works at Lakeside Dental; nothing for no place. */
export function locationName(practice: Practice, id: string | null): string {
  const name = placeOf(practice, id)?.name ?? '';
  const prefix = `${practice.name}, `;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Decisions if there are any; otherwise what became of it on the line. */
function resultsOf(row: Pick<CallRow, 'outcomes' | 'disposition'>): readonly Result[] {
  const outcomes: readonly OutcomeKind[] = [...new Set(row.outcomes)];
  const decided = outcomes.filter((kind) => kind !== 'no_decision');
  if (decided.length > 0) return decided.map((code) => ({ code, words: outcomeWords(code) }));
  const { disposition } = row;
  if (disposition !== null && !wasAnswered(disposition))
    return [{ code: disposition, words: dispositionWords(disposition) }];
  return outcomes.map((code) => ({ code, words: outcomeWords(code) }));
}

function stateOf(row: CallRow): string {
  if (row.disposition !== null || row.state === 'ended') return 'Being written down';
  return row.state === null ? 'Ringing' : stateWords(row.state);
}

export function callView(practice: Practice, row: CallRow): CallView {
  // A call is over for the office once its outcome stands, not when the line goes dead.
  const results = row.endedAt === null ? [] : resultsOf(row);
  return {
    attempt: row.attempt,
    who: row.patientName,
    where: locationName(practice, row.location),
    purpose: purposeWords(row.purpose),
    at: clockTime(row.placedAt, zoneAt(practice, row.location)),
    placedAtMs: row.placedAt,
    seconds: row.endedAt === null ? null : Math.round((row.endedAt - row.placedAt) / 1_000),
    state: results.length > 0 ? null : stateOf(row),
    lastLine: row.lastLine,
    results,
    latencyMs: row.medianLatencyMs === null ? null : Math.round(row.medianLatencyMs),
    hasRecording: row.recordingMs !== null,
  };
}

export const contactView = (practice: Practice, row: ContactRow): ContactView => ({
  contact: row.contact,
  who: row.patientNames.join(', '),
  where: locationName(practice, row.location),
  purpose: purposeWords(row.purpose),
  state: row.state,
  at: row.notBefore === null ? '' : dayAndTime(row.notBefore, zoneAt(practice, row.location)),
  why: contactWords(row.state, row.because),
});

const WAITING_SLOT: ReadonlySet<string> = new Set(['cooling', 'open', 'reserved']);

function fateOf(row: SlotRow): SlotView['fate'] {
  if (row.filledBy !== null) return 'filled';
  if (row.state === 'taken_externally' || row.state === 'booked') return 'taken';
  return WAITING_SLOT.has(row.state) ? 'waiting' : 'empty';
}

export const slotView = (practice: Practice, row: SlotRow): SlotView => ({
  slot: row.slot,
  at: dayAndTime(row.start, zoneAt(practice, row.location)),
  where: locationName(practice, row.location),
  fate: fateOf(row),
  says: row.filledBy === null ? slotWords(row.state, row.because) : `Filled by ${row.filledBy}`,
});

/** @param calls of the same night, which know where a callback's call belongs. */
export function callbackView(practice: Practice, calls: readonly CallRow[], row: CallbackRow): CallbackView {
  const location = calls.find((call) => call.attempt === row.attempt)?.location ?? null;
  return {
    callback: row.callback,
    who: row.patientName ?? 'Unknown',
    where: locationName(practice, location),
    reason: callbackWords(row.reason),
    quote: row.quote,
    appointment: dayAndTime(row.appointmentStart, zoneAt(practice, location)),
    attempt: row.attempt,
  };
}

export const promiseView = (practice: Practice, row: PromiseRow): PromiseView => ({
  promise: row.promise,
  who: row.patientName ?? 'Unknown',
  madeAt: dayAndTime(row.madeAt, practice.zone),
  attempt: row.attempt,
});

const NEVER = Number.MAX_SAFE_INTEGER;

/** Whoever has their appointment soonest is called back first; who has none comes last. */
export const byUrgency = (a: CallbackRow, b: CallbackRow): number =>
  (a.appointmentStart ?? NEVER) - (b.appointmentStart ?? NEVER) || a.createdAt - b.createdAt;
