/** Types that are the same at run time and different to the compiler. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

export type PracticeId = Brand<string, 'PracticeId'>;
export type LocationId = Brand<string, 'LocationId'>;
export type ProviderId = Brand<string, 'ProviderId'>;
export type VisitTypeId = Brand<string, 'VisitTypeId'>;
export type PatientId = Brand<string, 'PatientId'>;
export type AppointmentId = Brand<string, 'AppointmentId'>;
export type SlotId = Brand<string, 'SlotId'>;
export type WaitlistEntryId = Brand<string, 'WaitlistEntryId'>;
export type OfferId = Brand<string, 'OfferId'>;
export type RunId = Brand<string, 'RunId'>;
export type ContactId = Brand<string, 'ContactId'>;
export type AttemptId = Brand<string, 'AttemptId'>;
export type WriteBackId = Brand<string, 'WriteBackId'>;
/** The provider's id of one call, e.g. Twilio's CallSid. */
export type CallSid = Brand<string, 'CallSid'>;
/** The scheduling system's own id of a resource, e.g. a FHIR logical id. */
export type ExternalId = Brand<string, 'ExternalId'>;
/** The scheduling system's version of a resource, e.g. a FHIR versionId. */
export type ExternalVersion = Brand<string, 'ExternalVersion'>;

/**
 * Makes a branded id of raw text: `id<PatientId>('p1')`.
 * @throws RangeError when the text is empty, because an empty id is always a bug.
 */
export function id<T extends Brand<string, string>>(raw: string): T {
  if (raw.length === 0) throw new RangeError('an id may not be empty');
  return raw as T;
}
