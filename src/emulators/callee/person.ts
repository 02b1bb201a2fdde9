import type { Chance } from './chance.ts';
import type { Ear } from './ear.ts';
import type { CalleeEvent } from './events.ts';
import type { Act, Mind, Reply } from './mind.ts';
import type { Mouth } from './mouth.ts';
import type { Occupant, Wish } from './occupant.ts';
import type { Manner } from './persona.ts';

/** A statement that asks nothing is answered, if at all, after it has been quiet for so long. */
const STATEMENT_MS = 1500;

/** From "bye" to the click. */
const HANG_UP_MS = 300;

/** The hand is on the cradle. */
const CLICK: Extract<Act, { readonly kind: 'hang_up' }> = { kind: 'hang_up' };

/** A person on the phone: takes turns, loses patience, and hangs up. Counts time in frames; has no clock. */
export class Person implements Occupant {
  private readonly mind: Mind;
  private readonly ear: Ear;
  private readonly mouth: Mouth;
  private readonly manner: Manner;
  private readonly chance: Chance;
  private readonly tell: (event: CalleeEvent) => void;
  private readonly greetAtMs: number;
  private readonly opening: string;
  private acts: Act[] = [];
  private idleUntilMs = 0;
  private opened = false;
  private answerAfterMs: number;
  /** The turn was thought about and nothing was to be said, unless it stays quiet. */
  private considered: 'no' | 'once' | 'twice' = 'no';
  private knowsVoice = false;
  private soundMs = 0;
  private progressMs = 0;
  private saidHello = false;

  constructor(
    { mind, ear, mouth }: { readonly mind: Mind; readonly ear: Ear; readonly mouth: Mouth },
    manner: Manner,
    opening: string,
    chance: Chance,
    tell: (event: CalleeEvent) => void,
  ) {
    this.mind = mind;
    this.ear = ear;
    this.mouth = mouth;
    this.manner = manner;
    this.opening = opening;
    this.chance = chance;
    this.tell = tell;
    this.greetAtMs = chance.between(manner.greetAfterMs);
    this.answerAfterMs = this.drawDelay();
  }

  tick(atMs: number, heardWord: boolean): Wish | undefined {
    if (this.ear.speaking) {
      this.soundMs = atMs;
      this.progressMs = atMs;
      this.saidHello = false;
    }
    if (heardWord) {
      this.knowsVoice = true;
      this.considered = 'no';
    }
    if (!this.opened && atMs >= this.greetAtMs) {
      this.opened = true;
      this.mouth.say(this.opening);
      this.progressMs = atMs;
    }
    if (this.mouth.busy || this.acts.length > 0) {
      this.soundMs = atMs;
      if (!this.saidHello) this.progressMs = atMs;
      return this.mouth.busy ? undefined : this.act(atMs);
    }
    if (heardWord && this.ear.speaking) this.reply(this.mind.interrupt(this.ear.text));
    this.consider();
    return this.loseMaybePatience(atMs);
  }

  private drawDelay(): number {
    return this.chance.between(this.manner.endpointMs) + this.chance.between(this.manner.reactMs);
  }

  /** Answers the turn of the far side when it seems to be over. */
  private consider(): void {
    const { ear } = this;
    if (!this.opened || ear.speaking || !ear.spoke || ear.quietMs < this.answerAfterMs) return;
    const waited = ear.quietMs >= STATEMENT_MS;
    if (this.considered === 'twice' || (this.considered === 'once' && !waited)) return;
    this.considered = waited ? 'twice' : 'once';
    const { text } = ear;
    this.reply(text === '' ? this.mind.answerToNoise(this.knowsVoice) : this.mind.answer(text, waited));
  }

  private reply(reply: Reply | undefined): void {
    if (reply === undefined) return;
    this.acts = [...reply.acts];
    this.endTurn(reply.question);
    this.answerAfterMs = this.drawDelay();
  }

  private endTurn(question: string): void {
    const { text } = this.ear;
    const words = this.ear.forget();
    this.considered = 'no';
    const [first] = words;
    const last = words.at(-1);
    if (first === undefined || last === undefined) return;
    this.tell({ kind: 'heard', atMs: first.startMs, endMs: last.endMs, text, question, words });
  }

  /** Does the next of the acts; what is said during a wait is not answered afterwards. */
  private act(atMs: number): Wish | undefined {
    if (atMs < this.idleUntilMs) return undefined;
    const act = this.acts.shift();
    switch (act?.kind) {
      case 'say':
        this.endTurn('unanswered');
        this.mouth.say(act.text);
        break;
      case 'wait':
        this.idleUntilMs = atMs + act.ms;
        if (this.acts.length === 0) this.acts.push({ kind: 'say', text: this.opening });
        break;
      case 'hang_up':
        if (act === CLICK) return act;
        this.idleUntilMs = atMs + HANG_UP_MS;
        this.acts = [CLICK];
        break;
      case 'press':
        return act;
      default:
    }
    return undefined;
  }

  private loseMaybePatience(atMs: number): Wish | undefined {
    if (!this.opened || this.mouth.busy || this.acts.length > 0) return undefined;
    if (atMs - this.progressMs >= this.manner.giveUpAfterMs) return { kind: 'hang_up' };
    if (!this.saidHello && atMs - this.soundMs >= this.manner.helloAfterMs) {
      this.saidHello = true;
      this.mouth.say('Hello?');
    }
    return undefined;
  }
}
