/** Whether an appointment is still what we would be calling about; the scheduling system is right, and staff may have been quicker. */
import { type Appointment, awaitsConfirmation } from '../domain/appointment.ts';
import type { AppointmentStatus, Participation } from '../domain/appointment.ts';
import type { Instant } from '../domain/time.ts';

/** What was read from the scheduling system just now. */
interface Seen {
  readonly status: AppointmentStatus;
  readonly participation: Participation;
  readonly start: Instant;
}

/** Booked at the same time and still unanswered. A new version alone is no change: somebody may have corrected a note. */
export const isStillDue = (known: Pick<Appointment, 'start'>, seen: Seen | null): boolean =>
  seen !== null && awaitsConfirmation(seen) && seen.start === known.start;
