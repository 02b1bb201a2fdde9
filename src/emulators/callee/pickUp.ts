import type { Handset } from '../phone.ts';
import type { SpeechRegistry } from '../speech.ts';
import { Answerphone } from './answerphone.ts';
import { CallRecord } from './callRecord.ts';
import type { Chance } from './chance.ts';
import type { Resident } from './directory.ts';
import { Ear } from './ear.ts';
import type { CalleeCall, CalleeEvent } from './events.ts';
import { createHandset } from './handset.ts';
import { LineNoise } from './lineNoise.ts';
import { Mind, speakerOf } from './mind.ts';
import { Mouth } from './mouth.ts';
import { Person } from './person.ts';
import type { Persona } from './persona.ts';
import type { Prompter } from './prompter.ts';

/** Who is rung, and what decides how this call goes. */
export interface Rung {
  readonly call: CalleeCall;
  readonly persona: Persona;
  readonly resident: Resident;
  readonly chance: Chance;
}

export interface Surroundings {
  readonly prompter: Prompter;
  readonly registry: SpeechRegistry;
  readonly recordingsDir: string;
  readonly onEvent?: (call: CalleeCall, event: CalleeEvent) => void;
}

/** Puts the handset of one call together, and begins to make what will be said on it. */
export function pickUp({ call, persona, resident, chance }: Rung, around: Surroundings): Handset {
  const mind = new Mind(persona, resident, chance);
  const { pickup, manner } = persona;
  const [first = '', ...later] = pickup.kind === 'machine' ? [mind.fact(pickup.greeting)] : mind.lines;
  const lines = around.prompter.prepare(speakerOf(persona, resident).speech, first, later);
  const events: CalleeEvent[] = [];
  const tell = (event: CalleeEvent): void => {
    events.push(event);
    around.onEvent?.(call, event);
  };
  const ear = new Ear(around.registry.listen());
  const mouth = new Mouth(lines, new LineNoise(manner.noiseDb, chance), around.registry, tell);
  return createHandset({
    ear,
    mouth,
    tell,
    occupant:
      pickup.kind === 'machine'
        ? new Answerphone({ ear, mouth }, pickup, first, tell)
        : new Person({ mind, ear, mouth }, manner, first, chance, tell),
    record: () =>
      new CallRecord(call, around.recordingsDir, (detail) =>
        tell({ kind: 'recording_failed', atMs: 0, detail }),
      ),
    over(record) {
      lines.drop();
      record?.close(events);
    },
  });
}
