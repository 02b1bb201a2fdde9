/** A store on a database of the file's own, emptied before every test, and an evening's steps on it: each step goes through the port. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openStore } from '../../src/adapters/prisma/store.ts';
import type { Appointment, Patient } from '../../src/domain/appointment.ts';
import type { Disposition } from '../../src/domain/disposition.ts';
import type { OutcomeChanges } from '../../src/domain/endedAttempt.ts';
import type { AttemptId, ContactId, OfferId, SlotId, WriteBackId } from '../../src/domain/ids.ts';
import type { DialDecision, DialFacts, PlanDecision, PlannedContact } from '../../src/domain/planning.ts';
import { type Instant, HOUR_MS, MINUTE_MS, plusMs } from '../../src/domain/time.ts';
import type { SystemAppointment, SystemPatient } from '../../src/ports/schedulingSystem.ts';
import type { Claim } from '../../src/ports/store/callStore.ts';
import type { PracticeImport } from '../../src/ports/store/practiceStore.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Settlement } from '../../src/ports/store/writeBackStore.ts';
import { type FreshDatabase, freshDatabase } from './database.ts';
import { CHICAGO, EVENING, of, practice } from './night.ts';
import { type VirtualClock, virtualClock } from './virtualClock.ts';

/** Somebody of the practice, and the appointment that starts so many hours after the evening began; null for none. */
export interface Somebody {
  readonly name: string;
  readonly rawPhone?: string | null;
  readonly hours?: number | null;
  readonly birthDate?: string;
  readonly appointment?: Partial<SystemAppointment>;
}

export const systemPatient = (who: Somebody): SystemPatient => ({
  external: of(`pat-${who.name}`),
  givenName: who.name[0]?.toUpperCase() + who.name.slice(1),
  familyName: 'Example',
  birthDate: who.birthDate ?? '1980-05-05',
  rawPhone: who.rawPhone === undefined ? phoneOf(who.name) : who.rawPhone,
  language: 'en-US',
  deceased: false,
  state: 'IL',
});

export function systemAppointment(who: Somebody): SystemAppointment {
  const start = plusMs(EVENING, (who.hours ?? 30) * HOUR_MS);
  return {
    external: of(`ext-${who.name}`),
    version: of('1'),
    status: 'booked',
    participation: 'needs-action',
    patient: of(`pat-${who.name}`),
    location: of('loc-chicago'),
    provider: of('prac-patel'),
    visitTypeCode: 'clean',
    slots: [of(`slot-${who.name}`)],
    start,
    end: plusMs(start, 30 * MINUTE_MS),
    ...who.appointment,
  };
}

const NUMBERS = new Map<string, string>();

/** 555-0100 to 555-0199 of one area code after the other; the same for the same name. */
export function phoneOf(name: string): string {
  const n = NUMBERS.size;
  const known = NUMBERS.get(name) ?? `+1${312 + Math.floor(n / 100)}55501${String(n % 100).padStart(2, '0')}`;
  NUMBERS.set(name, known);
  return known;
}

export const CALL_NOW: PlanDecision = { kind: 'call_at', at: EVENING, rules: [] };
export const DIAL: DialDecision = {
  kind: 'dial',
  rules: [{ rule: 'people', verdict: 'allow', detail: '1 of 1' }],
};

export const NO_CHANGES: OutcomeChanges = {
  outcomes: [],
  writeBacks: [],
  suppressions: [],
  callbacks: [],
  offer: null,
  contact: { kind: 'stop', state: 'resolved', because: 'decided' },
};

export const EMPTY_IMPORT: PracticeImport = {
  practice: practice(),
  consents: [],
  suppressions: [],
  waitlist: [],
};

/** Tables that hold the practice alone; every test begins with it. */
const PRACTICE = ['practice', 'location', 'provider', 'visit_type'] as const;

export class StoreWorld {
  clock: VirtualClock = virtualClock(EVENING);
  #database: FreshDatabase | undefined;
  #pool: pg.Pool | undefined;
  #emptying = '';
  readonly #stores: Store[] = [];

  async open(): Promise<void> {
    this.#database = await freshDatabase();
    this.#pool = new pg.Pool({ ...this.#database.connection, max: 4 });
    const tables = await this.sql<{ name: string }>(
      `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename not like '\\_%'`,
    );
    this.#stores.push(this.#openStore());
    await this.store.practice.save(EMPTY_IMPORT);
    // Quicker than truncating, with the few rows of a test; in this role neither foreign keys nor triggers ask for an order.
    const deletes = tables.map((table) => `delete from ${table.name};`);
    const saves = PRACTICE.map((table) => `create table saved.${table} as select * from ${table};`);
    const restores = PRACTICE.map((table) => `insert into ${table} select * from saved.${table};`);
    await this.sql(['create schema saved;', ...saves].join(' '));
    this.#emptying = ['set local session_replication_role = replica;', ...deletes, ...restores].join(' ');
  }

  async empty(): Promise<void> {
    this.clock = virtualClock(EVENING);
    await this.#pool?.query(this.#emptying);
  }

  async close(): Promise<void> {
    for (const store of this.#stores.splice(0)) await store.close();
    await this.#pool?.end();
    await this.#database?.drop();
  }

  #openStore(): Store {
    const clock = { ...this.clock, now: () => this.clock.now() };
    return openStore(this.#database?.url ?? '', clock, 4);
  }

  get store(): Store {
    const [store] = this.#stores;
    if (store === undefined) throw new Error('the world is not open');
    return store;
  }

  /** A second process on the same database. */
  another(): Store {
    this.#stores[1] ??= this.#openStore();
    return this.#stores[1];
  }

  async sql<T extends object>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> {
    if (this.#pool === undefined) throw new Error('the world is not open');
    return (await this.#pool.query<T & pg.QueryResultRow>(text, [...values])).rows;
  }

  /** The only row that a query gives. */
  async row<T extends object>(text: string, values: readonly unknown[] = []): Promise<T> {
    const [first, ...more] = await this.sql<T>(text, values);
    if (first === undefined || more.length > 0) throw new Error(`not one row: ${text}`);
    return first;
  }

  async count(from: string, values: readonly unknown[] = []): Promise<number> {
    return (await this.row<{ n: number }>(`select count(*)::int as n from ${from}`, values)).n;
  }

  /** The scheduling system lists these people and their appointments. */
  async lists(...people: readonly (Somebody | string)[]): Promise<void> {
    const all = people.map((who) => (typeof who === 'string' ? { name: who } : who));
    await this.store.mirror.upsert({
      patients: all.map(systemPatient),
      appointments: all.filter((who) => who.hours !== null).map(systemAppointment),
      unreadable: [],
      seenAt: EVENING,
    });
  }

  async appointment(name: string): Promise<Appointment> {
    const found = await this.store.mirror.byExternal(of(`ext-${name}`));
    if (found === null) throw new Error(`no appointment of ${name}`);
    return found;
  }

  async patient(name: string): Promise<Patient['id']> {
    return (
      await this.row<{ id: Patient['id'] }>('select id from patient where external = $1', [`pat-${name}`])
    ).id;
  }

  /** One contact for each household of the coming days, as `decide` says. */
  async plan(
    decide: (name: string) => PlanDecision = () => CALL_NOW,
    localDate = '2026-11-23',
  ): ReturnType<Store['plan']['savePlan']> {
    const span = { from: EVENING, to: plusMs(EVENING, 72 * HOUR_MS) };
    const households = await this.store.plan.households(of('lakeside'), span, this.clock.now());
    const contacts = households.map((household): PlannedContact => {
      const first = household.people[0]?.patient.givenName.toLowerCase() ?? '';
      return {
        phone: household.phone,
        purpose: 'confirm',
        location: of('chicago'),
        callerId: of('+13125550100'),
        zones: [CHICAGO],
        people: household.people.map((person) => ({
          patient: person.patient.id,
          appointments: person.appointments.map((appointment) => appointment.id),
        })),
        decision:
          household.phone === null ? { kind: 'never', because: 'no_phone', rules: [] } : decide(first),
        expiresAt: plusMs(EVENING, 29 * HOUR_MS),
      };
    });
    return this.store.plan.savePlan({
      practice: of('lakeside'),
      localDate: of(localDate),
      plannedAt: this.clock.now(),
      contacts,
    });
  }

  /** The newest contact about somebody. */
  async contact(name: string): Promise<ContactId> {
    const [row] = await this.sql<{ id: ContactId }>(
      `select c.id from contact c join contact_patient l on l.contact_id = c.id join patient p on p.id = l.patient_id
       where p.external = $1 order by c.created_at desc, c.tries limit 1`,
      [`pat-${name}`],
    );
    if (row === undefined) throw new Error(`no contact about ${name}`);
    return row.id;
  }

  async claim(
    name: string,
    over: { store?: Store; lines?: number; leaseMs?: number; now?: Instant; attempt?: string } = {},
    decide: (facts: DialFacts) => DialDecision = () => DIAL,
  ): Promise<Claim> {
    const { store = this.store, lines = 8, leaseMs = 5 * MINUTE_MS, now = this.clock.now(), attempt } = over;
    return store.calls.claim(
      await this.contact(name),
      { now, lines, leaseMs, attempt: of(attempt ?? randomUUID()), streamToken: randomUUID() },
      decide,
    );
  }

  /** Claims somebody's contact; the call is at the provider. */
  async calls(name: string): Promise<AttemptId> {
    const claim = await this.claim(name);
    if (claim.kind !== 'claimed') throw new Error(`${name} is not claimed: ${claim.kind}`);
    await this.store.calls.placed(claim.attempt, of(`CA-${claim.attempt}`), this.clock.now());
    return claim.attempt;
  }

  async ends(attempt: AttemptId, disposition: Disposition = 'answered_human'): Promise<void> {
    const at = this.clock.now();
    await this.store.calls.end(attempt, { at, disposition, result: null, recordingMs: null });
  }

  /** A whole call to somebody, and what it decided. */
  async talksWith(
    name: string,
    changes: Partial<OutcomeChanges>,
    disposition?: Disposition,
  ): Promise<AttemptId> {
    const attempt = await this.calls(name);
    await this.ends(attempt, disposition);
    await this.store.outcomes.apply(attempt, { ...NO_CHANGES, ...changes }, this.clock.now());
    return attempt;
  }

  /** Commands about somebody's appointment, or all bookings, in the order in which they were wanted. */
  async commands(where = 'true'): Promise<
    readonly {
      id: WriteBackId;
      kind: string;
      state: string;
      tries: number;
      command: Record<string, unknown>;
    }[]
  > {
    return this.sql(
      `select id, kind, state, tries, command from write_back where ${where} order by lane_seq`,
    );
  }

  /** Takes and settles a command. */
  async settles(id: WriteBackId, settlement: Settlement): Promise<SlotId | null> {
    const at = this.clock.now();
    if ((await this.store.writeBacks.take(id, at, MINUTE_MS)) === null) throw new Error('not to be had');
    return (await this.store.writeBacks.settle(id, settlement, at, plusMs(at, MINUTE_MS))).freed;
  }

  /** Somebody cancels, and that lands. */
  async frees(name: string): Promise<SlotId> {
    const { id, external } = await this.appointment(name);
    await this.talksWith(name, {
      outcomes: [{ appointment: id, offer: null, kind: 'cancelled' }],
      writeBacks: [{ kind: 'cancel', appointment: id, reason: 'pat-crs' }],
    });
    const [command] = await this.commands(`appointment_id = '${id}'`);
    if (command === undefined) throw new Error('nothing to land');
    const freed = await this.settles(command.id, { kind: 'landed', external, version: of('2'), seen: null });
    if (freed === null) throw new Error('nothing came free');
    await this.clock.advance(MINUTE_MS);
    return freed;
  }

  /** Somebody waits for a cleaning in Chicago. */
  async waits(name: string, over: Partial<PracticeImport['waitlist'][number]> = {}): Promise<void> {
    const entry: PracticeImport['waitlist'][number] = {
      id: of(`wait-${name}`),
      patientExternal: of(`pat-${name}`),
      locations: [of('chicago')],
      visitType: of('cleaning'),
      provider: null,
      available: [],
      priority: 0,
      joinedAt: plusMs(EVENING, -24 * HOUR_MS),
      minNoticeMs: 0,
      holdsExternal: null,
      ...over,
    };
    await this.store.practice.save({ ...EMPTY_IMPORT, waitlist: [entry] });
  }

  async offers(
    slot: SlotId,
    name: string,
    store = this.store,
  ): Promise<{ readonly offer: OfferId; readonly contact: ContactId; readonly fence: number } | null> {
    const now = this.clock.now();
    const contact: PlannedContact = {
      phone: of(phoneOf(name)),
      purpose: 'offer',
      location: of('chicago'),
      callerId: of('+13125550100'),
      zones: [CHICAGO],
      people: [{ patient: await this.patient(name), appointments: [] }],
      decision: { kind: 'call_at', at: now, rules: [] },
      expiresAt: plusMs(now, 10 * MINUTE_MS),
    };
    return store.fill.reserve(slot, of(`wait-${name}`), contact, now, plusMs(now, 10 * MINUTE_MS));
  }
}

/** Registers the hooks of a file. */
export function storeWorld(): StoreWorld {
  const world = new StoreWorld();
  beforeAll(() => world.open());
  beforeEach(() => world.empty());
  afterAll(() => world.close());
  return world;
}
