/** Asks the scheduling system, immediately before a dial, whether what the call is about still holds; the mirror learns what it says. */
import type { BriefedPerson } from '../domain/conversation.ts';
import type { AppointmentId } from '../domain/ids.ts';
import type { CallablePerson } from '../domain/mayCall.ts';
import type { CallSubject } from '../ports/store/callStore.ts';
import type { SystemAppointment } from '../ports/schedulingSystem.ts';
import { isStillDue } from './freshness.ts';
import type { ClaimDeps } from './claimDeps.ts';

export type Recheck =
  | { readonly kind: 'due'; readonly subject: CallSubject }
  /** The office changed all of it meanwhile, or the offered slot is gone. */
  | { readonly kind: 'superseded' }
  /** The scheduling system could not be asked: nobody is dialed on yesterday's word. */
  | { readonly kind: 'unread' };

async function seenNow(
  deps: ClaimDeps,
  appointment: AppointmentId,
): Promise<{ readonly due: boolean; readonly seen: SystemAppointment | null } | 'unread'> {
  const known = await deps.store.mirror.appointment(appointment);
  if (known === null) return { due: false, seen: null };
  const read = await deps.scheduling.getAppointment(known.external);
  if (!read.ok) return 'unread';
  return { due: isStillDue(known, read.value), seen: read.value };
}

/** Keeps the people whom the gate allowed, each with the appointments that are still due. */
function narrowed(
  people: readonly BriefedPerson[],
  allowed: readonly CallablePerson[],
  due: ReadonlySet<AppointmentId>,
): readonly BriefedPerson[] {
  return people.flatMap((person) => {
    const of = allowed.find((a) => a.patient === person.patient);
    const appointments = person.appointments.filter(
      (a) => due.has(a.appointment) && of?.appointments.includes(a.appointment),
    );
    return appointments.length === 0 ? [] : [{ ...person, appointments }];
  });
}

export async function stillDue(
  deps: ClaimDeps,
  subject: CallSubject,
  allowed: readonly CallablePerson[],
): Promise<Recheck> {
  if (subject.offer !== null) {
    const slot = await deps.scheduling.getSlot(subject.offer.opening.slot);
    if (!slot.ok) return { kind: 'unread' };
    return slot.value?.status === 'free' ? { kind: 'due', subject } : { kind: 'superseded' };
  }
  const asked = subject.people.flatMap((p) => p.appointments.map((a) => a.appointment));
  const answers = await Promise.all(asked.map((a) => seenNow(deps, a)));
  const due = new Set<AppointmentId>();
  const seen: SystemAppointment[] = [];
  for (const [i, answer] of answers.entries()) {
    if (answer === 'unread') return { kind: 'unread' };
    const appointment = asked[i];
    if (answer.due && appointment !== undefined) due.add(appointment);
    if (answer.seen !== null) seen.push(answer.seen);
  }
  if (seen.length > 0) {
    const seenAt = deps.clock.now();
    await deps.store.mirror.upsert({ patients: [], appointments: seen, unreadable: [], seenAt });
  }
  const people = narrowed(subject.people, allowed, due);
  return people.length === 0 ? { kind: 'superseded' } : { kind: 'due', subject: { ...subject, people } };
}
