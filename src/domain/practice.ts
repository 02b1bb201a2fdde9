/** The practice as it is configured: data, editable, versioned, imported from a file. */
import type { E164 } from './call.ts';
import type { ExternalId, LocationId, PracticeId, ProviderId, VisitTypeId } from './ids.ts';
import type { MinuteOfDay, Weekday } from './localTime.ts';
import type { Zone } from './time.ts';

/** Opening hours for calling: per weekday, half-open [from, to) in minutes of the local day; a day that is absent has no calls. */
export type CallWindow = Readonly<
  Partial<Record<Weekday, readonly { readonly from: MinuteOfDay; readonly to: MinuteOfDay }[]>>
>;

export interface Location {
  readonly id: LocationId;
  readonly external: ExternalId;
  readonly name: string;
  /** As the agent says it: "Lakeside Dental, Chicago". */
  readonly spokenName: string;
  readonly zone: Zone;
  /** Two-letter state, for rules of the state. */
  readonly state: string;
  readonly callerId: E164;
  readonly voiceId: string;
  readonly callWindow: CallWindow;
  /** Short sentences that anybody may be told: address, parking, bring, insurance. */
  readonly facts: Readonly<Record<string, string>>;
}

interface Provider {
  readonly id: ProviderId;
  readonly external: ExternalId;
  /** "Doctor Patel" */
  readonly spokenName: string;
}

interface VisitType {
  readonly id: VisitTypeId;
  /** The code that the scheduling system uses for it. */
  readonly code: string;
  /** "a cleaning" */
  readonly spokenName: string;
  readonly minutes: number;
  /** An opening sooner than this is of no use for this visit. */
  readonly minNoticeMs: number;
}

/** Limits and times of the nightly work. Every number is milliseconds or a count. */
export interface NightSettings {
  /** Appointments starting in [now + from, now + to) are called. */
  readonly horizonFromMs: number;
  readonly horizonToMs: number;
  /** Cron pattern and zone of the nightly run. */
  readonly nightlyCron: string;
  readonly caps: {
    readonly dialsPerPhonePerDay: number;
    readonly dialsPerPatientPer7Days: number;
    readonly dialsPerAppointment: number;
    /** Conversations or voicemails per patient and day, over all campaigns. */
    readonly contactsPerPatientPerDay: number;
  };
  readonly retry: {
    readonly busyMs: number;
    readonly noAnswerMs: number;
    readonly carrierFailureMs: number;
    readonly busyMax: number;
    readonly noAnswerMax: number;
    readonly carrierFailureMax: number;
  };
  /** How long a freed slot rests before it is offered: staff may want it, or the patient may ring back. */
  readonly coolOffMs: number;
  readonly offers: {
    readonly minNoticeMs: number;
    readonly perPatientPerDay: number;
    readonly chainDepthMax: number;
    /** Freed slots further away than this are left to the office. */
    readonly horizonMs: number;
  };
  readonly ringTimeoutMs: number;
  readonly callLimitMs: number;
  /** Calls at the same time, over all processes. */
  readonly lines: number;
  /** Offered times when somebody wants to move: how far ahead to look. */
  readonly openingsHorizonMs: number;
  readonly discloseAi: boolean;
}

export interface Practice {
  readonly id: PracticeId;
  readonly name: string;
  readonly zone: Zone;
  readonly settings: NightSettings;
  readonly locations: readonly Location[];
  readonly providers: readonly Provider[];
  readonly visitTypes: readonly VisitType[];
}
