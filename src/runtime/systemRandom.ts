import { randomInt, randomUUID } from 'node:crypto';
import type { Random } from '../ports/random.ts';

const STEPS = 2 ** 47;

/** The operating system's own randomness. */
export const systemRandom: Random = {
  next: () => randomInt(STEPS) / STEPS,
  uuid: () => randomUUID(),
};
