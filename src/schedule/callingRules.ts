/** The law and the clock in one value: what the plan, the gate before a dial and an offer ask. */
import type { CalleePlace, CallingRules } from '../domain/planning.ts';
import { stateOf, zonesOf } from './areaCodes.ts';
import { hoursAt } from './callWindow.ts';
import { isHoliday } from './holidays.ts';
import { policiesOf } from './statePolicy.ts';

const isState = (state: string | null): state is string => state !== null;

export const callingRules: CallingRules = {
  place(location, phone, addressStates): CalleePlace | null {
    const ofCode = zonesOf(phone);
    if (ofCode.length === 0) return null;
    const states = [...new Set([location.state, ...addressStates, stateOf(phone)].filter(isState))];
    return {
      location,
      zones: [...new Set([location.zone, ...ofCode])],
      states,
      consent: policiesOf(states).some((p) => p.consent === 'automated_voice') ? 'automated_voice' : 'any',
    };
  },
  hours: (place, at, ringMs) =>
    hoursAt(
      {
        zones: place.zones,
        windows: [place.location.callWindow, ...policiesOf(place.states).map((p) => p.window)],
        isBlocked: (date) => isHoliday(date, place.states),
      },
      at,
      ringMs,
    ),
};
