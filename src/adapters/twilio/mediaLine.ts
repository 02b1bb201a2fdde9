/** One answered call's media socket, from its `start` message to its end. */
import type { WebSocket } from 'ws';
import type { AnsweredBy } from '../../domain/call.ts';
import type { AttemptId, CallSid } from '../../domain/ids.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LineEvent, MediaLine } from '../../ports/telephony.ts';
import { clearMessage, markMessage, mediaMessage } from './mediaMessages.ts';
import type { MediaMessage } from './mediaMessages.ts';

export interface MediaLimits {
  /** From the handshake to `start`. */
  readonly startMs: number;
  /** Twilio sends a frame every 20 ms, silence included; a socket this quiet is dead. */
  readonly idleMs: number;
  /** Events kept for a listener that is not there yet. */
  readonly earlyEvents: number;
  /** Bytes that the far side has not taken; Twilio itself throws away what lies ten minutes ahead of playback. */
  readonly unsentBytes: number;
  /** Between asking for the socket's end and cutting it. */
  readonly closeMs: number;
}

export interface LineIdentity {
  readonly attempt: AttemptId;
  readonly sid: CallSid;
  readonly streamSid: string;
}

/** Opened by the switchboard, closed exactly once, by whichever side is first. */
export class TwilioMediaLine implements MediaLine {
  readonly attempt: AttemptId;
  readonly sid: CallSid;
  readonly #streamSid: string;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: MediaLimits;
  readonly #onClosed: (line: TwilioMediaLine) => void;
  #listener: ((event: LineEvent) => void) | null = null;
  #early: LineEvent[] = [];
  #closed = false;
  #heardAtMs: number;
  #cancelIdle: Cancel;

  constructor(
    identity: LineIdentity,
    socket: WebSocket,
    limits: MediaLimits,
    world: { readonly clock: Clock; readonly log: Log; readonly onClosed: (line: TwilioMediaLine) => void },
  ) {
    this.attempt = identity.attempt;
    this.sid = identity.sid;
    this.#streamSid = identity.streamSid;
    this.#socket = socket;
    this.#limits = limits;
    this.#clock = world.clock;
    this.#log = world.log.with({ attempt: identity.attempt, call: identity.sid });
    this.#onClosed = world.onClosed;
    this.#heardAtMs = world.clock.monotonicMs();
    this.#cancelIdle = world.clock.after(limits.idleMs, () => this.#checkIdle());
  }

  listen(listener: (event: LineEvent) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const event of early) listener(event);
  }

  play(base64Mulaw: string): void {
    if (base64Mulaw !== '') this.#send(mediaMessage(this.#streamSid, base64Mulaw));
  }

  mark(name: string): void {
    this.#send(markMessage(this.#streamSid, name));
  }

  clear(): void {
    this.#send(clearMessage(this.#streamSid));
  }

  close(): void {
    this.#end(null);
  }

  /** The machine verdict came by webhook. */
  answeredBy(verdict: AnsweredBy, afterMs: number | null): void {
    this.#emit({ kind: 'answered_by', verdict, afterMs });
  }

  receive(message: MediaMessage): void {
    this.#heardAtMs = this.#clock.monotonicMs();
    switch (message.event) {
      case 'media': {
        // A stream of our kind carries the callee alone; another track would be a call wired by someone else.
        if (message.media.track !== 'inbound') return;
        const mulaw = new Uint8Array(Buffer.from(message.media.payload, 'base64'));
        if (mulaw.length > 0) this.#emit({ kind: 'audio', mulaw, atMs: message.media.timestamp });
        return;
      }
      case 'dtmf':
        return this.#emit({ kind: 'dtmf', digit: message.dtmf.digit });
      case 'mark':
        return this.#emit({ kind: 'mark', name: message.mark.name });
      case 'stop':
        return this.close();
      case 'connected':
      case 'start':
        return;
      default:
        return;
    }
  }

  /** The socket went away without a `stop`. */
  lost(): void {
    this.#end('socket_closed');
  }

  #checkIdle(): void {
    const quietMs = this.#clock.monotonicMs() - this.#heardAtMs;
    if (quietMs >= this.#limits.idleMs) return this.#end('idle');
    this.#cancelIdle = this.#clock.after(this.#limits.idleMs - quietMs, () => this.#checkIdle());
  }

  #send(message: string): void {
    if (this.#closed || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(message);
    if (this.#socket.bufferedAmount > this.#limits.unsentBytes) this.#end('backpressure');
  }

  #emit(event: LineEvent): void {
    if (this.#closed) return;
    if (this.#listener === null && this.#early.length >= this.#limits.earlyEvents)
      return this.#end('nobody_listens');
    this.#deliver(event);
  }

  #deliver(event: LineEvent): void {
    if (this.#listener === null) this.#early.push(event);
    else this.#listener(event);
  }

  /** @param lostBecause null for an end that is nobody's fault. */
  #end(lostBecause: string | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelIdle();
    this.#onClosed(this);
    if (lostBecause === null) {
      this.#socket.close(1000);
      const cancelCut = this.#clock.after(this.#limits.closeMs, () => this.#socket.terminate());
      this.#socket.once('close', cancelCut);
    } else {
      this.#log.warn('call.media_lost', { code: lostBecause });
      this.#socket.terminate();
    }
    this.#deliver({ kind: 'closed' });
  }
}
