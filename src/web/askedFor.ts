/** What addresses may hold: ids and dates, nothing else. */
import type { AttemptId } from '../domain/ids.ts';
import { id } from '../domain/ids.ts';
import { type LocalDate, addDays } from '../domain/localTime.ts';

const ATTEMPT = /^[A-Za-z0-9_-]{1,64}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export const attemptOf = (raw: string): AttemptId | null => (ATTEMPT.test(raw) ? id<AttemptId>(raw) : null);

/** Only days that the calendar has: `2026-02-30` is none. */
export const dateOf = (raw: string): LocalDate | null =>
  DATE.test(raw) && addDays(raw, 0) === raw ? raw : null;
