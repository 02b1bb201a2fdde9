import type { Fault, Faults } from './faults.ts';
import { FRAME_MS } from './mulaw.ts';

type Of<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

/** The faults of one media stream: frames lost or held back, keys all at once, a cut line, a hang-up in mid-sentence. */
export class LineTrouble {
  readonly #lost: Of<'frames_lost'> | null;
  readonly #held: Of<'frames_held'> | null;
  readonly #dropped: Of<'media_dropped'> | null;
  readonly #hangUp: Of<'hang_up_mid_playout'> | null;
  #burst: Of<'dtmf_burst'> | null;
  #back: string[] = [];

  constructor(faults: Faults, to: string) {
    this.#lost = faults.use('frames_lost', to);
    this.#held = faults.use('frames_held', to);
    this.#dropped = faults.use('media_dropped', to);
    this.#hangUp = faults.use('hang_up_mid_playout', to);
    this.#burst = faults.use('dtmf_burst', to);
  }

  /** The frame of this moment (milliseconds since the stream began) never arrived. */
  loses(atMs: number): boolean {
    const lost = this.#lost;
    return lost !== null && atMs >= lost.afterMs && atMs < lost.afterMs + lost.frames * FRAME_MS;
  }

  /** What goes out now: nothing while frames are held back, everything held once that is over. */
  release(message: string, atMs: number): readonly string[] {
    const held = this.#held;
    if (held !== null && atMs >= held.afterMs && atMs < held.afterMs + held.forMs) {
      this.#back.push(message);
      return [];
    }
    if (this.#back.length === 0) return [message];
    const all = [...this.#back, message];
    this.#back = [];
    return all;
  }

  /** The TCP connection breaks now. */
  cuts(atMs: number): boolean {
    return this.#dropped !== null && atMs >= this.#dropped.afterMs;
  }

  /** The callee hangs up now that this many bytes were played to them. */
  hangsUp(bytesPlayed: number): boolean {
    return this.#hangUp !== null && bytesPlayed / 8 >= this.#hangUp.afterPlayedMs;
  }

  /** The keys pressed now. */
  keys(atMs: number): string {
    const burst = this.#burst;
    if (burst === null || atMs < burst.afterMs) return '';
    this.#burst = null;
    return burst.digits;
  }
}
