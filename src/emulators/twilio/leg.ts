import type { Handset, PhoneLine } from '../phone.ts';
import { DelayLine, framesOf } from './delayLine.ts';
import { silence } from './mulaw.ts';
import type { LineDelay } from './options.ts';
import type { Ticker, Ticking } from './ticker.ts';

/** What the call is connected to at the phone company's end: a media stream, a recording being played, a room. */
export interface FarEnd {
  /** Fills the frame that the callee will hear; what it leaves is silence. */
  speak?(frame: Uint8Array): void;
  /** Takes the frame that the callee said, in the same tick. Copy it to keep it. */
  hear?(frame: Uint8Array, tickIndex: number): void;
}

/** Hears both directions as they pass the phone company. Copy the frames to keep them. */
export type Tap = (inbound: Uint8Array, outbound: Uint8Array) => void;

/** The live line to one answered phone: pulls and pushes one frame each way every 20 ms, through the line's delay. */
export class Leg implements Ticking {
  readonly taps = new Set<Tap>();
  readonly #handset: Handset;
  readonly #ticker: Ticker;
  readonly #toUs: DelayLine;
  readonly #fromUs: DelayLine;
  readonly #broken: (error: unknown) => void;
  readonly #keyListeners = new Set<(digit: string) => void>();
  #farEnd: FarEnd | null = null;
  #live = false;

  /** `broken` is told when the handset throws; the leg is dead by then. */
  constructor(handset: Handset, ticker: Ticker, delay: LineDelay, broken: (error: unknown) => void) {
    this.#handset = handset;
    this.#ticker = ticker;
    const frames = framesOf(delay);
    this.#toUs = new DelayLine(frames.toUs);
    this.#fromUs = new DelayLine(frames.fromUs);
    this.#broken = broken;
  }

  connect(line: PhoneLine): void {
    this.#live = true;
    this.#handset.connected(line);
    if (this.#live) this.#ticker.add(this);
  }

  disconnect(): void {
    if (!this.#live) return;
    this.#live = false;
    this.#ticker.remove(this);
    this.#farEnd = null;
    this.#handset.disconnected();
  }

  /** Connects the callee to something else; the result undoes it, unless something else was connected since. */
  plug(farEnd: FarEnd): () => void {
    this.#farEnd = farEnd;
    return () => {
      if (this.#farEnd === farEnd) this.#farEnd = null;
    };
  }

  /** The callee pressed a key. */
  press(digit: string): void {
    for (const listener of this.#keyListeners) listener(digit);
  }

  /** Tells of every key; the result stops it. */
  onKey(listener: (digit: string) => void): () => void {
    this.#keyListeners.add(listener);
    return () => this.#keyListeners.delete(listener);
  }

  tick(tickIndex: number): void {
    try {
      const outbound = silence();
      this.#farEnd?.speak?.(outbound);
      const inbound = this.#toUs.shift(this.#handset.tick(this.#fromUs.shift(outbound)));
      for (const tap of this.taps) tap(inbound, outbound);
      this.#farEnd?.hear?.(inbound, tickIndex);
    } catch (error) {
      this.#broken(error);
    }
  }
}
