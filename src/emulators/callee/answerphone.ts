import type { Ear } from './ear.ts';
import type { CalleeEvent } from './events.ts';
import type { Mouth } from './mouth.ts';
import type { Occupant, Wish } from './occupant.ts';
import type { Pickup } from './persona.ts';

type Machine = Extract<Pickup, { readonly kind: 'machine' }>;

/** From picking up to the first word of the greeting: the tape starts. */
const TAPE_STARTS_MS = 600;

/** A machine that says its greeting, beeps at the appointed time, and records until nobody speaks any more. */
export class Answerphone implements Occupant {
  private readonly machine: Machine;
  private readonly greeting: string;
  private readonly ear: Ear;
  private readonly mouth: Mouth;
  private readonly tell: (event: CalleeEvent) => void;
  private phase: 'picked_up' | 'greeting' | 'beeping' | 'recording' = 'picked_up';
  private recordsSinceMs = 0;

  constructor(
    { ear, mouth }: { readonly ear: Ear; readonly mouth: Mouth },
    machine: Machine,
    greeting: string,
    tell: (event: CalleeEvent) => void,
  ) {
    this.ear = ear;
    this.mouth = mouth;
    this.machine = machine;
    this.greeting = greeting;
    this.tell = tell;
  }

  tick(atMs: number): Wish | undefined {
    switch (this.phase) {
      case 'picked_up':
        if (atMs < TAPE_STARTS_MS) return undefined;
        this.mouth.say(this.greeting);
        this.phase = 'greeting';
        return undefined;
      case 'greeting':
        if (this.mouth.busy || atMs < this.machine.beepAtMs) return undefined;
        this.mouth.beep(this.machine.beepMs);
        this.phase = 'beeping';
        return undefined;
      case 'beeping':
        if (this.mouth.busy) return undefined;
        this.missed();
        this.recordsSinceMs = atMs;
        this.phase = 'recording';
        return undefined;
      case 'recording': {
        const recordedMs = atMs - this.recordsSinceMs;
        const silentMs = Math.min(recordedMs, this.ear.quietMs);
        const over = silentMs >= this.machine.silenceMs || recordedMs >= this.machine.longestMs;
        return over ? { kind: 'hang_up' } : undefined;
      }
      default:
        return this.phase satisfies never;
    }
  }

  /** What was said before the beep is not on the tape. */
  private missed(): void {
    const { text } = this.ear;
    const words = this.ear.forget();
    const [first] = words;
    const last = words.at(-1);
    if (first === undefined || last === undefined) return;
    const question = 'before_the_beep';
    this.tell({ kind: 'heard', atMs: first.startMs, endMs: last.endMs, text, question, words });
  }
}
