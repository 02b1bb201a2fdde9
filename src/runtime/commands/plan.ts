/** `schedule` plans tonight into running workers; `plan` says what that would be. */
import { isoIn } from '../../domain/localTime.ts';
import type { PlannedContact } from '../../domain/planning.ts';
import type { Practice } from '../../domain/practice.ts';
import { type PlanningFailure, enqueueDueCalls, planNight } from '../../schedule/enqueueDueCalls.ts';
import { openScheduling } from '../composeVendors.ts';
import { type Ground, type Parts, openGround } from '../house.ts';
import { StartupError } from '../startupError.ts';
import type { Terminal } from '../terminal.ts';

/** A line for whoever typed the command. */
export function planningFault(failure: PlanningFailure): StartupError {
  return new StartupError(
    failure.kind === 'no_practice'
      ? 'There is no practice yet. Bring one with: npm run rollcall -- import --practice FILE'
      : `The scheduling system could not be read (${failure.because}), so nobody is planned. Check SCHEDULER_URL and SCHEDULER_TOKEN.`,
  );
}

const planningDeps = (ground: Ground) => ({ ...ground, scheduling: openScheduling(ground) });

/** One planning run, then the end; the workers of another process take it up. */
export async function schedule(
  parts: Parts,
  calls: number | null,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const ground = await openGround(parts);
  const planned = await enqueueDueCalls(planningDeps(ground), calls);
  if (!planned.ok) throw planningFault(planned.error);
  const { added, callable, refused, leftOut } = planned.value;
  if (json) terminal.document(planned.value);
  terminal.line(
    `${added} contacts added; ${callable} can be called tonight, ${refused} cannot, ${leftOut} left out by --calls.`,
  );
  return 0;
}

function row(contact: PlannedContact, practice: Practice) {
  const zone = practice.locations.find((location) => location.id === contact.location)?.zone ?? practice.zone;
  const { decision } = contact;
  return {
    location: contact.location,
    patients: contact.people.map((person) => person.patient),
    appointments: contact.people.flatMap((person) => person.appointments),
    ...(decision.kind === 'call_at' ? { callAt: isoIn(decision.at, zone) } : { never: decision.because }),
    rules: decision.rules,
  };
}

/** Changes nothing but the mirror, which is brought up to date. */
export async function plan(
  parts: Parts,
  calls: number | null,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const ground = await openGround(parts);
  const planned = await planNight(planningDeps(ground));
  if (!planned.ok) throw planningFault(planned.error);
  const { practice, contacts } = planned.value;
  const callable = contacts.filter((contact) => contact.decision.kind === 'call_at');
  const shown = [
    ...callable.slice(0, calls ?? callable.length),
    ...contacts.filter((contact) => contact.decision.kind === 'never'),
  ];
  const rows = shown.map((contact) => row(contact, practice));
  if (json) terminal.document({ practice: practice.id, contacts: rows });
  for (const each of rows) {
    const when = 'callAt' in each ? `call at ${each.callAt}` : `never: ${each.never.replaceAll('_', ' ')}`;
    terminal.line(
      `${(each.location ?? 'nowhere').padEnd(14)} ${each.patients.length} patient(s), ${each.appointments.length} appointment(s)  ${when}`,
    );
  }
  terminal.line(
    `${callable.length} households could be called, ${contacts.length - callable.length} could not.`,
  );
  return 0;
}
