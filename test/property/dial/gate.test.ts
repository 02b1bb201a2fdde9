import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { E164 } from '../../../src/domain/call.ts';
import { DISPOSITIONS, type Disposition, wasAnswered } from '../../../src/domain/disposition.ts';
import { localTimeAt } from '../../../src/domain/localTime.ts';
import type { DialFacts, LedgerEntry } from '../../../src/domain/planning.ts';
import { HOUR_MS, MINUTE_MS, plusMs } from '../../../src/domain/time.ts';
import { decideDial } from '../../../src/dial/gate.ts';
import { callingRules } from '../../../src/schedule/callingRules.ts';
import {
  CHICAGO,
  EVENING,
  NEW_YORK,
  SETTINGS,
  appointment,
  duePatient,
  household,
  of,
  practice,
} from '../../support/night.ts';

/** New York's number and Chicago's office: both clocks count. */
const phone = of<E164>('+12125550101');
const { caps } = SETTINGS;

const rang = ({ disposition }: LedgerEntry): boolean =>
  disposition !== 'never_dialed' && disposition !== 'provider_error';

/** How many of these fall on the fullest day there is. */
function fullestDay(entries: readonly LedgerEntry[]): number {
  const days = new Map<string, number>();
  for (const { placedAt } of entries) {
    const { date } = localTimeAt(placedAt, CHICAGO);
    days.set(date, (days.get(date) ?? 0) + 1);
  }
  return Math.max(0, ...days.values());
}

const fullestWeek = (entries: readonly LedgerEntry[]): number =>
  Math.max(
    0,
    ...entries.map(
      (last) =>
        entries.filter((e) => e.placedAt <= last.placedAt && last.placedAt - e.placedAt < 7 * 24 * HOUR_MS)
          .length,
    ),
  );

describe('whatever happens on the line, however often we are asked to ring', () => {
  test('the caps of the day, the week and the appointment hold, and every dial is inside the hours of both zones', () => {
    const seen = new Set<string>();
    const knocks = fc.array(
      fc.record({
        afterMs: fc.oneof(
          fc.integer({ min: MINUTE_MS, max: HOUR_MS }),
          fc.integer({ min: HOUR_MS, max: 40 * HOUR_MS }),
        ),
        disposition: fc.constantFrom<Disposition>(...DISPOSITIONS),
      }),
      { minLength: 5, maxLength: 30 },
    );
    fc.assert(
      fc.property(knocks, (all) => {
        const ledger: LedgerEntry[] = [];
        let now = EVENING;
        const last = plusMs(EVENING, 30 * 24 * HOUR_MS);
        const due = duePatient({ appointments: [appointment({ start: last })] });
        for (const { afterMs, disposition } of all) {
          now = plusMs(now, afterMs);
          const facts: DialFacts = {
            contact: of('contact'),
            run: of('run'),
            purpose: 'confirm',
            state: 'queued',
            phone,
            location: of('chicago'),
            zones: [],
            expiresAt: last,
            notBefore: EVENING,
            household: household({
              phone,
              people: [due],
              ledger: ledger.filter((e) => now - e.placedAt < 7 * 24 * HOUR_MS),
            }),
            offer: null,
            reservationHolds: null,
            liveAttemptOnPhone: false,
            paused: false,
            attemptsSoFar: ledger.length,
          };
          const { decision } = decideDial(facts, { practice: practice(), rules: callingRules, now });
          seen.add(decision.kind === 'dial' ? 'dial' : decision.because);
          if (decision.kind === 'defer') expect(decision.until).toBeGreaterThan(now);
          if (decision.kind !== 'dial') continue;
          for (const where of [CHICAGO, NEW_YORK]) {
            const { hour, weekday } = localTimeAt(now, where);
            expect(hour >= 9 && hour < 20 && weekday !== 7).toBe(true);
          }
          ledger.push({
            phone,
            patients: [due.patient.id],
            appointments: [of('apt-ada')],
            placedAt: now,
            disposition,
          });
        }
        const dials = ledger.filter(rang);
        const contacts = dials.filter((e) => e.disposition !== null && wasAnswered(e.disposition));
        expect(fullestDay(dials)).toBeLessThanOrEqual(caps.dialsPerPhonePerDay);
        expect(fullestDay(contacts)).toBeLessThanOrEqual(caps.contactsPerPatientPerDay);
        expect(fullestWeek(dials)).toBeLessThanOrEqual(caps.dialsPerPatientPer7Days);
      }),
      { numRuns: 60 },
    );
    expect([...seen].toSorted()).toEqual([
      'cap_contact_day',
      'cap_patient_week',
      'cap_phone_day',
      'dial',
      'window_closed',
    ]);
  });
});
