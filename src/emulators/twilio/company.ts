import type { PhoneNetwork } from '../phone.ts';
import type { Alerts } from './alerts.ts';
import type { Call } from './call.ts';
import type { Faults } from './faults.ts';
import type { Leg } from './leg.ts';
import type { LineDelay } from './options.ts';
import type { Recordings } from './recordings.ts';
import type { Rooms } from './room.ts';
import type { StreamLog } from './streamLog.ts';
import type { Ticker } from './ticker.ts';
import type { EmulatorTime } from './time.ts';
import type { Webhooks } from './webhooks.ts';

/** What the parts of the emulated phone company share. */
export interface Company {
  readonly accountSid: string;
  readonly authToken: string;
  readonly network: PhoneNetwork;
  readonly time: EmulatorTime;
  readonly ticker: Ticker;
  readonly alerts: Alerts;
  readonly faults: Faults;
  readonly webhooks: Webhooks;
  readonly recordings: Recordings;
  readonly rooms: Rooms;
  readonly streams: StreamLog;
  readonly streamConnectTimeoutMs: number;
  /** Of the lines that connect from now on. */
  lineDelay: LineDelay;
}

/** A second call placed by `<Dial>` on behalf of the first. */
export interface ChildCall {
  readonly call: Call;
  /** The callee's line once they answer; null when they do not. */
  readonly answered: Promise<Leg | null>;
  readonly ended: Promise<void>;
  hangUp(): void;
}

/** Places calls for `<Dial>`; they do not queue for calls per second. */
export interface Dialer {
  dial(
    parent: Call,
    child: { readonly to: string; readonly from: string; readonly ringTimeoutMs: number },
  ): ChildCall;
}
