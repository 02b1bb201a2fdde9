import type { PhoneNetwork } from '../phone.ts';

/** How late, and how surely, answering machine detection reaches its verdict. All times are milliseconds. */
export interface AmdProfile {
  readonly delays: {
    /** From the answer to `human`. */
    readonly humanMs: number;
    /** From the answer to `machine_start`. */
    readonly machineMs: number;
    /** From the answer to `fax`. */
    readonly faxMs: number;
    /** From the end of a machine's greeting to `machine_end_*`. */
    readonly messageEndMs: number;
  };
  /** Share (0..1) of the calls whose verdict never comes, spread evenly over the calls. */
  readonly missing: number;
}

/** Line delay each way in milliseconds; there and back together are kept to the nearest 20 ms frame. */
export interface LineDelay {
  /** From the callee's microphone to the media websocket. */
  readonly toUs: number;
  /** From playout at the phone company to the callee's earpiece. */
  readonly fromUs: number;
}

export interface TwilioEmulatorOptions {
  /** `AC` + 32 hex digits. */
  readonly accountSid: string;
  readonly authToken: string;
  readonly network: PhoneNetwork;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Calls per second that leave the queue. Default 1, as for a new account. */
  readonly cps?: number;
  /** A call that is still queued after this long is canceled. Default 24 hours. */
  readonly mostQueuedMs?: number;
  /** Most calls that may ring or talk at once; one more fails with alert 10004. Default: no cap. */
  readonly concurrency?: number;
  /** Default: none each way. */
  readonly lineDelayMs?: LineDelay;
  readonly amd?: AmdProfile;
  /** Added to every date that the emulator shows; elapsed time is never affected. */
  readonly clockOffsetMs?: number;
  /** Where recordings are kept; without it a temporary folder that `close` deletes. */
  readonly recordingsDir?: string;
  /** From the end of a call to its recording being ready. Default 300 ms. */
  readonly recordingDelayMs?: number;
  /** Caller ids that the account owns; another From is refused with 21210. Default: any valid number. */
  readonly numbers?: readonly string[];
  /** Wait for the media websocket's handshake. Default 5 s. */
  readonly streamConnectTimeoutMs?: number;
}

/** Verdicts at once; messages end when they end. */
export const PROMPT_AMD: AmdProfile = {
  delays: { humanMs: 0, machineMs: 0, faxMs: 0, messageEndMs: 0 },
  missing: 0,
};
