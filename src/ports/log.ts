import type {
  AppointmentId,
  AttemptId,
  CallSid,
  ContactId,
  LocationId,
  OfferId,
  PracticeId,
  RunId,
  SlotId,
  WaitlistEntryId,
  WriteBackId,
} from '../domain/ids.ts';
import type { QueueName } from './queues.ts';

/**
 * What can be said in a log, as a closed list: there is no message, and no field that could hold a name, a number, a transcript or a prompt.
 * Whoever wants to log something new adds it here, where a reviewer sees it.
 */
export type LogEvent =
  // the process
  | 'db.started'
  | 'db.adopted'
  | 'db.stopped'
  | 'db.migrated'
  | 'server.listening'
  | 'server.request_failed'
  | 'emulator.started'
  | 'emulator.exited'
  | 'shutdown.begin'
  | 'shutdown.step'
  | 'shutdown.forced'
  | 'shutdown.done'
  // the stages
  | 'import.done'
  | 'import.row_quarantined'
  | 'run.planned'
  | 'run.completed'
  | 'contact.refused'
  | 'contact.deferred'
  | 'contact.claimed'
  | 'call.placed'
  | 'call.answered'
  | 'call.machine_detected'
  | 'call.media_started'
  | 'call.media_lost'
  | 'call.resumed'
  | 'call.ended'
  | 'turn.completed'
  | 'turn.interrupted'
  | 'script.moved'
  | 'outcome.applied'
  | 'slot.freed'
  | 'slot.reserved'
  | 'slot.filled'
  | 'offer.made'
  | 'offer.declined'
  | 'offer.expired'
  | 'writeback.sent'
  | 'writeback.landed'
  | 'writeback.conflict'
  | 'writeback.dead'
  | 'recording.saved'
  | 'recording.failed'
  // the world
  | 'vendor.failed'
  | 'vendor.slow'
  | 'webhook.refused'
  | 'media.refused'
  | 'queue.error'
  | 'queue.stalled'
  | 'job.failed'
  | 'job.malformed'
  | 'job.gave_up';

type Vendor = 'twilio' | 'deepgram' | 'anthropic' | 'elevenlabs' | 'scheduler' | 'database' | 'redis';

/**
 * Every field a line may have. `code` is a short machine word (`busy`, `P2002`, `ECONNRESET`, `awaiting_consent`), never a vendor's sentence:
 * those quote what people said. The writer drops a text that is not one word of letters, digits and `._-`.
 */
export interface LogFields {
  readonly practice?: PracticeId;
  readonly location?: LocationId;
  readonly run?: RunId;
  readonly contact?: ContactId;
  readonly attempt?: AttemptId;
  readonly call?: CallSid;
  readonly appointment?: AppointmentId;
  readonly slot?: SlotId;
  readonly waitlistEntry?: WaitlistEntryId;
  readonly offer?: OfferId;
  readonly writeBack?: WriteBackId;
  readonly queue?: QueueName;
  readonly job?: string;
  readonly vendor?: Vendor;
  readonly code?: string;
  /** An HTTP or websocket close status. */
  readonly status?: number;
  readonly ms?: number;
  readonly count?: number;
  readonly line?: number;
  readonly turn?: number;
  readonly port?: number;
  readonly pid?: number;
}

export interface Log {
  info(event: LogEvent, fields?: LogFields): void;
  warn(event: LogEvent, fields?: LogFields): void;
  error(event: LogEvent, fields?: LogFields): void;
  /** A log whose every line also has these fields; a stage that works on one call holds one of these. */
  with(fields: LogFields): Log;
}
