/** Whom and what a call is about, in the words that the agent will use. */
import type { BriefedAppointment, BriefedOffer, BriefedPerson } from '../../domain/conversation.ts';
import type {
  AppointmentId,
  AttemptId,
  ContactId,
  LocationId,
  OfferId,
  PatientId,
} from '../../domain/ids.ts';
import type { ContactPurpose } from '../../domain/planning.ts';
import type { Instant } from '../../domain/time.ts';
import type { CallSubject } from '../../ports/store/callStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, toInstant } from './database.ts';
import { isMinor, openingOf } from './rows.ts';

type Furniture = {
  readonly visits: ReadonlyMap<string, string>;
  readonly providers: ReadonlyMap<string, string>;
};

const SOME_VISIT = 'an appointment';
const SOME_PROVIDER = 'the practice';

async function readFurniture(db: Database): Promise<Furniture> {
  const [visits, providers] = await Promise.all([db.visitType.findMany(), db.provider.findMany()]);
  return {
    visits: new Map(visits.map((row) => [row.id, row.spokenName])),
    providers: new Map(providers.map((row) => [row.id, row.spokenName])),
  };
}

const briefedAppointment = (row: Row.Appointment, furniture: Furniture): BriefedAppointment => ({
  appointment: row.id as AppointmentId,
  start: toInstant(row.startAt),
  spokenVisit: furniture.visits.get(row.visitTypeId ?? '') ?? SOME_VISIT,
  spokenProvider: furniture.providers.get(row.providerId ?? '') ?? SOME_PROVIDER,
  openings: [],
});

/** A child's calls go to whoever else of the household is grown up: that name is asked for. */
function guardianOf(
  person: Row.Patient,
  household: readonly Row.Patient[],
  authorised: readonly Row.AuthorisedContact[],
  now: Instant,
) {
  if (!isMinor(person.birthDate, now)) return null;
  const adult = household.find((other) => other.id !== person.id && !isMinor(other.birthDate, now));
  if (adult !== undefined) return `${adult.givenName} ${adult.familyName}`;
  return authorised[0]?.name ?? null;
}

type OfferRow = Row.Offer & { readonly slot: Row.Slot; readonly entry: Row.WaitlistEntry };

async function briefedOffer(db: Database, offer: OfferRow, furniture: Furniture): Promise<BriefedOffer> {
  const { holdsExternal } = offer.entry;
  const held =
    holdsExternal === null ? null : await db.appointment.findUnique({ where: { external: holdsExternal } });
  return {
    offer: offer.id as OfferId,
    opening: openingOf(offer.slot),
    spokenVisit: furniture.visits.get(offer.entry.visitTypeId) ?? SOME_VISIT,
    replaces:
      held === null || held.status !== 'booked'
        ? null
        : { appointment: held.id as AppointmentId, start: toInstant(held.startAt) },
  };
}

/** See CallStore.subject. */
export async function readSubject(db: Database, attempt: AttemptId): Promise<CallSubject | null> {
  const row = await db.callAttempt.findUnique({
    where: { id: attempt },
    include: {
      contact: {
        include: {
          offer: { include: { slot: true, entry: true } },
          patients: true,
          appointments: { include: { appointment: true } },
        },
      },
    },
  });
  if (row === null || row.contact.locationId === null) return null;
  const { contact } = row;
  const furniture = await readFurniture(db);
  const patients = await db.patient.findMany({
    where: { id: { in: contact.patients.map((link) => link.patientId) } },
    include: { authorised: true },
    orderBy: [{ birthDate: 'asc' }, { external: 'asc' }],
  });
  const now = toInstant(row.claimedAt);
  const people: readonly BriefedPerson[] = patients.map((patient) => ({
    patient: patient.id as PatientId,
    fullName: `${patient.givenName} ${patient.familyName}`,
    firstName: patient.givenName,
    guardianName: guardianOf(patient, patients, patient.authorised, now),
    appointments: contact.appointments
      .map((link) => link.appointment)
      .filter((appointment) => appointment.patientId === patient.id)
      .toSorted((a, b) => a.startAt.getTime() - b.startAt.getTime())
      .map((appointment) => briefedAppointment(appointment, furniture)),
  }));
  return {
    contact: contact.id as ContactId,
    purpose: contact.purpose as ContactPurpose,
    location: contact.locationId as LocationId,
    people,
    offer: contact.offer === null ? null : await briefedOffer(db, contact.offer, furniture),
  };
}
