import { describe, expect, test } from 'vitest';
import type { ExternalId, RunId } from '../../../src/domain/ids.ts';
import { err, ok } from '../../../src/domain/result.ts';
import { type Span, HOUR_MS, plusMs } from '../../../src/domain/time.ts';
import type {
  SchedulingSystem,
  SystemAppointment,
  SystemPatient,
} from '../../../src/ports/schedulingSystem.ts';
import type { MirrorStore } from '../../../src/ports/store/mirrorStore.ts';
import type { PlanStore } from '../../../src/ports/store/planStore.ts';
import type { PracticeStore } from '../../../src/ports/store/practiceStore.ts';
import { enqueueDueCalls, planNight } from '../../../src/schedule/enqueueDueCalls.ts';
import { EVENING, duePatient, household, neighbour, of, practice } from '../../support/night.ts';
import { onlyThese } from '../../support/onlyThese.ts';
import { silentLog } from '../../support/silentLog.ts';
import { virtualClock } from '../../support/virtualClock.ts';

type Plan = Parameters<PlanStore['savePlan']>[0];

const read = (external: ExternalId): { readonly external: ExternalId } => ({ external });

/** Three households who may be called and one who may not; the store keeps what it is given and plans each phone once. */
class Office {
  readonly upserts: Parameters<MirrorStore['upsert']>[0][] = [];
  readonly saved: Plan[] = [];
  readonly asked: { listed: Span[]; households: Span[] } = { listed: [], households: [] };
  missing: { patients: string[]; appointments: string[] } = { patients: [], appointments: [] };
  listing: Awaited<ReturnType<SchedulingSystem['listAppointments']>> = ok({
    appointments: [],
    patients: [],
    unreadable: [],
  });
  current: ReturnType<typeof practice> | null = practice();
  readonly #planned = new Set<string>();

  readonly households = [
    household(),
    neighbour('bob', '+13125550102', { start: plusMs(EVENING, 26 * HOUR_MS) }),
    neighbour('cy', '+13125550103', { start: plusMs(EVENING, 40 * HOUR_MS) }),
    household({
      phone: of('+13125550104'),
      people: [duePatient({ consents: [], patient: { ...duePatient().patient, id: of('di') } })],
    }),
  ];

  async #save(plan: Plan): ReturnType<PlanStore['savePlan']> {
    this.saved.push(plan);
    const keys = plan.contacts.map((c) => c.phone ?? c.people[0]?.patient ?? '');
    const added = keys.filter((k) => !this.#planned.has(k));
    for (const key of added) this.#planned.add(key);
    return { run: of<RunId>('run'), added: added.length, contacts: [] };
  }

  get deps(): Parameters<typeof enqueueDueCalls>[0] {
    return {
      store: {
        practice: onlyThese<PracticeStore>({
          current: async () => this.current,
          missingPatients: async () => this.missing.patients.map((raw) => of<ExternalId>(raw)),
          missingAppointments: async () => this.missing.appointments.map((raw) => of<ExternalId>(raw)),
        }),
        mirror: onlyThese<MirrorStore>({
          upsert: async (batch) => {
            this.upserts.push(batch);
            return { patients: 0, appointments: 0, quarantined: 0 };
          },
          startingIn: async () => [],
        }),
        plan: onlyThese<PlanStore>({
          households: async (_practice, span) => {
            this.asked.households.push(span);
            return this.households;
          },
          savePlan: (plan) => this.#save(plan),
        }),
      },
      scheduling: onlyThese<SchedulingSystem>({
        listAppointments: async (span) => {
          this.asked.listed.push(span);
          return this.listing;
        },
        getPatient: async (external) =>
          external === of('gone') ? ok(null) : ok(onlyThese<SystemPatient>(read(external))),
        getAppointment: async (external) => ok(onlyThese<SystemAppointment>(read(external))),
      }),
      clock: virtualClock(EVENING),
      log: silentLog,
    };
  }
}

describe('planning the night', () => {
  test('stores who is called and who is not, under the local date of the practice', async () => {
    const office = new Office();
    const planned = await enqueueDueCalls(office.deps, null);
    expect(planned).toEqual(
      ok({
        run: 'run',
        added: 4,
        callable: 3,
        refused: 1,
        refusedBy: { no_consent: 1 },
        leftOut: 0,
        unreadable: 0,
      }),
    );
    expect(office.saved).toMatchObject([
      { practice: 'lakeside', localDate: '2026-11-23', plannedAt: EVENING },
    ]);
    expect(office.saved[0]?.contacts.map((c) => c.people[0]?.patient)).toEqual(['bob', 'ada', 'di', 'cy']);
  });

  test('twice adds nothing', async () => {
    const office = new Office();
    await enqueueDueCalls(office.deps, null);
    expect(await enqueueDueCalls(office.deps, null)).toMatchObject({ ok: true, value: { added: 0 } });
    expect(office.saved[1]).toEqual(office.saved[0]);
  });

  test('limited to two plans the two soonest, leaves one out and still says who is refused', async () => {
    const office = new Office();
    expect(await enqueueDueCalls(office.deps, 2)).toMatchObject({
      ok: true,
      value: { callable: 2, refused: 1, leftOut: 1 },
    });
    expect(office.saved[0]?.contacts.map((c) => c.people[0]?.patient)).toEqual(['bob', 'ada', 'di']);
  });

  test('looks at appointments from a day to two days ahead, and reads all that comes before them', async () => {
    const office = new Office();
    await enqueueDueCalls(office.deps, null);
    expect(office.asked.households).toEqual([
      { from: plusMs(EVENING, 24 * HOUR_MS), to: plusMs(EVENING, 48 * HOUR_MS) },
    ]);
    expect(office.asked.listed).toEqual([{ from: EVENING, to: plusMs(EVENING, 48 * HOUR_MS) }]);
  });

  test('dry says the same and stores nothing but what it read', async () => {
    const office = new Office();
    const dry = await planNight(office.deps);
    expect(office.saved).toEqual([]);
    expect(office.upserts).toHaveLength(1);
    await enqueueDueCalls(office.deps, null);
    expect(dry.ok && dry.value.contacts).toEqual(office.saved[0]?.contacts);
  });

  test('fetches the people and appointments of the waitlist that no listing brought; those who are gone stay out', async () => {
    const office = new Office();
    office.missing = { patients: ['pat-61', 'gone'], appointments: ['apt-later-62'] };
    await enqueueDueCalls(office.deps, null);
    expect(office.upserts[1]?.patients.map((p) => p.external)).toEqual(['pat-61']);
    expect(office.upserts[1]?.appointments.map((a) => a.external)).toEqual(['apt-later-62']);
  });

  test('counts what could not be read, and quarantines it', async () => {
    const office = new Office();
    const unreadable = [{ external: 'apt-24', field: 'start', reason: 'naive_time' as const }];
    office.listing = ok({ appointments: [], patients: [], unreadable });
    expect(await enqueueDueCalls(office.deps, null)).toMatchObject({ ok: true, value: { unreadable: 1 } });
    expect(office.upserts[0]?.unreadable).toEqual(unreadable);
  });

  test('plans nobody from a schedule that cannot be read', async () => {
    const office = new Office();
    office.listing = err({ kind: 'unavailable' });
    expect(await enqueueDueCalls(office.deps, null)).toEqual(
      err({ kind: 'schedule_unread', because: 'unavailable' }),
    );
    expect(office.saved).toEqual([]);
  });

  test('plans nothing without a practice', async () => {
    const office = new Office();
    office.current = null;
    expect(await enqueueDueCalls(office.deps, null)).toEqual(err({ kind: 'no_practice' }));
  });
});
