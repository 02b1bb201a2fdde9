/**
 * What Twilio's debugger would show: failures of webhooks, TwiML and streams are not REST errors, they appear here.
 * Codes are Twilio's own.
 */
export interface Alert {
  readonly code: number;
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** Epoch milliseconds of the emulator's clock. */
  readonly atMs: number;
  readonly callSid?: string;
  readonly streamSid?: string;
  readonly url?: string;
}

const TEXTS = {
  10004: ['error', 'Call concurrency limit exceeded'],
  11200: ['error', 'HTTP retrieval failure'],
  12100: ['error', 'Document parse failure'],
  12200: ['warning', 'Schema validation warning'],
  12300: ['error', 'Invalid Content-Type'],
  13224: ['error', 'Dial: number is invalid or unsupported'],
  31901: ['error', 'Stream: WebSocket connection timeout'],
  31902: ['error', 'Stream: WebSocket connection refused'],
  31920: ['error', 'Stream: WebSocket handshake error'],
  31921: ['error', 'Stream: WebSocket closed unexpectedly by the remote end'],
  31923: ['error', 'Stream: malformed WebSocket URL'],
  31924: ['error', 'Stream: WebSocket protocol error'],
  31931: ['warning', 'Stream: buffered media exceeds 10 minutes and was discarded'],
  31950: ['warning', 'Stream: message could not be decoded'],
  31951: ['warning', 'Stream: invalid message'],
} as const satisfies Record<number, readonly ['error' | 'warning', string]>;

export type AlertCode = keyof typeof TEXTS;

/** Keeps the newest alerts in the order they were raised. */
export class Alerts {
  readonly #nowMs: () => number;
  readonly #kept: Alert[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  raise(
    code: AlertCode,
    where: { readonly callSid?: string; readonly streamSid?: string; readonly url?: string },
    detail = '',
  ): void {
    const [level, text] = TEXTS[code];
    this.#kept.push({
      code,
      level,
      message: detail === '' ? text : `${text}: ${detail}`,
      atMs: this.#nowMs(),
      ...where,
    });
    if (this.#kept.length > 10_000) this.#kept.shift();
  }

  list(): readonly Alert[] {
    return [...this.#kept];
  }
}
