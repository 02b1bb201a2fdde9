/** A freed slot and people who wait for one. */
import type { FillCandidate, FreedSlot } from '../../src/domain/freedSlot.ts';
import type { Patient } from '../../src/domain/appointment.ts';
import { HOUR_MS, MINUTE_MS, instant, plusMs } from '../../src/domain/time.ts';
import type { WaitlistEntry } from '../../src/domain/waitlist.ts';
import { EVENING, of, patient } from './night.ts';

export const freed = (over: Partial<FreedSlot> = {}): FreedSlot => {
  const start = plusMs(EVENING, 40 * HOUR_MS);
  return {
    slot: of('slot'),
    state: 'open',
    opening: {
      slot: of('ext-slot'),
      start,
      end: plusMs(start, 30 * MINUTE_MS),
      provider: of('patel'),
      spokenProvider: 'Doctor Patel',
    },
    location: of('chicago'),
    provider: of('patel'),
    visitType: of('cleaning'),
    minutes: 30,
    freedAt: plusMs(EVENING, -10 * MINUTE_MS),
    chainDepth: 0,
    ...over,
  };
};

/** Somebody who waits for a cleaning, can always come, and may be called. */
export function waiting(
  name: string,
  entry: Partial<WaitlistEntry> = {},
  over: Partial<FillCandidate> = {},
  who: Partial<Patient> = {},
): FillCandidate {
  return {
    entry: {
      id: of(`wait-${name}`),
      patient: of(name),
      locations: [of('chicago')],
      visitType: of('cleaning'),
      provider: null,
      available: [],
      priority: 0,
      joinedAt: plusMs(EVENING, -10 * 24 * HOUR_MS),
      minNoticeMs: 0,
      holds: null,
      holdsStart: null,
      offersReceived: 0,
      lastOfferedAt: null,
      boost: 0,
      ...entry,
    },
    patient: patient({ id: of(name), ...who }),
    consents: [{ kind: 'automated_voice', grantedAt: instant(0), revokedAt: null }],
    phoneSuppressed: false,
    suppressed: false,
    ledger: [],
    offeredThisSlot: false,
    offersToday: 0,
    engaged: false,
    ...over,
  };
}
