import type { SpeakOptions } from '../speech.ts';

/** Voice ids and who speaks for them. */
export type Voices = Readonly<Record<string, SpeakOptions>>;

/** `agent` is the practice's voice: rms, the one that is best understood over a telephone. */
export const DEFAULT_VOICES: Voices = {
  agent: { voice: 'rms' },
  rms: { voice: 'rms' },
  slt: { voice: 'slt' },
  awb: { voice: 'awb' },
};

/** Who speaks for ids that nobody declared, as the ids of real accounts are. */
const STAND_INS: readonly SpeakOptions[] = [
  { voice: 'rms' },
  { voice: 'slt' },
  { voice: 'rms', pitchHz: 95 },
  { voice: 'slt', pitchHz: 180 },
];

/** The voice behind an id: the declared one, or always the same stand-in. */
export function voiceOf(voices: Voices, id: string): SpeakOptions {
  const declared = Object.hasOwn(voices, id) ? voices[id] : undefined;
  if (declared !== undefined) return declared;
  const sum = Buffer.from(id).reduce((total, byte) => (total * 31 + byte) >>> 0, 0);
  return STAND_INS[sum % STAND_INS.length] ?? { voice: 'rms' };
}
