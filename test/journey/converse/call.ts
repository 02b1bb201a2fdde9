/** Holds one conversation between the product and a written callee, in virtual time. */
import type { CallEvent } from '../../../src/domain/callEvent.ts';
import type { ConversationBrief, ConversationResult } from '../../../src/domain/conversation.ts';
import { holdConversation } from '../../../src/converse/holdConversation.ts';
import { PhraseCache } from '../../../src/converse/phraseCache.ts';
import { prepareConversation } from '../../../src/converse/prepareConversation.ts';
import { RenderQueue } from '../../../src/converse/renderQueue.ts';
import { virtualClock } from '../../support/virtualClock.ts';
import {
  FakeFrontDesk,
  FakeJournal,
  FakeLine,
  FakeModel,
  FakeRecordings,
  FakeTranscriber,
  FakeVoice,
  MS_PER_WORD,
  quietLog,
  voiced,
} from './fakes.ts';

/** What the callee says when the agent has said something that matches; each line answers once, unless `always`. */
interface Habit {
  readonly to: RegExp;
  readonly say?: string;
  readonly always?: true;
  readonly afterMs?: number;
  readonly act?: (callee: Callee) => void;
}

export class Callee {
  readonly line: FakeLine;
  readonly transcriber: FakeTranscriber;
  readonly #clock: ReturnType<typeof virtualClock>;
  /** When what has been said so far will have been said. */
  #quietAtMs = 0;
  constructor(line: FakeLine, transcriber: FakeTranscriber, clock: ReturnType<typeof virtualClock>) {
    this.line = line;
    this.transcriber = transcriber;
    this.#clock = clock;
  }
  /** Says this aloud, now. */
  say(text: string): void {
    this.transcriber.hears(text);
    const ms = text.split(/\s+/).length * MS_PER_WORD;
    this.line.speak(voiced(ms));
    this.#quietAtMs = this.#clock.monotonicMs() + ms;
  }
  /** Takes a breath after what is being said. */
  pause(ms: number): void {
    this.#quietAtMs += ms;
  }
  /** Says this after what is being said, and the breath. */
  sayNext(text: string): void {
    this.#clock.after(this.#quietAtMs - this.#clock.monotonicMs(), () => this.say(text));
  }
  /** A sound of the voice without words. */
  sound(ms: number): void {
    this.line.speak(voiced(ms));
  }
}

export interface Held {
  readonly result: ConversationResult;
  readonly events: readonly CallEvent[];
  readonly said: readonly string[];
  readonly line: FakeLine;
  readonly voice: FakeVoice;
  readonly model: FakeModel;
  readonly frontDesk: FakeFrontDesk;
  readonly journal: FakeJournal;
  readonly recordings: FakeRecordings;
  readonly transcriber: FakeTranscriber;
}

export interface CallSetup {
  readonly hello?: string | null;
  readonly habits?: readonly Habit[];
  readonly model?: FakeModel;
  readonly bookings?: readonly ('landed' | 'taken' | 'pending')[];
  readonly prepare?: boolean;
  readonly before?: (world: {
    callee: Callee;
    voice: FakeVoice;
    line: FakeLine;
    transcriber: FakeTranscriber;
    clock: ReturnType<typeof virtualClock>;
    stop: AbortController;
  }) => void;
}

/** No call of these tests is longer. */
const LIMIT_MS = 300_000;

export async function call(brief: ConversationBrief, setup: CallSetup): Promise<Held> {
  const clock = virtualClock(brief.now);
  const line = new FakeLine(clock);
  const transcriber = new FakeTranscriber(clock);
  transcriber.nowMs = () => line.nowMs;
  const voice = new FakeVoice(clock);
  const model = setup.model ?? new FakeModel();
  const frontDesk = new FakeFrontDesk();
  frontDesk.answers = [...(setup.bookings ?? [])];
  const journal = new FakeJournal();
  const recordings = new FakeRecordings();
  const phrases = new PhraseCache(32_000_000, null);
  const stop = new AbortController();
  const callee = new Callee(line, transcriber, clock);
  if (setup.prepare !== false) {
    const prepared = prepareConversation(
      brief,
      { voice, phrases, clock, renderings: new RenderQueue(3) },
      stop.signal,
    );
    await clock.advance(10);
    await prepared;
  }
  listenAndAnswer(setup.habits ?? [], callee, journal, clock);
  setup.before?.({ callee, voice, line, transcriber, clock, stop });
  const hello = setup.hello === undefined ? 'Hello?' : setup.hello;
  if (hello !== null) clock.after(400, () => callee.say(hello));
  const parts = {
    line,
    transcriber,
    voice,
    phrases,
    model,
    frontDesk,
    journal,
    recordings,
    clock,
    log: quietLog,
  };
  const held: { result: ConversationResult | null } = { result: null };
  const holding = holdConversation(brief, parts, stop.signal).then((result) => (held.result = result));
  for (let t = 0; t < LIMIT_MS && held.result === null; t += 500) await clock.advance(500);
  if (held.result === null)
    throw new Error(`the call did not end: ${JSON.stringify(journal.events.slice(-8))}`);
  const result = await holding;
  const said = journal.events.flatMap((e) => (e.kind === 'said' ? [e.line.text] : []));
  return {
    result,
    events: journal.events,
    said,
    line,
    voice,
    model,
    frontDesk,
    journal,
    recordings,
    transcriber,
  };
}

function listenAndAnswer(
  habits: readonly Habit[],
  callee: Callee,
  journal: FakeJournal,
  clock: ReturnType<typeof virtualClock>,
): void {
  const left = new Set(habits);
  journal.watch((event) => {
    if (event.kind !== 'said') return;
    const habit = [...left].find((h) => h.to.test(event.line.text));
    if (habit === undefined) return;
    if (habit.always !== true) left.delete(habit);
    clock.after(habit.afterMs ?? 300, () => {
      if (habit.say !== undefined) callee.say(habit.say);
      habit.act?.(callee);
    });
  });
}
