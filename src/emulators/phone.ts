/**
 * The seam between the emulated phone company (twilio/) and the people on its network (callee/).
 * Audio is G.711 mu-law, 8 kHz, in frames of 20 ms = 160 bytes; all times are milliseconds of the same monotonic clock.
 */

/** What happens when a number is rung. */
export type Ringing =
  | {
      readonly kind: 'answers';
      readonly afterMs: number;
      readonly handset: Handset;
      readonly answeredBy: AnsweredBy;
    }
  | { readonly kind: 'rings_out' }
  | { readonly kind: 'busy'; readonly afterMs: number }
  | { readonly kind: 'rejects'; readonly afterMs: number; readonly sipCode: number }
  | { readonly kind: 'unreachable'; readonly sipCode: number };

/** The truth that answering machine detection tries to find out; the detection itself may be late, wrong or absent. */
export interface AnsweredBy {
  readonly who: 'human' | 'machine' | 'fax';
  /** For machines: how the greeting ends, and when, counted from the answer. */
  readonly greetingEnd?: { readonly how: 'beep' | 'silence' | 'other'; readonly afterMs: number };
}

/** A call seen from the phone company's side of the handset. */
export interface PhoneLine {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  /** The callee presses a key. */
  dtmf(digit: string): void;
  /** The callee puts the phone down. */
  hangUp(): void;
}

/**
 * A phone that was picked up. The phone company pulls one frame of what the callee's microphone makes every 20 ms
 * and pushes the frame that the earpiece plays in the same tick (silence, 0xFF, when the far side sends none).
 */
export interface Handset {
  /** Called once, when the call is connected. */
  connected(line: PhoneLine): void;
  /** One tick: takes the earpiece's frame, returns the microphone's. Always 160 bytes each way. */
  tick(earpiece: Uint8Array): Uint8Array;
  /** The far side or the network ended the call; the handset closes its recording. */
  disconnected(): void;
}

/** The network of people, as the phone company asks it. */
export interface PhoneNetwork {
  ring(call: { readonly callSid: string; readonly from: string; readonly to: string }): Ringing;
}
