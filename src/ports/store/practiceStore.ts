import type { E164 } from '../../domain/call.ts';
import type { ExternalId, PatientId, PracticeId } from '../../domain/ids.ts';
import type { Practice } from '../../domain/practice.ts';
import type { Instant } from '../../domain/time.ts';
import type { WaitlistEntry } from '../../domain/waitlist.ts';

/** What an import brings beside the practice itself. */
export interface PracticeImport {
  readonly practice: Practice;
  readonly consents: readonly {
    readonly patientExternal: ExternalId;
    readonly kind: 'automated_voice' | 'voice';
    readonly source: string;
    readonly grantedAt: Instant;
  }[];
  readonly suppressions: readonly {
    readonly phone: E164 | null;
    readonly patientExternal: ExternalId | null;
    readonly reason: string;
  }[];
  /** Waitlist entries before their patients are known here: by external ids. */
  readonly waitlist: readonly (Omit<
    WaitlistEntry,
    'patient' | 'holds' | 'holdsStart' | 'offersReceived' | 'lastOfferedAt' | 'boost'
  > & {
    readonly patientExternal: ExternalId;
    readonly holdsExternal: ExternalId | null;
  })[];
}

/** The practice and what it lets us do. */
export interface PracticeStore {
  /** The practice, newest version of its settings; null before the first import. */
  current(): Promise<Practice | null>;
  /** Writes everything in one transaction; importing the same file again changes nothing. Entries of unknown patients wait for them. */
  save(
    bundle: PracticeImport,
  ): Promise<{ readonly waitlist: number; readonly consents: number; readonly suppressions: number }>;
  /** Kill switch of the practice: no new dials while paused. Survives a restart. */
  setPaused(practice: PracticeId, paused: boolean, actor: string, reason: string): Promise<void>;
  isPaused(practice: PracticeId): Promise<boolean>;
  /** External patient ids that waitlist entries or consents speak of and that no mirror row has yet. */
  missingPatients(): Promise<readonly ExternalId[]>;
  /** External ids of appointments that waitlist entries would give up and that no mirror row has yet. */
  missingAppointments(): Promise<readonly ExternalId[]>;
  /** The demo's shift of the clock, kept with its database. */
  demoShiftMs(): Promise<number | null>;
  setDemoShiftMs(shiftMs: number): Promise<void>;
  patientName(patient: PatientId): Promise<{ readonly full: string; readonly first: string } | null>;
}
