/** FHIR resources as plain JSON, and the way to reach into them. */

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

export interface Resource {
  readonly resourceType: string;
  readonly id?: string | undefined;
  readonly [element: string]: Json | undefined;
}

/** The resource types that a scheduling system answers for. */
export const RESOURCE_TYPES = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Location',
  'HealthcareService',
  'Schedule',
  'Slot',
  'Appointment',
  'Communication',
] as const;

export function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}

export function isObject(json: Json | undefined): json is { readonly [key: string]: Json | undefined } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isJson(value: unknown): value is Json {
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value === 'object')
    return Object.values(value).every((each) => each === undefined || isJson(each));
  return ['boolean', 'number', 'string'].includes(typeof value);
}

/** What came from outside as JSON; throws when it is something that JSON cannot say. */
export function toJson(value: unknown): Json {
  if (!isJson(value)) throw new TypeError('not a JSON value');
  return value;
}

export function isResource(json: Json | undefined): json is Resource {
  return isObject(json) && typeof json['resourceType'] === 'string';
}

/** Everything found under a dotted path; arrays on the way are walked through. */
export function at(json: Json | undefined, path: string): readonly Json[] {
  let found: readonly Json[] = json === undefined || json === null ? [] : [json];
  for (const key of path.split('.')) {
    found = found.flatMap((value) => {
      const next = isObject(value) ? value[key] : undefined;
      if (next === undefined || next === null) return [];
      return isList(next) ? next : [next];
    });
  }
  return found;
}

/** The strings under a dotted path. */
export function textsAt(json: Json | undefined, path: string): readonly string[] {
  return at(json, path).filter((value): value is string => typeof value === 'string');
}

export function textAt(json: Json | undefined, path: string): string | undefined {
  return textsAt(json, path)[0];
}

/** `Slot/12` out of `Slot/12`, `http://host/fhir/Slot/12` or `Slot/12/_history/3`. */
export function localReference(reference: string): string {
  const match = /([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/.exec(reference);
  return match?.[1] ?? reference;
}

/** Appointments in these states occupy their slot. */
const OCCUPYING = new Set(['booked', 'pending', 'arrived', 'checked-in', 'fulfilled']);

export function occupiesSlot(appointment: Resource): boolean {
  return OCCUPYING.has(textAt(appointment, 'status') ?? '');
}

export function slotsOf(appointment: Resource): readonly string[] {
  return textsAt(appointment, 'slot.reference').map(localReference);
}
