import type { Ringing } from '../phone.ts';
import { isOver, type Call, type CallRequest, type Instructions, type TerminalStatus } from './call.ts';
import { CallLog } from './callLog.ts';
import type { ChildCall, Company, Dialer } from './company.ts';
import { deferred } from './deferred.ts';
import { Detection } from './detection.ts';
import { DialQueue } from './dialQueue.ts';
import { statusOfSipCode, terminalFields } from './ending.ts';
import { Leg } from './leg.ts';
import type { AmdProfile } from './options.ts';
import type { Recording } from './recordings.ts';
import { newSid } from './sids.ts';
import { StatusCallbacks } from './statusCallbacks.ts';
import { Program } from './twiml/program.ts';

/** What a call has while it is not over. */
interface Live {
  readonly cancels: (() => void)[];
  leg: Leg | null;
  program: Program | null;
  recording: Recording | null;
  cancelTimeLimit: () => void;
  /** Of `<Dial>`: told of the answer and of the end. */
  readonly onAnswer: (leg: Leg | null) => void;
  readonly onEnd: () => void;
}

export interface SwitchboardOptions {
  readonly callsPerSecond: number;
  readonly concurrency: number;
  readonly mostQueuedMs: number;
  readonly amd: AmdProfile;
}

const UNASKED_CHILD: Pick<CallRequest, 'instructions' | 'fallback' | 'statusCallback' | 'amd' | 'record'> = {
  instructions: { kind: 'twiml', twiml: '<Response/>' },
  fallback: null,
  statusCallback: null,
  amd: null,
  record: null,
};

/**
 * Takes every call through its life:
 *
 *   queued -> ringing -> in-progress -> completed
 *      |         |-> busy | failed | no-answer
 *      |-> canceled <-|
 *
 * Nothing else changes a call's status. A call that is over never changes again.
 */
export class Switchboard implements Dialer {
  readonly log: CallLog;
  readonly #company: Company;
  readonly #options: SwitchboardOptions;
  readonly #queue: DialQueue<Call>;
  readonly #callbacks: StatusCallbacks;
  readonly #live = new Map<Call, Live>();
  readonly #detection: Detection;

  constructor(company: Company, options: SwitchboardOptions) {
    this.#company = company;
    this.#options = options;
    this.log = new CallLog(company.time);
    this.#queue = new DialQueue(company.time, options.callsPerSecond, (call) => this.#ring(call));
    this.#callbacks = new StatusCallbacks(company.accountSid, company.time, company.webhooks, company.faults);
    this.#detection = new Detection(company, options.amd);
  }

  /** Accepts a call and queues it. */
  create(request: CallRequest): Call {
    const { faults, time } = this.#company;
    const delay = faults.use('queue_delayed', request.to)?.byMs ?? 0;
    const call = this.#newCall(request, null, this.#queue.estimateMs() + delay, {
      onAnswer: () => undefined,
      onEnd: () => undefined,
    });
    this.log.dialed(call);
    const canceled = faults.use('queued_canceled', request.to);
    if (canceled === null) this.#queue.put(call, delay);
    const mostQueuedMs = canceled?.afterMs ?? this.#options.mostQueuedMs;
    this.#live.get(call)?.cancels.push(
      time.after(mostQueuedMs, () => {
        if (call.status === 'queued') this.#end(call, 'canceled');
      }),
    );
    return call;
  }

  dial(parent: Call, child: Parameters<Dialer['dial']>[1]): ChildCall {
    const answered = deferred<Leg | null>();
    const ended = deferred<void>();
    const request: CallRequest = {
      ...parent.request,
      ...UNASKED_CHILD,
      ...child,
      timeLimitMs: null,
    };
    const call = this.#newCall(request, parent.sid, 0, { onAnswer: answered.resolve, onEnd: ended.resolve });
    this.#ring(call);
    return { call, answered: answered.promise, ended: ended.promise, hangUp: () => this.hangUp(call) };
  }

  /** Whoever ends it: a call in conversation is completed, any other canceled. False = it was over already. */
  hangUp(call: Call): boolean {
    if (isOver(call)) return false;
    this.#end(call, call.status === 'in-progress' ? 'completed' : 'canceled');
    return true;
  }

  /** New instructions for a call in conversation. False = it is not in one. */
  redirect(call: Call, instructions: Instructions): boolean {
    const program = this.#live.get(call)?.program ?? null;
    if (call.status !== 'in-progress' || program === null) return false;
    call.updatedMs = this.#company.time.nowMs();
    program.start(instructions, []);
    return true;
  }

  /** Ends the call this long after its answer, or right away when that is past. */
  limit(call: Call, timeLimitMs: number): void {
    const live = this.#live.get(call);
    if (live === undefined || call.answeredMs === null) return;
    live.cancelTimeLimit();
    const { time } = this.#company;
    const leftMs = call.answeredMs + timeLimitMs - time.nowMs();
    live.cancelTimeLimit = time.after(leftMs, () => this.#end(call, 'completed'));
  }

  /** The live line of a call in conversation. */
  legOf(call: Call): Leg | null {
    return this.#live.get(call)?.leg ?? null;
  }

  /** Starts a recording of a call in conversation; null when it is not in one. */
  record(call: Call, request: NonNullable<CallRequest['record']>): Recording | null {
    const leg = this.legOf(call);
    return leg === null ? null : this.#company.recordings.begin(call, leg, request, 'StartCallRecordingAPI');
  }

  /** Hangs up everything without telling anybody. */
  close(): void {
    for (const [call, live] of this.#live) {
      for (const cancel of live.cancels) cancel();
      live.program?.stop();
      live.leg?.disconnect();
      this.#live.delete(call);
    }
  }

  #newCall(
    request: CallRequest,
    parentCallSid: string | null,
    queueTimeMs: number,
    told: Pick<Live, 'onAnswer' | 'onEnd'>,
  ): Call {
    const now = this.#company.time.nowMs();
    const call: Call = {
      sid: newSid('CA'),
      direction: parentCallSid === null ? 'outbound-api' : 'outbound-dial',
      parentCallSid,
      request,
      createdMs: now,
      queueTimeMs,
      updatedMs: now,
      status: 'queued',
      startedMs: null,
      answeredMs: null,
      endedMs: null,
      answeredBy: null,
      statusCallback: request.statusCallback,
      statusCallbackMethod: request.statusCallbackMethod,
      fallback: request.fallback,
    };
    this.#live.set(call, {
      ...told,
      cancels: [],
      leg: null,
      program: null,
      recording: null,
      cancelTimeLimit: () => undefined,
    });
    this.log.add(call);
    return call;
  }

  #ring(call: Call): void {
    const { time, network, alerts } = this.#company;
    const live = this.#live.get(call);
    if (live === undefined) return;
    call.startedMs = time.nowMs();
    call.updatedMs = call.startedMs;
    if (this.log.liveNow >= this.#options.concurrency) {
      alerts.raise(10004, { callSid: call.sid });
      this.#end(call, 'failed');
      return;
    }
    this.log.lineTaken(call);
    this.#callbacks.tell(call, 'initiated', 'initiated');
    const { to, from, ringTimeoutMs } = call.request;
    const ringing = network.ring({ callSid: call.sid, from, to });
    if (ringing.kind === 'unreachable') {
      this.#end(call, 'failed', ringing.sipCode);
      return;
    }
    call.status = 'ringing';
    this.#callbacks.tell(call, 'ringing', 'ringing');
    live.cancels.push(time.after(ringTimeoutMs, () => this.#end(call, 'no-answer', 487)));
    if (ringing.kind !== 'rings_out') {
      live.cancels.push(time.after(ringing.afterMs, () => this.#pickedUp(call, live, ringing)));
    }
  }

  #pickedUp(call: Call, live: Live, ringing: Exclude<Ringing, { kind: 'rings_out' | 'unreachable' }>): void {
    switch (ringing.kind) {
      case 'busy':
        this.#end(call, 'busy', 486);
        return;
      case 'rejects':
        this.#end(call, statusOfSipCode(ringing.sipCode), ringing.sipCode);
        return;
      case 'answers':
        this.#answer(call, live, ringing);
        return;
      default:
        ringing satisfies never;
    }
  }

  #answer(call: Call, live: Live, { handset, answeredBy }: Extract<Ringing, { kind: 'answers' }>): void {
    const { time, ticker, recordings } = this.#company;
    for (const cancel of live.cancels.splice(0)) cancel();
    const { to, from, timeLimitMs, record, amd } = call.request;
    call.status = 'in-progress';
    call.answeredMs = time.nowMs();
    call.updatedMs = call.answeredMs;
    const leg = new Leg(handset, ticker, this.#company.lineDelay, () => this.hangUp(call));
    live.leg = leg;
    if (record !== null) live.recording = recordings.begin(call, leg, record, 'OutboundAPI');
    this.#callbacks.tell(call, 'answered', 'in-progress');
    leg.connect({
      callSid: call.sid,
      from,
      to,
      dtmf: (digit) => leg.press(digit),
      hangUp: () => void this.hangUp(call),
    });
    if (isOver(call)) return;
    if (timeLimitMs !== null) this.limit(call, timeLimitMs);
    if (call.parentCallSid !== null) {
      live.onAnswer(leg);
      return;
    }
    const calleeHangsUp = (): void => void this.hangUp(call);
    live.program = new Program({
      company: this.#company,
      dialer: this,
      call,
      leg,
      calleeHangsUp,
      ranOut: calleeHangsUp,
    });
    const { instructions } = call.request;
    if (amd === null || amd.async) live.program.start(instructions, []);
    live.cancels.push(
      this.#detection.begin(call, answeredBy, (verdict) => live.program?.start(instructions, verdict)),
    );
  }

  #end(call: Call, status: TerminalStatus, sipCode: number | null = null): void {
    const live = this.#live.get(call);
    if (live === undefined) return;
    this.#live.delete(call);
    for (const cancel of live.cancels) cancel();
    live.cancelTimeLimit();
    this.#queue.remove(call);
    call.status = status;
    call.endedMs = this.#company.time.nowMs();
    call.updatedMs = call.endedMs;
    live.program?.stop();
    live.leg?.disconnect();
    this.log.lineFreed(call);
    const { recordings } = this.#company;
    const recording =
      live.recording === null ? null : { sid: live.recording.sid, url: recordings.url(live.recording) };
    this.#callbacks.tell(call, 'completed', status, terminalFields(call, sipCode, recording));
    void recordings.finishCall(call);
    live.onAnswer(null);
    live.onEnd();
  }
}
