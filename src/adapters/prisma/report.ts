import type { TranscriptLine } from '../../domain/call.ts';
import type { CallEvent } from '../../domain/callEvent.ts';
import type { ConversationResult } from '../../domain/conversation.ts';
import type { Disposition, OutcomeKind } from '../../domain/disposition.ts';
import type { AttemptId, ContactId, LocationId, RunId } from '../../domain/ids.ts';
import type { ContactPurpose, ContactState, RuleFired } from '../../domain/planning.ts';
import type {
  CallDetail,
  CallRow,
  CallbackRow,
  ContactRow,
  PromiseRow,
  SlotRow,
} from '../../domain/report.ts';
import type { Instant } from '../../domain/time.ts';
import type { ReportStore } from '../../ports/store/reportStore.ts';
import type * as Row from '../../generated/prisma/client.ts';
import { type Database, toInstant, toInstantOrNull, toTimestamp } from './database.ts';
import { nightNumbers } from './numbers.ts';

const nameOf = (patient: { readonly givenName: string; readonly familyName: string }): string =>
  `${patient.givenName} ${patient.familyName}`;

type Named = Row.ContactPatient & { readonly patientId: string };

/** Names for the page, by patient id; contacts know people by id only. */
async function namesOf(db: Database, links: readonly Named[]): Promise<ReadonlyMap<string, string>> {
  const patients = await db.patient.findMany({
    where: { id: { in: [...new Set(links.map((link) => link.patientId))] } },
  });
  return new Map(patients.map((row) => [row.id, nameOf(row)]));
}

type AttemptRow = Row.CallAttempt & {
  readonly outcomes: readonly Row.Outcome[];
  readonly contact: Row.Contact & { readonly patients: readonly Row.ContactPatient[] };
};

const WITH_CONTACT = { outcomes: true, contact: { include: { patients: true } } } as const;

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

const latenciesOf = (events: readonly CallEvent[]) =>
  events.flatMap((event) => (event.kind === 'turn_measured' ? [event.latency] : []));

const statesOf = (events: readonly CallEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'state_entered' ? [event.state] : []));

const linesOf = (events: readonly CallEvent[]): readonly TranscriptLine[] =>
  events.flatMap((event) => (event.kind === 'said' || event.kind === 'heard' ? [event.line] : []));

function callRowOf(
  row: AttemptRow,
  names: ReadonlyMap<string, string>,
  events: readonly CallEvent[],
): CallRow {
  return {
    attempt: row.id as AttemptId,
    contact: row.contactId as ContactId,
    purpose: row.contact.purpose as ContactPurpose,
    location: row.contact.locationId as LocationId | null,
    patientName: row.contact.patients.map((link) => names.get(link.patientId) ?? '').join(', '),
    placedAt: toInstant(row.placedAt ?? row.claimedAt),
    endedAt: toInstantOrNull(row.endedAt),
    disposition: row.disposition as Disposition | null,
    outcomes: row.outcomes.map((outcome) => outcome.kind as OutcomeKind),
    state: statesOf(events).at(-1) ?? null,
    lastLine: linesOf(events).at(-1) ?? null,
    medianLatencyMs: median(latenciesOf(events).map((latency) => latency.firstAudioMs)),
    recordingMs: row.recordingMs,
  };
}

/** Only what the rows of a list show: states, spoken lines and measured turns. */
async function eventsOf(
  db: Database,
  attempts: readonly string[],
): Promise<ReadonlyMap<string, readonly CallEvent[]>> {
  const rows = await db.callEvent.findMany({
    where: {
      attemptId: { in: [...attempts] },
      kind: { in: ['state_entered', 'said', 'heard', 'turn_measured'] },
    },
    orderBy: [{ attemptId: 'asc' }, { seq: 'asc' }],
  });
  const byAttempt = new Map<string, CallEvent[]>();
  for (const row of rows) {
    const list = byAttempt.get(row.attemptId) ?? [];
    list.push(row.event as unknown as CallEvent);
    byAttempt.set(row.attemptId, list);
  }
  return byAttempt;
}

async function readCalls(db: Database, run: RunId): Promise<readonly CallRow[]> {
  const rows = await db.callAttempt.findMany({
    where: { contact: { runId: run } },
    include: WITH_CONTACT,
    orderBy: { claimedAt: 'asc' },
  });
  const [names, events] = await Promise.all([
    namesOf(
      db,
      rows.flatMap((row) => row.contact.patients),
    ),
    eventsOf(
      db,
      rows.map((row) => row.id),
    ),
  ]);
  return rows.map((row) => callRowOf(row, names, events.get(row.id) ?? []));
}

async function readContacts(db: Database, run: RunId): Promise<readonly ContactRow[]> {
  const rows = await db.contact.findMany({
    where: { runId: run },
    include: { patients: true },
    orderBy: [{ notBefore: 'asc' }, { id: 'asc' }],
  });
  const names = await namesOf(
    db,
    rows.flatMap((row) => row.patients),
  );
  return rows.map((row) => ({
    contact: row.id as ContactId,
    purpose: row.purpose as ContactPurpose,
    state: row.state as ContactState,
    location: row.locationId as LocationId | null,
    patientNames: row.patients.map((link) => names.get(link.patientId) ?? ''),
    notBefore: toInstantOrNull(row.notBefore),
    because: row.because,
  }));
}

async function readSlots(db: Database, run: RunId): Promise<readonly SlotRow[]> {
  const rows = await db.slot.findMany({
    where: { runId: run },
    include: { offers: { include: { entry: { include: { patient: true } } } } },
    orderBy: { startAt: 'asc' },
  });
  return rows.map((row) => {
    const filler = row.offers.find((offer) => offer.id === row.filledByOfferId)?.entry.patient ?? null;
    return {
      slot: row.id,
      start: toInstant(row.startAt),
      location: (row.locationId ?? '') as LocationId,
      state: row.state,
      because: row.because,
      filledBy: filler === null ? null : nameOf(filler),
    };
  });
}

async function readCallbacks(db: Database, run: RunId): Promise<readonly CallbackRow[]> {
  const rows = await db.callback.findMany({
    where: { runId: run, state: { not: 'done' } },
    orderBy: { createdAt: 'asc' },
  });
  const [patients, appointments] = await Promise.all([
    db.patient.findMany({
      where: { id: { in: rows.flatMap((row) => (row.patientId === null ? [] : [row.patientId])) } },
    }),
    db.appointment.findMany({
      where: { id: { in: rows.flatMap((row) => (row.appointmentId === null ? [] : [row.appointmentId])) } },
    }),
  ]);
  return rows.map((row) => {
    const patient = patients.find((candidate) => candidate.id === row.patientId);
    const appointment = appointments.find((candidate) => candidate.id === row.appointmentId);
    return {
      callback: row.id,
      patientName: patient === undefined ? null : nameOf(patient),
      reason: row.reason,
      quote: row.quote,
      createdAt: toInstant(row.createdAt),
      appointmentStart: appointment === undefined ? null : toInstant(appointment.startAt),
      attempt: row.attemptId as AttemptId | null,
    };
  });
}

async function readCall(db: Database, attempt: AttemptId): Promise<CallDetail | null> {
  const row = await db.callAttempt.findUnique({ where: { id: attempt }, include: WITH_CONTACT });
  if (row === null) return null;
  const [stored, names, decisions] = await Promise.all([
    db.callEvent.findMany({ where: { attemptId: attempt }, orderBy: { seq: 'asc' } }),
    namesOf(db, row.contact.patients),
    db.policyDecision.findMany({ where: { contactId: row.contactId }, orderBy: { at: 'asc' } }),
  ]);
  const events = stored.map((event) => event.event as unknown as CallEvent);
  const result = row.result as unknown as ConversationResult | null;
  return {
    row: callRowOf(row, names, events),
    events,
    transcript: result?.transcript ?? linesOf(events),
    latencies: result?.latencies ?? latenciesOf(events),
    path: result?.path ?? statesOf(events),
    decisions: decisions.flatMap((decision) => decision.rules as unknown as readonly RuleFired[]),
  };
}

async function readPromises(db: Database, run: RunId): Promise<readonly PromiseRow[]> {
  const open = await db.promiseMade.findMany({ where: { state: 'open' }, orderBy: { madeAt: 'asc' } });
  const calls = await db.callAttempt.findMany({
    where: { id: { in: open.map((row) => row.attemptId) }, contact: { runId: run } },
    include: WITH_CONTACT,
  });
  const names = await namesOf(
    db,
    calls.flatMap((call) => call.contact.patients),
  );
  return open.flatMap((row) => {
    const call = calls.find((candidate) => candidate.id === row.attemptId);
    if (call === undefined) return [];
    return [
      {
        promise: row.id,
        patientName: call.contact.patients.map((link) => names.get(link.patientId) ?? '').join(', ') || null,
        madeAt: toInstant(row.madeAt),
        attempt: row.attemptId as AttemptId,
      },
    ];
  });
}

async function isQuiet(db: Database, run: RunId, now: Instant): Promise<boolean> {
  const until = toTimestamp(now);
  const busy = await Promise.all([
    db.contact.count({
      where: { runId: run, state: { in: ['queued', 'retry_wait', 'held'] }, notBefore: { lte: until } },
    }),
    db.contact.count({ where: { runId: run, state: { in: ['claimed', 'in_call'] } } }),
    db.callAttempt.count({
      where: { contact: { runId: run }, OR: [{ status: { not: 'ended' } }, { appliedAt: null }] },
    }),
    db.writeBack.count({
      where: { runId: run, state: { in: ['pending', 'sending', 'accepted', 'unknown', 'retry_wait'] } },
    }),
    db.slot.count({
      where: {
        runId: run,
        OR: [
          { state: 'cooling', coolUntil: { lte: until } },
          { state: 'open', because: null },
        ],
      },
    }),
    db.outbox.count({ where: { sentAt: null, dueAt: { lte: until }, queue: { not: 'fill' } } }),
  ]);
  return busy.every((count) => count === 0);
}

export function reportStore(db: Database): ReportStore {
  return {
    async run(date) {
      const row = await db.campaignRun.findFirst({
        where: date === null ? {} : { localDate: date },
        orderBy: { plannedAt: 'desc' },
      });
      return row === null
        ? null
        : { run: row.id as RunId, date: row.localDate, plannedAt: toInstant(row.plannedAt) };
    },
    numbers: (run) => nightNumbers(db, run),
    calls: (run) => readCalls(db, run),
    contacts: (run) => readContacts(db, run),
    slots: (run) => readSlots(db, run),
    callbacks: (run) => readCallbacks(db, run),
    promises: (run) => readPromises(db, run),
    call: (attempt) => readCall(db, attempt),
    isQuiet: (run, now) => isQuiet(db, run, now),
  };
}
