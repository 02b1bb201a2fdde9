import type { AnsweredBy, PhoneNetwork, Ringing } from '../phone.ts';
import type { SpeechRegistry, Synthesiser } from '../speech.ts';
import { chanceOf } from './chance.ts';
import type { Directory } from './directory.ts';
import type { CalleeCall, CalleeEvent } from './events.ts';
import type { Persona } from './persona.ts';
import { pickUp } from './pickUp.ts';
import { createPrompter } from './prompter.ts';

export interface PhoneNetworkSettings {
  readonly directory: Directory;
  readonly personas: ReadonlyMap<string, Persona>;
  readonly synthesiser: Synthesiser;
  readonly registry: SpeechRegistry;
  /** Where `<callSid>.wav` and `<callSid>.json` go. */
  readonly recordingsDir: string;
  /** The same seed and the same call give the same behaviour. */
  readonly seed: string | number;
  readonly onEvent?: (call: CalleeCall, event: CalleeEvent) => void;
}

/** The emulated telephone network with people in it. */
export interface PeopledNetwork extends PhoneNetwork {
  /** Resolves when no speech is being made: whoever drives handsets faster than real time waits for it between ticks. */
  settled(): Promise<void>;
}

const NOT_IN_SERVICE = 404;

/**
 * Builds the network. A persona that the directory names and nobody wrote is an error at once, with its number's last
 * digits. Audio is made while it rings, so that everybody speaks on time.
 */
export function createPhoneNetwork(settings: PhoneNetworkSettings): PeopledNetwork {
  const { directory, personas } = settings;
  const prompter = createPrompter(settings.synthesiser);
  for (const { number, persona } of directory.values()) {
    if (!personas.has(persona)) throw new Error(`${number}: no persona "${persona}"`);
  }

  return {
    settled: () => prompter.settled(),
    ring({ callSid, from, to }): Ringing {
      if (!/^\w+$/.test(callSid)) throw new Error('a call sid is letters and digits: it names a file');
      const resident = directory.get(to);
      const persona = personas.get(resident?.persona ?? '');
      if (resident === undefined || persona === undefined)
        return { kind: 'unreachable', sipCode: NOT_IN_SERVICE };
      const chance = chanceOf(settings.seed, callSid, to);
      const afterMs = chance.between(persona.manner.ringMs);
      const { pickup } = persona;
      switch (pickup.kind) {
        case 'rings_out':
          return pickup;
        case 'busy':
          return { kind: 'busy', afterMs };
        case 'rejects':
          return { kind: 'rejects', afterMs, sipCode: pickup.sipCode };
        case 'machine':
        case 'person': {
          const call = { callSid, from, to, persona: persona.id };
          const handset = pickUp({ call, persona, resident, chance }, { ...settings, prompter });
          return { kind: 'answers', afterMs, handset, answeredBy: answeredBy(pickup) };
        }
        default:
          return pickup satisfies never;
      }
    },
  };
}

function answeredBy(pickup: Extract<Persona['pickup'], { readonly kind: 'person' | 'machine' }>): AnsweredBy {
  if (pickup.kind === 'person') return { who: 'human' };
  return { who: 'machine', greetingEnd: { how: 'beep', afterMs: pickup.beepAtMs + pickup.beepMs } };
}
