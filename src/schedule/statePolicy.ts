/** The rules of the states as data (statePolicies.json): evaluated as an intersection, so an unknown state still has the default's. */
import type { MinuteOfDay, Weekday } from '../domain/localTime.ts';
import type { CallWindow } from '../domain/practice.ts';
import data from './statePolicies.json' with { type: 'json' };

/** What one state allows; the citation stands beside it in the data. */
export interface StatePolicy {
  readonly window: CallWindow;
  readonly consent: 'any' | 'automated_voice';
}

interface PolicyData {
  readonly cite: string;
  readonly hours?: Readonly<Record<'weekday' | 'saturday' | 'sunday', readonly (readonly string[])[]>>;
  readonly consent?: string;
}

const DEFAULT: PolicyData & Required<Pick<PolicyData, 'hours' | 'consent'>> = data.default;
const STATES: Readonly<Record<string, PolicyData>> = data.states;

function minuteOf(clock: string | undefined): MinuteOfDay {
  const parts = /^(\d\d):(\d\d)$/.exec(clock ?? '');
  if (parts === null) throw new RangeError(`not a time of day: ${clock ?? 'nothing'}`);
  return Number(parts[1]) * 60 + Number(parts[2]);
}

const ranges = (of: readonly (readonly string[])[]): { from: MinuteOfDay; to: MinuteOfDay }[] =>
  of.map(([from, to]) => ({ from: minuteOf(from), to: minuteOf(to) }));

function windowOf(hours: NonNullable<PolicyData['hours']>): CallWindow {
  const weekdays = ([1, 2, 3, 4, 5] as const satisfies readonly Weekday[]).map(
    (day) => [day, ranges(hours.weekday)] as const,
  );
  return Object.fromEntries([...weekdays, [6, ranges(hours.saturday)], [7, ranges(hours.sunday)]]);
}

const policyOf = (own: PolicyData): StatePolicy => ({
  window: windowOf(own.hours ?? DEFAULT.hours),
  consent: (own.consent ?? DEFAULT.consent) === 'automated_voice' ? 'automated_voice' : 'any',
});

const FEDERAL = policyOf(DEFAULT);
const BY_STATE = new Map(Object.entries(STATES).map(([state, own]) => [state, policyOf(own)]));

/** The default and the policies of all these states; the caller intersects them. */
export const policiesOf = (states: readonly string[]): readonly StatePolicy[] => [
  FEDERAL,
  ...[...new Set(states)].flatMap((state) => BY_STATE.get(state) ?? []),
];
