import { readFileSync } from 'node:fs';
import { type SileroWeights, readSileroWeights } from './sileroNetwork.ts';

let loaded: SileroWeights | null = null;

/** The vendored weights, read from disk once for the whole process (under a millisecond for a megabyte). */
export function sileroWeights(): SileroWeights {
  loaded ??= readSileroWeights(readFileSync(new URL('./silero/weights.bin', import.meta.url)));
  return loaded;
}
