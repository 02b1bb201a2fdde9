import { randomUUID } from 'node:crypto';
import { callFields, type Call } from './call.ts';
import type { CallEvent, Faults } from './faults.ts';
import { rfc2822, type EmulatorTime } from './time.ts';
import type { Params, Webhooks } from './webhooks.ts';

/** An event waits this long for the one before it to be answered; then it goes out anyway, as separate requests do. */
const MOST_PATIENCE_MS = 500;

interface Line {
  sequence: number;
  /** Settled when the last event sent was answered, or was waited for long enough. */
  last: Promise<void>;
  /** Sent after the next event. */
  overtaken: (() => Promise<void>)[];
  /** Sent after the terminal event. */
  late: (() => Promise<void>)[];
}

/** Tells a call's progress to its StatusCallback, numbered in the order of the events. */
export class StatusCallbacks {
  readonly #accountSid: string;
  readonly #time: EmulatorTime;
  readonly #webhooks: Webhooks;
  readonly #faults: Faults;
  readonly #lines = new WeakMap<Call, Line>();

  constructor(accountSid: string, time: EmulatorTime, webhooks: Webhooks, faults: Faults) {
    this.#accountSid = accountSid;
    this.#time = time;
    this.#webhooks = webhooks;
    this.#faults = faults;
  }

  /** `status` is what CallStatus says; the terminal event is `completed` whatever the status. */
  tell(call: Call, event: CallEvent, status: string, extra: Params = []): void {
    if (call.statusCallback === null || !call.request.statusCallbackEvents.has(event)) return;
    const line = this.#lineOf(call);
    const send = this.#sender(call, call.statusCallback, [
      ...callFields(call, this.#accountSid, status),
      ['Timestamp', rfc2822(this.#time.nowMs())],
      ['CallbackSource', 'call-progress-events'],
      ['SequenceNumber', String(line.sequence)],
      ...extra,
    ]);
    line.sequence += 1;
    const { to } = call.request;
    const is = (fault: { readonly event: CallEvent }): boolean => fault.event === event;
    if (this.#faults.use('callback_lost', to, is) !== null) return;
    if (event !== 'completed' && this.#faults.use('callback_reordered', to, is) !== null) {
      line.overtaken.push(send);
      return;
    }
    if (event !== 'completed' && this.#faults.use('callback_after_terminal', to, is) !== null) {
      line.late.push(send);
      return;
    }
    const delayed = this.#faults.use('callback_delayed', to, is);
    if (delayed !== null) {
      this.#time.after(delayed.byMs, () => void send());
      return;
    }
    const twice = this.#faults.use('callback_duplicated', to, is) !== null;
    const then = [...(twice ? [send] : []), ...line.overtaken, ...(event === 'completed' ? line.late : [])];
    line.overtaken = [];
    line.last = this.#after(line.last, [send, ...then]);
  }

  async #after(before: Promise<void>, sends: readonly (() => Promise<void>)[]): Promise<void> {
    await before;
    for (const send of sends) {
      const patience = new Promise<void>((resolve) => {
        this.#time.after(MOST_PATIENCE_MS, resolve);
      });
      await Promise.race([send(), patience]);
    }
  }

  #sender(call: Call, url: string, params: Params): () => Promise<void> {
    const idempotencyToken = randomUUID();
    const { statusCallbackMethod: method } = call;
    return async () => {
      await this.#webhooks.send({
        purpose: 'status',
        url,
        method,
        params,
        to: call.request.to,
        callSid: call.sid,
        idempotencyToken,
      });
    };
  }

  #lineOf(call: Call): Line {
    const line = this.#lines.get(call) ?? { sequence: 0, last: Promise.resolve(), overtaken: [], late: [] };
    this.#lines.set(call, line);
    return line;
  }
}
