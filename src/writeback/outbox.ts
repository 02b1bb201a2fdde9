/** When an undelivered command is tried again, and what became of one that was answered. */
import type { AppointmentStatus, Participation } from '../domain/appointment.ts';
import { type Instant, HOUR_MS, MINUTE_MS, SECOND_MS, plusMs } from '../domain/time.ts';

/** After the first failure, the second, ... (https://docs.svix.com/retries, the schedule that webhook senders follow). */
const RETRY_AFTER_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS,
];

/** Everybody who was turned away at the same moment should not come back at the same moment. */
const JITTER = 0.2;

/** How many tries a command gets before a person is asked. */
export const TRIES_MAX = RETRY_AFTER_MS.length + 1;

/**
 * When to try again after `tries` attempts.
 * @param asked what the other side asked us to wait (Retry-After), milliseconds, or null; never less than this.
 * @param capMs the longest pause of this installation.
 * @param chance uniform in [0, 1).
 * @returns null when the tries are used up.
 */
export function retryAt(
  tries: number,
  asked: number | null,
  limits: { readonly capMs: number },
  chance: number,
  now: Instant,
): Instant | null {
  const base = RETRY_AFTER_MS[tries - 1];
  if (base === undefined) return null;
  const jittered = Math.min(base, limits.capMs) * (1 + JITTER * chance);
  return plusMs(now, Math.ceil(Math.max(jittered, asked ?? 0)));
}

/** Whether an appointment as it is read back is already what the command wanted. */
export const isAsWanted = (
  kind: 'confirm' | 'cancel',
  seen: { readonly status: AppointmentStatus; readonly participation: Participation },
): boolean =>
  kind === 'cancel'
    ? seen.status === 'cancelled'
    : seen.status === 'booked' && seen.participation === 'accepted';
