/**
 * Is somebody speaking? Silero's probability for each 32 ms, with hysteresis, behind an energy gate.
 *
 *          probability >= 0.5, twice running                  probability < 0.35, twice running
 *   quiet ----------------------------------> speech ----------------------------------------> quiet
 *
 * Invariants: starts and ends alternate, beginning with a start; times never go back; an event's time is where the audio changed,
 * not where it was noticed. The gate only saves work: while nobody speaks, windows fainter than a whisper skip the network, which
 * forgets what it heard. It never decides that there is speech.
 */
import { MULAW_SILENCE, levelDbfs, msOfBytes, sampleOf } from './audio.ts';
import { SileroStream, type SileroWeights, WINDOW_SAMPLES } from './sileroNetwork.ts';

export type VadEvent =
  | { readonly kind: 'speech_started'; readonly atMs: number }
  | { readonly kind: 'speech_ended'; readonly atMs: number };

const WINDOW_MS = msOfBytes(WINDOW_SAMPLES);
/** Thresholds and their distance are Silero's own recommendation; two windows keep clicks out. */
const SPEECH_ON = 0.5;
const SPEECH_OFF = 0.35;
const WINDOWS_ON = 2;
const WINDOWS_OFF = 2;
/** Line noise is around -65 dBFS; speech at -50 is still found by the network. */
const GATE_DBFS = -58;
/** The gate closes only after this many faint windows, so that the network hears how a word dies away. */
const GATE_AFTER_WINDOWS = 12;

export class Vad {
  readonly #network: SileroStream;
  readonly #window = new Float32Array(WINDOW_SAMPLES);
  #filled = 0;
  #windows = 0;
  #faint = 0;
  #speaking = false;
  #run = 0;
  #probability = 0;

  constructor(weights: SileroWeights) {
    this.#network = new SileroStream(weights);
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** Probability of speech in the last whole window; 0 while the gate is closed. */
  get probability(): number {
    return this.#probability;
  }

  /** Takes the next mu-law bytes (any number) and says what changed; times are milliseconds of audio since the first byte. */
  hear(mulaw: Uint8Array): readonly VadEvent[] {
    const events: VadEvent[] = [];
    for (let i = 0; i < mulaw.length; i++) {
      this.#window[this.#filled++] = sampleOf(mulaw[i] ?? MULAW_SILENCE);
      if (this.#filled < WINDOW_SAMPLES) continue;
      this.#filled = 0;
      this.#windows += 1;
      const event = this.#judge(this.#probabilityOfWindow());
      if (event !== null) events.push(event);
    }
    return events;
  }

  #probabilityOfWindow(): number {
    this.#faint = levelDbfs(this.#window) < GATE_DBFS ? this.#faint + 1 : 0;
    if (this.#faint <= GATE_AFTER_WINDOWS || this.#speaking) return this.#network.step(this.#window);
    if (this.#faint === GATE_AFTER_WINDOWS + 1) this.#network.reset();
    return 0;
  }

  #judge(probability: number): VadEvent | null {
    this.#probability = probability;
    const contrary = this.#speaking ? probability < SPEECH_OFF : probability >= SPEECH_ON;
    this.#run = contrary ? this.#run + 1 : 0;
    const needed = this.#speaking ? WINDOWS_OFF : WINDOWS_ON;
    if (this.#run < needed) return null;
    const atMs = (this.#windows - needed) * WINDOW_MS;
    this.#run = 0;
    this.#speaking = !this.#speaking;
    return this.#speaking ? { kind: 'speech_started', atMs } : { kind: 'speech_ended', atMs };
  }
}
