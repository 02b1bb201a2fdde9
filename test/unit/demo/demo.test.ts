import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { demoFiles } from '../../../scripts/demo/files.ts';
import { parsePracticeFile } from '../../../src/adapters/imports/practiceFile.ts';
import { parseDirectory } from '../../../src/emulators/callee/directory.ts';
import { loadPersonas } from '../../../src/emulators/callee/personaFiles.ts';
import { resolveSeed } from '../../../src/emulators/scheduling/seed.ts';
import { textAt, textsAt, type Resource } from '../../../src/emulators/scheduling/resource.ts';

const HOUR = 3_600_000;

function file(name: string): string {
  return readFileSync(new URL(`../../../demo/${name}`, import.meta.url), 'utf8');
}

interface Practice {
  readonly locations: readonly {
    readonly id: string;
    readonly fhirLocation: string;
    readonly zone: string;
    readonly callerId: string;
    readonly callWindow: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  }[];
  readonly consents: readonly { readonly patient: string }[];
  readonly suppressions: readonly { readonly patient: string; readonly phone: string }[];
  readonly waitlist: readonly {
    readonly patient: string;
    readonly locations: readonly string[];
    readonly visitType: string;
    readonly provider: string | null;
    readonly available: readonly { readonly from: string; readonly to: string }[];
    readonly minNoticeMinutes: number;
    readonly holds: string | null;
  }[];
}
interface People {
  readonly people: readonly { readonly number: string; readonly persona: string }[];
}

const practice: Practice = JSON.parse(file('practice.json'));
const { people }: People = JSON.parse(file('people.json'));
const schedule: {
  readonly practiceZone: string;
  readonly resources: readonly Resource[];
} = JSON.parse(file('schedule.json'));
const appointmentsOnly = {
  ...schedule,
  resources: schedule.resources.filter(({ resourceType }) => resourceType === 'Appointment'),
};
const personaAt = new Map(people.map(({ number, persona }) => [number, persona]));

/** Days from 2026 to 2028 at 17:30 in Chicago, with their weekday there: all where clocks change, and every thirteenth. */
function* evenings(): Generator<{ readonly now: number; readonly weekday: string }> {
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Chicago',
    hourCycle: 'h23',
    hour: 'numeric',
    weekday: 'short',
  });
  for (let day = Date.UTC(2026, 0, 1); day < Date.UTC(2029, 0, 1); day += 24 * HOUR) {
    const date = new Date(day);
    const clocksChange = [2, 10].includes(date.getUTCMonth()) && date.getUTCDate() <= 14;
    if (!clocksChange && Math.round(day / (24 * HOUR)) % 13 !== 0) continue;
    const now = [22.5, 23.5]
      .map((hour) => day + hour * HOUR)
      .find((instant) =>
        clock.formatToParts(instant).some(({ type, value }) => type === 'hour' && value === '17'),
      );
    const weekday = clock.formatToParts(now).find(({ type }) => type === 'weekday')?.value ?? '';
    if (now !== undefined) yield { now, weekday };
  }
}

const AN_EVENING = Date.parse('2026-11-23T17:30:00-06:00');

function appointmentsIn(resources: readonly Resource[], now: number): readonly Resource[] {
  return resources
    .filter((resource) => resource.resourceType === 'Appointment')
    .filter((appointment) => {
      const text = textAt(appointment, 'start') ?? '';
      const start = Date.parse(/T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}-06:00`);
      return start >= now + 24 * HOUR && start < now + 48 * HOUR;
    })
    .toSorted(
      (left, right) => Date.parse(textAt(left, 'start') ?? '') - Date.parse(textAt(right, 'start') ?? ''),
    );
}

function e164(typed: string | undefined): string | null {
  return typed === undefined ? null : `+1${typed.replaceAll(/\D/g, '').slice(-10)}`;
}

function actor(appointment: Resource, type: string): string {
  return (
    textsAt(appointment, 'participant.actor.reference').find((each) => each.startsWith(`${type}/`)) ?? ''
  );
}

/** What any caller must find out for itself: one dial for each household that may be dialed, in order of start. */
function dialableHouseholds(
  resources: readonly Resource[],
  now: number,
): readonly { phone: string; appointments: Resource[] }[] {
  const byReference = new Map(
    resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]),
  );
  const seats = appointmentsIn(resources, now).map((each) => textAt(each, 'slot.reference'));
  const households: { phone: string; appointments: Resource[] }[] = [];
  for (const appointment of appointmentsIn(resources, now)) {
    const patient = byReference.get(actor(appointment, 'Patient'));
    const phone = e164(textAt(patient, 'telecom.value'));
    const slot = textAt(appointment, 'slot.reference');
    const id = patient?.id ?? '';
    const refused =
      phone === null ||
      phone.startsWith('+1299') ||
      textAt(patient, 'deceasedDateTime') !== undefined ||
      !/[+-]\d\d:\d\d$/.test(textAt(appointment, 'start') ?? '') ||
      seats.filter((each) => each === slot).length > 1 ||
      !practice.consents.some((consent) => consent.patient === id) ||
      practice.suppressions.some((suppression) => suppression.patient === id);
    if (refused) continue;
    const household = households.find((each) => each.phone === phone);
    if (household) household.appointments.push(appointment);
    else households.push({ phone, appointments: [appointment] });
  }
  return households;
}

function tally(items: readonly string[]): Record<string, number> {
  return items.reduce<Record<string, number>>(
    (counts, item) => ({ ...counts, [item]: (counts[item] ?? 0) + 1 }),
    {},
  );
}

/** Waiting people whom this freed appointment would suit, and who would say yes. */
function takers(appointment: Resource, resources: readonly Resource[]): readonly string[] {
  const location = practice.locations.find(
    ({ fhirLocation }) => actor(appointment, 'Location') === `Location/${fhirLocation}`,
  )?.id;
  const visit = textAt(appointment, 'serviceType.coding.code');
  const time = (textAt(appointment, 'start') ?? '').slice(11, 16);
  return practice.waitlist
    .filter(
      (entry) => location !== undefined && entry.locations.includes(location) && entry.visitType === visit,
    )
    .filter((entry) => entry.provider === null && entry.minNoticeMinutes <= 24 * 60)
    .filter((entry) => entry.available.some(({ from, to }) => from <= time && time < to))
    .filter((entry) => practice.consents.some((consent) => consent.patient === entry.patient))
    .filter((entry) => {
      const patient = resources.find(
        ({ resourceType, id }) => resourceType === 'Patient' && id === entry.patient,
      );
      return personaAt.get(e164(textAt(patient, 'telecom.value')) ?? '') === 'accepts-offer';
    })
    .map(({ patient }) => patient);
}

describe('the fictional practice', () => {
  const resources = resolveSeed(schedule, AN_EVENING);

  test('the files are what the script makes', () => {
    for (const [name, text] of Object.entries(demoFiles())) {
      expect({ name, same: file(name) === text }).toEqual({ name, same: true });
    }
  });

  test('sixty appointments start 24 to 48 hours after half past five, on working days of three years, clock changes included', () => {
    const weekdays = new Set<string>();
    for (const { now, weekday } of evenings()) {
      if (['Sat', 'Sun'].includes(weekday)) continue;
      weekdays.add(weekday);
      // Planning may take a few minutes to begin.
      for (const instant of [now, now + 9 * 60_000]) {
        const found = appointmentsIn(resolveSeed(appointmentsOnly, instant), instant);
        expect({ instant, found: found.length }).toEqual({ instant, found: 60 });
      }
    }
    expect(weekdays.size).toBe(5);
  });

  test('every location may be called for ninety minutes from the beginning of the night', () => {
    const zones = new Set(practice.locations.map(({ zone }) => zone));
    expect(zones.size).toBeGreaterThanOrEqual(3);
    for (const { now, weekday } of evenings()) {
      if (['Sat', 'Sun'].includes(weekday)) continue;
      for (const { zone, callWindow } of practice.locations) {
        const local = (instant: number): string =>
          new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(
            instant,
          );
        const [from, to] = callWindow[weekday.toLowerCase()]?.[0] ?? ['', ''];
        expect(from <= local(now) && local(now + 90 * 60_000) <= to, `${zone} ${weekday}`).toBe(true);
      }
    }
  });

  test('at least 42 households can be dialed once each, with the mix of people that a night needs', () => {
    const households = dialableHouseholds(resources, AN_EVENING);
    expect(households.length).toBeGreaterThanOrEqual(42);
    const personas = tally(households.map(({ phone }) => personaAt.get(phone) ?? 'nobody'));
    expect(personas['confirms-at-once']).toBeGreaterThanOrEqual(24);
    expect(personas['wants-another-day']).toBeGreaterThanOrEqual(6);
    expect(personas['cancels']).toBeGreaterThanOrEqual(5);
    expect(Object.keys(personas).toSorted()).toEqual([
      'asks-a-question',
      'asks-for-a-human',
      'busy',
      'cancels',
      'confirms-at-once',
      'hang-on',
      'interrupts',
      'no-answer',
      'spouse-answers',
      'voicemail-with-beep',
      'wants-another-day',
      'wrong-number',
    ]);
    const forty = tally(households.slice(0, 40).map(({ phone }) => personaAt.get(phone) ?? 'nobody'));
    expect((forty['confirms-at-once'] ?? 0) + (forty['asks-a-question'] ?? 0)).toBeGreaterThanOrEqual(22);
    expect(forty['wants-another-day']).toBeGreaterThanOrEqual(6);
    expect(forty['cancels']).toBeGreaterThanOrEqual(5);
  });

  test('the first six households hold a confirmation, a move, and cancellations that somebody is waiting for', () => {
    const first = dialableHouseholds(resources, AN_EVENING).slice(0, 6);
    const personas = first.map(({ phone }) => personaAt.get(phone));
    expect(personas).toEqual(expect.arrayContaining(['confirms-at-once', 'wants-another-day', 'cancels']));
    const cancelled = first
      .filter(({ phone }) => personaAt.get(phone) === 'cancels')
      .flatMap(({ appointments }) => appointments);
    for (const appointment of cancelled)
      expect(takers(appointment, resources).length).toBeGreaterThanOrEqual(1);
  });

  test('each appointment that will be given up or moved has somebody waiting who would take it', () => {
    const given = dialableHouseholds(resources, AN_EVENING).filter(({ phone }) =>
      ['cancels', 'wants-another-day'].includes(personaAt.get(phone) ?? ''),
    );
    expect(given.length).toBeGreaterThanOrEqual(11);
    for (const { appointments } of given) {
      expect(appointments.filter((appointment) => takers(appointment, resources).length === 0)).toEqual([]);
    }
  });

  test('there are free slots of every kind at every location for those who want another day', () => {
    const free = resources
      .filter(({ resourceType }) => resourceType === 'Slot')
      .filter((slot) => textAt(slot, 'status') === 'free');
    const kinds = tally(
      free.map((slot) => {
        const itsSchedule = resources.find(
          ({ resourceType, id }) => textAt(slot, 'schedule.reference') === `${resourceType}/${id}`,
        );
        return `${textsAt(itsSchedule, 'actor.reference')[1]} ${textAt(slot, 'serviceType.coding.code')}`;
      }),
    );
    expect(Object.keys(kinds)).toHaveLength(9);
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThanOrEqual(14);
  });

  test('nobody sees two people at once, but for the one planned double booking', () => {
    const spans = resources
      .filter(({ resourceType }) => resourceType === 'Appointment')
      .filter((each) => /[+-]\d\d:\d\d$/.test(textAt(each, 'start') ?? ''))
      .map((each) => ({
        who: actor(each, 'Practitioner'),
        from: Date.parse(textAt(each, 'start') ?? ''),
        to: Date.parse(textAt(each, 'end') ?? ''),
      }));
    const clashes = spans.flatMap((one, index) =>
      spans
        .slice(index + 1)
        .filter((other) => one.who === other.who && one.from < other.to && other.from < one.to),
    );
    expect(clashes).toHaveLength(1);
  });

  test('every number is one that nobody can have, and each answers once', () => {
    const numbers = [
      ...people.map(({ number }) => number),
      ...practice.locations.map(({ callerId }) => callerId),
    ];
    for (const number of numbers) expect(number).toMatch(/^\+1\d{3}55501\d{2}$/);
    expect(new Set(numbers).size).toBe(numbers.length);
    const held = resources.flatMap((resource) => textsAt(resource, 'telecom.value')).map(e164);
    for (const number of held) expect(numbers).toContain(number);
  });

  test('twenty-five wait, five of them for something sooner than what they hold', () => {
    expect(practice.waitlist).toHaveLength(25);
    const holding = practice.waitlist.filter(({ holds }) => holds !== null);
    expect(holding).toHaveLength(5);
    for (const { holds, patient } of holding) {
      const appointment = resources.find(
        ({ resourceType, id }) => resourceType === 'Appointment' && id === holds,
      );
      expect(actor(appointment ?? { resourceType: 'Appointment' }, 'Patient')).toBe(`Patient/${patient}`);
    }
  });

  test('the practice file is one that the import takes', () => {
    const parsed = parsePracticeFile(file('practice.json'));
    expect(parsed.ok ? parsed.value.waitlist.length : parsed.error).toBe(25);
  });

  test('everybody in the directory is somebody whom the telephone network knows how to play', () => {
    const directory = parseDirectory(JSON.parse(file('people.json')), 'people.json');
    expect(directory.size).toBe(people.length);
    const known = loadPersonas();
    expect(people.map(({ persona }) => persona).filter((persona) => !known.has(persona))).toEqual([]);
  });

  test('a tag keeps the book of one demo day apart from the next, and leaves what the waiting hold as it is', () => {
    const tagged = resolveSeed(schedule, AN_EVENING, '-2');
    const ids = (type: string): string[] =>
      tagged.filter(({ resourceType }) => resourceType === type).map(({ id }) => id ?? '');
    expect(ids('Appointment').filter((id) => id.endsWith('-2'))).toHaveLength(61);
    expect(ids('Appointment').filter((id) => id.startsWith('apt-later-'))).toHaveLength(5);
    const known = new Set(tagged.map(({ resourceType, id }) => `${resourceType}/${id}`));
    const references = tagged.flatMap((resource) => [
      ...textsAt(resource, 'slot.reference'),
      ...textsAt(resource, 'schedule.reference'),
      ...textsAt(resource, 'actor.reference'),
      ...textsAt(resource, 'participant.actor.reference'),
    ]);
    expect(references.filter((reference) => !known.has(reference))).toEqual([]);
  });
});
