import { at, isList, isObject, isResource, toJson, type Json, type Resource } from './resource.ts';

/**
 * A practice's book as data whose days are counted from today, so that it is always tomorrow's. In any text:
 * `{{day+1 14:30 America/Chicago}}` an instant with its offset, `{{naive day+2 10:00}}` the same without one (dirt),
 * `{{date day+1}}` a calendar day, `{{tag}}` the tag, for ids that must differ from one demo day to the next.
 * "Today" is the day in `practiceZone`.
 */
const TOKEN = /\{\{([^}]*)\}\}/g;

/**
 * @param seed the parsed file: `{ practiceZone, resources }`.
 * @param now epoch milliseconds.
 * @param tag what `{{tag}}` becomes; default nothing.
 * @throws Error on an unknown token or a resource without a type, since the file is ours.
 */
export function resolveSeed(seed: unknown, now: number, tag = ''): readonly Resource[] {
  const file = toJson(seed);
  const practiceZone = at(file, 'practiceZone')[0];
  if (typeof practiceZone !== 'string') throw new Error('the seed names no practiceZone');
  const today = localDate(now, practiceZone);
  const resolved = at(file, 'resources').map((resource) => resolve(resource, today, tag));
  if (!resolved.every((resource) => isResource(resource)))
    throw new Error('the seed holds something that is no resource');
  return resolved;
}

function resolve(json: Json, today: number, tag: string): Json {
  if (typeof json === 'string') {
    return json.includes('{{')
      ? json.replaceAll(TOKEN, (_, token: string) => resolveToken(token, today, tag))
      : json;
  }
  if (isList(json)) return json.map((each) => resolve(each, today, tag));
  if (!isObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, resolve(value ?? null, today, tag)]),
  );
}

function resolveToken(token: string, today: number, tag: string): string {
  if (token === 'tag') return tag;
  const match = /^(naive |date )?day([+-]\d+)(?: (\d{2}):(\d{2}))?(?: ([A-Za-z_]+\/[A-Za-z_/]+))?$/.exec(
    token,
  );
  if (!match) throw new Error(`unknown seed token {{${token}}}`);
  const [, form, days, hour = '00', minute = '00', zone] = match;
  const day = today + Number(days) * 86_400_000;
  const date = new Date(day).toISOString().slice(0, 10);
  if (form === 'date ') return date;
  if (form === 'naive ') return `${date}T${hour}:${minute}:00`;
  if (zone === undefined) throw new Error(`{{${token}}} names no zone`);
  const wall = day + Number(hour) * 3_600_000 + Number(minute) * 60_000;
  return `${date}T${hour}:${minute}:00${offsetText(offsetOf(wall, zone))}`;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the wall clock in a zone shows at an instant, written as if it were UTC. */
function wallClock(instant: number, zone: string): number {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  clocks.set(zone, clock);
  const parts = new Map(clock.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** Midnight of the local day, written as if it were UTC. */
function localDate(instant: number, zone: string): number {
  const wall = wallClock(instant, zone);
  return wall - (wall % 86_400_000);
}

/** The zone's offset at a wall-clock time: guessed with the offset of the same reading in UTC, then corrected once. */
function offsetOf(wall: number, zone: string): number {
  const guess = wall - (wallClock(wall, zone) - wall);
  return wallClock(guess, zone) - guess;
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
