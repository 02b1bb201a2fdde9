import type { SpeechRegistry } from '../speech.ts';
import { BYTES_PER_MS, FRAME_BYTES, toMulaw } from '../voice/mulaw.ts';
import type { CalleeEvent } from './events.ts';
import type { LineNoise } from './lineNoise.ts';
import type { Lines } from './prompter.ts';

const FRAME_MS = FRAME_BYTES / BYTES_PER_MS;

/** A beep as answering machines make it: 1 kHz, 14 dB under full scale. */
const BEEP_HZ = 1000;
const BEEP_PEAK = 6500;

interface Sound {
  readonly audio: Uint8Array;
  readonly startedMs: number;
  readonly event: (endMs: number) => CalleeEvent;
  played: number;
}

/** What a microphone picks up: the line's noise, and over it one utterance after the other. */
export class Mouth {
  private readonly lines: Lines;
  private readonly noise: LineNoise;
  private readonly registry: SpeechRegistry;
  private readonly tell: (event: CalleeEvent) => void;
  private readonly queue: ({ readonly say: string } | { readonly beepMs: number })[] = [];
  private sound: Sound | undefined;

  constructor(lines: Lines, noise: LineNoise, registry: SpeechRegistry, tell: (event: CalleeEvent) => void) {
    this.lines = lines;
    this.noise = noise;
    this.registry = registry;
    this.tell = tell;
  }

  /** True while something is being said, or is about to be. */
  get busy(): boolean {
    return this.sound !== undefined || this.queue.length > 0;
  }

  say(text: string): void {
    this.queue.push({ say: text });
  }

  beep(ms: number): void {
    this.queue.push({ beepMs: ms });
  }

  /** The next frame, the one that starts at `atMs`. */
  frame(atMs: number): Uint8Array {
    this.sound ??= this.begin(atMs);
    const { sound } = this;
    if (sound === undefined) return this.noise.frame();
    const frame = sound.audio.slice(sound.played, sound.played + FRAME_BYTES);
    sound.played += FRAME_BYTES;
    if (sound.played >= sound.audio.length) this.end(sound.startedMs + sound.audio.length / BYTES_PER_MS);
    return frame;
  }

  /** The call is over at `atMs`: what is being said ends there. */
  stop(atMs: number): void {
    this.queue.length = 0;
    if (this.sound !== undefined) this.end(atMs);
  }

  private end(endMs: number): void {
    const { sound } = this;
    this.sound = undefined;
    if (sound !== undefined) this.tell(sound.event(endMs));
  }

  private begin(atMs: number): Sound | undefined {
    const [next] = this.queue;
    if (next === undefined) return undefined;
    if ('beepMs' in next) {
      this.queue.shift();
      const audio = this.noise.over(tone(Math.round(next.beepMs / FRAME_MS) * FRAME_BYTES));
      return { audio, startedMs: atMs, played: 0, event: (endMs) => ({ kind: 'beeped', atMs, endMs }) };
    }
    const speech = this.lines.get(next.say);
    if (speech === 'pending') return undefined;
    this.queue.shift();
    if (speech instanceof Error || speech.mulaw.length === 0) {
      const detail = speech instanceof Error ? speech.message : 'it has no words';
      this.tell({ kind: 'speechless', atMs, text: next.say, detail });
      return undefined;
    }
    const audio = this.noise.over(speech.mulaw);
    this.registry.register({ mulaw: audio, words: speech.words });
    const words = speech.words.map(({ word, startMs, endMs }) => ({
      word,
      startMs: atMs + startMs,
      endMs: atMs + endMs,
    }));
    return {
      audio,
      startedMs: atMs,
      played: 0,
      event: (endMs) => ({
        kind: 'said',
        atMs,
        endMs,
        text: next.say,
        words: words.filter((word) => word.endMs <= endMs),
      }),
    };
  }
}

function tone(bytes: number): Uint8Array {
  const turn = (2 * Math.PI * BEEP_HZ) / (BYTES_PER_MS * 1000);
  return Uint8Array.from({ length: bytes }, (_, index) =>
    toMulaw(Math.round(BEEP_PEAK * Math.sin(turn * index))),
  );
}
