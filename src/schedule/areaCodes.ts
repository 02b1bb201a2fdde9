/** Where a North American number may be: every zone of its area code, because nobody knows which part of it the callee is in. */
import type { E164 } from '../domain/call.ts';
import { areaCodeOf } from '../domain/phone.ts';
import { zone } from '../domain/localTime.ts';
import type { Zone } from '../domain/time.ts';
import data from './areaCodeZones.json' with { type: 'json' };

const ZONES: Readonly<Record<string, readonly string[]>> = data.zones;
const OVERLAYS: Readonly<Record<string, string>> = data.overlays;
const STATES: Readonly<Record<string, string>> = data.states;

/**
 * All zones of the number's area code, and of the code that it lies over. Empty when the code is unknown or belongs to no place
 * (toll-free, foreign): then its owner could be anywhere.
 */
export function zonesOf(phone: E164): readonly Zone[] {
  const code = areaCodeOf(phone);
  if (code === null) return [];
  const under = OVERLAYS[code];
  const names = [...(ZONES[code] ?? []), ...(under === undefined ? [] : (ZONES[under] ?? []))];
  return [...new Set(names)].map(zone);
}

/** The two-letter US state of the area code, or null when it has none. */
export const stateOf = (phone: E164): string | null => STATES[areaCodeOf(phone) ?? ''] ?? null;
