import type {
  AppointmentId,
  LocationId,
  PatientId,
  ProviderId,
  WaitlistEntryId,
  VisitTypeId,
} from './ids.ts';
import type { MinuteOfDay, Weekday } from './localTime.ts';
import type { Instant } from './time.ts';

/** Somebody who asked to be told when something comes free sooner. */
export interface WaitlistEntry {
  readonly id: WaitlistEntryId;
  readonly patient: PatientId;
  readonly locations: readonly LocationId[];
  readonly visitType: VisitTypeId;
  /** null = any provider. */
  readonly provider: ProviderId | null;
  /** When they could come, in the location's local time; empty = always. */
  readonly available: readonly {
    readonly weekday: Weekday;
    readonly from: MinuteOfDay;
    readonly to: MinuteOfDay;
  }[];
  readonly priority: number;
  readonly joinedAt: Instant;
  /** What they need to get here. */
  readonly minNoticeMs: number;
  /** The later appointment that would be given up. */
  readonly holds: AppointmentId | null;
  readonly holdsStart: Instant | null;
  readonly offersReceived: number;
  readonly lastOfferedAt: Instant | null;
  /** Raised when a slot was lost after a yes. */
  readonly boost: number;
}
