/** How a media stream ended. */
export type StreamEnd = 'closed_by_server' | 'broken' | 'stopped' | 'failed';

/** What one media stream did, counted as it happens. */
export interface StreamRecord {
  readonly streamSid: string;
  readonly callSid: string;
  readonly url: string;
  /** ws:// instead of wss://: allowed here on loopback only, refused by Twilio. */
  readonly insecure: boolean;
  readonly startedAtMs: number;
  endedAtMs: number | null;
  end: StreamEnd | null;
  /** Frames of the callee's audio sent to us. */
  framesSent: number;
  /** Bytes of our audio received, played, and thrown away by `clear`. */
  bytesReceived: number;
  bytesPlayed: number;
  bytesCleared: number;
  marksEchoed: number;
  clears: number;
  /** Messages ignored with a warning. */
  ignored: number;
}

/** The newest streams, oldest first. */
export class StreamLog {
  readonly #kept: StreamRecord[] = [];

  open(
    stream: Pick<StreamRecord, 'streamSid' | 'callSid' | 'url' | 'insecure' | 'startedAtMs'>,
  ): StreamRecord {
    const record: StreamRecord = {
      ...stream,
      endedAtMs: null,
      end: null,
      framesSent: 0,
      bytesReceived: 0,
      bytesPlayed: 0,
      bytesCleared: 0,
      marksEchoed: 0,
      clears: 0,
      ignored: 0,
    };
    this.#kept.push(record);
    if (this.#kept.length > 5_000) this.#kept.shift();
    return record;
  }

  list(): readonly StreamRecord[] {
    return this.#kept.map((record) => ({ ...record }));
  }
}
