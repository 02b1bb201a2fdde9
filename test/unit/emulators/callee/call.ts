import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDirectory, type Resident } from '../../../../src/emulators/callee/directory.ts';
import type { CalleeEvent } from '../../../../src/emulators/callee/events.ts';
import { loadPersonas } from '../../../../src/emulators/callee/personaFiles.ts';
import { createPhoneNetwork, type PeopledNetwork } from '../../../../src/emulators/callee/phoneNetwork.ts';
import { createSpeechRegistry } from '../../../../src/emulators/hearing/speechRegistry.ts';
import type { SpeechRegistry, Synthesiser } from '../../../../src/emulators/speech.ts';
import { startSynthesiser } from '../../../../src/emulators/voice/synthesiser.ts';

const FRAME = 160;
export const SILENT = new Uint8Array(FRAME).fill(0xff);

/** What the far side does next: says a line (or hangs up), or (null) waits. */
export type Agent = (heard: string, turn: number) => string | null;

/** What an agent says to hang up. */
export const HANG_UP = '(hangs up)';

interface Ended {
  readonly events: readonly CalleeEvent[];
  /** What the callee said, and what the callee heard, in order. */
  readonly said: readonly string[];
  readonly heard: readonly string[];
  readonly questions: readonly string[];
  readonly durationMs: number;
  readonly callSid: string;
  readonly by: string;
}

interface CallOptions {
  /** Whether the agent falls silent as soon as the callee speaks. Yes unless told otherwise. */
  readonly yields?: boolean;
  /** Whether the agent's voice is known to the registry. Yes unless told otherwise. */
  readonly known?: boolean;
  /** What happens to the agent's frames on the way. */
  readonly spoil?: (frame: Uint8Array, index: number) => Uint8Array;
  readonly limitMs?: number;
}

export interface World {
  readonly synthesiser: Synthesiser;
  readonly registry: SpeechRegistry;
  readonly recordingsDir: string;
  network(...people: readonly Resident[]): PeopledNetwork;
  /** One whole call in virtual time: a tick is 20 ms, however long it takes. */
  call(who: Resident, agent: Agent, options?: CallOptions): Promise<Ended>;
  wav(callSid: string): Buffer;
  close(): Promise<void>;
}

export function resident(persona: string, more: Readonly<Record<string, unknown>> = {}): Resident {
  const number = '+13125550142';
  const person = {
    number,
    persona,
    name: { given: 'Maria', family: 'Lopez' },
    speech: { voice: 'kal16' },
    ...more,
  };
  const [found] = parseDirectory({ people: [person] }, 'people.json').values();
  if (found === undefined) throw new Error('one person');
  return found;
}

export async function startWorld(): Promise<World> {
  const synthesiser = await startSynthesiser();
  const registry = createSpeechRegistry();
  const recordingsDir = mkdtempSync(join(tmpdir(), 'rollcall-callee-'));
  const personas = loadPersonas();
  const events = new Map<string, CalleeEvent[]>();
  let calls = 0;

  function network(...people: readonly Resident[]): PeopledNetwork {
    return createPhoneNetwork({
      directory: new Map(people.map((person) => [person.number, person])),
      personas,
      synthesiser,
      registry,
      recordingsDir,
      seed: 'test',
      onEvent: ({ callSid }, event) => events.set(callSid, [...(events.get(callSid) ?? []), event]),
    });
  }

  return {
    synthesiser,
    registry,
    recordingsDir,
    network,
    async call(who, agent, options = {}) {
      calls += 1;
      const callSid = `CA${String(calls).padStart(32, '0')}`;
      const net = network(who);
      const ringing = net.ring({ callSid, from: '+13125550100', to: who.number });
      if (ringing.kind !== 'answers') throw new Error(`nobody answers: ${ringing.kind}`);
      const driver = new Driver(synthesiser, registry, agent, options);
      const line = { up: false };
      let ticks = 0;
      ringing.handset.connected({
        callSid,
        from: '+13125550100',
        to: who.number,
        dtmf: () => undefined,
        hangUp: () => {
          line.up = true;
        },
      });
      const limit = (options.limitMs ?? 180_000) / 20;
      while (!line.up && ticks < limit) {
        await net.settled();
        const frame = await driver.frame();
        if (frame === null) break;
        driver.hear(ringing.handset.tick(frame));
        ticks += 1;
      }
      ringing.handset.disconnected();
      return ended(callSid, events.get(callSid) ?? [], ticks * 20);
    },
    wav: (callSid) => readFileSync(join(recordingsDir, `${callSid}.wav`)),
    async close() {
      await synthesiser.close();
      rmSync(recordingsDir, { recursive: true, force: true });
    },
  };
}

function ended(callSid: string, events: readonly CalleeEvent[], durationMs: number): Ended {
  const last = events.at(-1);
  return {
    callSid,
    events,
    durationMs,
    said: events.flatMap((event) => (event.kind === 'said' ? [event.text] : [])),
    heard: events.flatMap((event) => (event.kind === 'heard' ? [event.text] : [])),
    questions: events.flatMap((event) => (event.kind === 'heard' ? [event.question] : [])),
    by: last?.kind === 'hung_up' ? last.by : 'nobody',
  };
}

/** A far side that answers when the callee has been quiet for 600 ms. */
class Driver {
  private readonly synthesiser: Synthesiser;
  private readonly registry: SpeechRegistry;
  private readonly agent: Agent;
  private readonly options: CallOptions;
  private readonly listener;
  private words: string[] = [];
  private audio = new Uint8Array();
  private turn = 0;
  private sent = 0;

  constructor(synthesiser: Synthesiser, registry: SpeechRegistry, agent: Agent, options: CallOptions) {
    this.synthesiser = synthesiser;
    this.registry = registry;
    this.agent = agent;
    this.options = options;
    this.listener = registry.listen();
  }

  hear(frame: Uint8Array): void {
    this.words.push(...this.listener.hear(frame).map(({ word }) => word));
    if ((this.options.yields ?? true) && this.listener.now.speechMs > 200) this.audio = new Uint8Array();
  }

  async frame(): Promise<Uint8Array | null> {
    const { speaking, quietMs } = this.listener.now;
    if (this.audio.length === 0 && this.words.length > 0 && !speaking && quietMs >= 600) {
      const next = this.agent(this.words.join(' '), this.turn);
      this.turn += 1;
      this.words = [];
      if (next === HANG_UP) return null;
      if (next !== null) await this.say(next);
    }
    const frame = this.audio.subarray(0, FRAME);
    this.audio = this.audio.subarray(FRAME);
    if (frame.length < FRAME) return SILENT;
    this.sent += 1;
    return this.options.spoil?.(frame, this.sent) ?? frame;
  }

  private async say(text: string): Promise<void> {
    const speech = await this.synthesiser.speak(text, { voice: 'kal' });
    const noised = Uint8Array.from(
      speech.mulaw,
      (code) => code ^ Number(this.options.known === false && code % 16 > 3),
    );
    if (this.options.known ?? true) this.registry.register(speech);
    this.audio = noised;
  }
}

/** An agent that goes through its lines whatever it hears. */
export const lines =
  (...texts: readonly string[]): Agent =>
  (_, turn) =>
    texts[turn] ?? null;
