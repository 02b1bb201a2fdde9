/** What the conversation is given: whom it is about, the place, and openings that can really be booked, read before anybody is rung. */
import type {
  BriefedAppointment,
  BriefedPerson,
  BriefedPlace,
  ConversationBrief,
  Opening,
} from '../domain/conversation.ts';
import type { Location, Practice } from '../domain/practice.ts';
import { spokenNumber } from '../domain/spokenNumber.ts';
import { type Instant, MINUTE_MS, plusMs } from '../domain/time.ts';
import type { CallSubject } from '../ports/store/callStore.ts';
import type { SystemSlot } from '../ports/schedulingSystem.ts';
import type { ClaimDeps, ClaimedCall } from './claimDeps.ts';

/** More than anybody can be told; enough for "something on a Thursday afternoon". */
const OPENINGS_MAX = 60;

/** Said of a provider whom the practice's data does not name. */
const UNNAMED_PROVIDER = 'one of our clinicians';

function openingOf(slot: SystemSlot, practice: Practice): Opening {
  const provider = practice.providers.find((p) => p.external === slot.provider);
  return {
    slot: slot.external,
    start: slot.start,
    end: slot.end,
    provider: provider?.id ?? null,
    spokenProvider: provider?.spokenName ?? UNNAMED_PROVIDER,
  };
}

/** Free times that could replace an appointment; none when they cannot be read, and then the office rings back about another time. */
async function openingsFor(
  deps: ClaimDeps,
  briefed: BriefedAppointment,
  practice: Practice,
  now: Instant,
): Promise<readonly Opening[]> {
  const appointment = await deps.store.mirror.appointment(briefed.appointment);
  const location = practice.locations.find((l) => l.id === appointment?.location);
  if (appointment === null || location === undefined) return [];
  const visit = practice.visitTypes.find((v) => v.id === appointment.visitType);
  const noticeMs = visit?.minNoticeMs ?? 0;
  const found = await deps.scheduling.findSlots({
    span: { from: plusMs(now, noticeMs), to: plusMs(now, practice.settings.openingsHorizonMs) },
    location: location.external,
    visitTypeCode: visit?.code ?? null,
    minutes: (appointment.end - appointment.start) / MINUTE_MS,
    limit: OPENINGS_MAX,
  });
  return found.ok ? found.value.map((slot) => openingOf(slot, practice)) : [];
}

async function withOpenings(
  deps: ClaimDeps,
  person: BriefedPerson,
  practice: Practice,
  now: Instant,
): Promise<BriefedPerson> {
  const appointments = await Promise.all(
    person.appointments.map(async (a) => ({ ...a, openings: await openingsFor(deps, a, practice, now) })),
  );
  return { ...person, appointments };
}

const placeOf = (location: Location, practice: Practice): BriefedPlace => ({
  practiceName: practice.name,
  spokenName: location.spokenName,
  zone: location.zone,
  spokenCallbackNumber: spokenNumber(location.callerId),
  facts: location.facts,
  voiceId: location.voiceId,
});

/** @returns null when the call's location or the person of its offer is not known any more. */
export async function briefFor(
  deps: ClaimDeps,
  call: ClaimedCall,
  practice: Practice,
  subject: CallSubject,
): Promise<ConversationBrief | null> {
  const location = practice.locations.find((l) => l.id === call.location);
  if (location === undefined) return null;
  const now = deps.clock.now();
  const { discloseAi } = practice.settings;
  const about = { attempt: call.attempt, place: placeOf(location, practice), now, discloseAi };
  if (subject.offer !== null) {
    const person = subject.people[0];
    return person === undefined ? null : { ...about, script: 'offer', person, offer: subject.offer };
  }
  const people = await Promise.all(subject.people.map((p) => withOpenings(deps, p, practice, now)));
  return { ...about, script: 'confirm', people };
}
