import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fhirSchedulingSystem } from '../../src/adapters/fhir/schedulingSystem.ts';
import { instant } from '../../src/domain/time.ts';
import type { SchedulingSystem } from '../../src/ports/schedulingSystem.ts';
import { type SeededResource, appointmentAt, fhirSeed, slotAt, zoned } from '../support/fhirSeed.ts';
import {
  SCHEDULING_SERVERS,
  type SchedulingServer,
  at,
  external,
  readExisting,
  seededDay,
} from '../support/schedulingServers.ts';

/** What every scheduling system behind the port tells us, whoever wrote the server. */
describe.each(SCHEDULING_SERVERS)('%s', (_, start) => {
  let server: SchedulingServer;
  let system: SchedulingSystem;

  async function open(resources: readonly SeededResource[]): Promise<void> {
    await server?.close();
    server = await start(resources);
    system = fhirSchedulingSystem({ baseUrl: `${server.url}/`, token: null, timeoutMs: 5_000 });
  }

  beforeEach(() => open(fhirSeed()));
  afterEach(() => server.close());

  test('an appointment in our words', async () => {
    expect(await readExisting(system, 'a9')).toEqual({
      external: 'a9',
      version: expect.any(String),
      status: 'booked',
      participation: 'needs-action',
      patient: 'p1',
      location: 'l1',
      provider: 'd1',
      visitTypeCode: 'cleaning',
      slots: ['slot-9'],
      start: at(9),
      end: at(10),
    });
    expect(await system.getAppointment(external('nobody'))).toEqual({ ok: true, value: null });
  });

  test('a patient in our words, the number as it was typed', async () => {
    expect(await system.getPatient(external('p1'))).toEqual({
      ok: true,
      value: {
        external: 'p1',
        givenName: 'Maya',
        familyName: 'Alvarez',
        birthDate: '1980-01-01',
        rawPhone: '(312) 555-0110',
        language: 'en-US',
        deceased: false,
        state: 'IL',
      },
    });
    expect(await system.getPatient(external('p2'))).toMatchObject({
      value: { deceased: true, rawPhone: null },
    });
    expect(await system.getPatient(external('p9'))).toEqual({ ok: true, value: null });
  });

  test('a slot with who works in it and where', async () => {
    expect(await system.getSlot(external('slot-9'))).toMatchObject({
      ok: true,
      value: {
        status: 'busy',
        start: at(9),
        end: at(10),
        provider: 'd1',
        location: 'l1',
        visitTypeCode: 'cleaning',
      },
    });
  });

  test('the appointments of a span, half-open, over many pages, each with its patient', async () => {
    // 24 hours of 15 minutes: more than a page of any server here.
    const many = Array.from({ length: 230 }, (__, index) => {
      const from = Date.parse(zoned(0)) + index * 15 * 60_000;
      return {
        ...appointmentAt(10, `many-${index}`, index % 2 === 0 ? 'p1' : 'p2'),
        slot: [],
        start: new Date(from).toISOString(),
        end: new Date(from + 15 * 60_000).toISOString(),
      };
    });
    await open([...fhirSeed().filter(({ resourceType }) => resourceType !== 'Appointment'), ...many]);
    const listed = await system.listAppointments(seededDay);
    if (!listed.ok) throw new Error(listed.error.kind);
    const { appointments, patients, unreadable } = listed.value;
    expect(appointments.map((each) => each.external)).toEqual(
      Array.from({ length: 96 }, (__, index) => `many-${index}`),
    );
    expect(patients.map((each) => each.external).toSorted()).toEqual(['p1', 'p2']);
    expect(unreadable).toEqual([]);
    const half = await system.listAppointments({ from: at(1), to: instant(at(1) + 15 * 60_000) });
    expect(half.ok && half.value.appointments.map((each) => each.external)).toEqual(['many-4']);
  });

  test('what cannot be read is named and does not stand in the way of the rest', async () => {
    const naive = {
      ...appointmentAt(10, 'naive'),
      start: '2026-11-24T10:00:00',
      end: '2026-11-24T11:00:00',
    };
    // One o'clock in the morning in Chicago is in the span, one o'clock in Greenwich is not.
    const early = {
      ...naive,
      id: 'early',
      start: '2026-11-24T01:00:00',
      end: '2026-11-24T02:00:00',
    };
    const nobody = {
      ...appointmentAt(11, 'nobody'),
      participant: [{ actor: { reference: 'Location/l1' }, status: 'accepted' }],
    };
    const odd = { ...appointmentAt(12, 'odd'), status: 'confirmed' };
    const nextWeek = {
      ...naive,
      id: 'next-week',
      start: '2026-12-01T10:00:00',
      end: '2026-12-01T11:00:00',
    };
    await open([...fhirSeed(), naive, early, nobody, odd, nextWeek]);
    const listed = await system.listAppointments(seededDay);
    if (!listed.ok) throw new Error(listed.error.kind);
    expect(listed.value.appointments.map((each) => each.external)).toEqual(['a9']);
    expect(
      listed.value.unreadable.toSorted((left, right) => (left.external < right.external ? -1 : 1)),
    ).toEqual([
      { external: 'early', field: 'start', reason: 'naive_time' },
      { external: 'naive', field: 'start', reason: 'naive_time' },
      { external: 'nobody', field: 'participant', reason: 'no_patient' },
      { external: 'odd', field: 'status', reason: 'unknown_code' },
    ]);
  });

  test('free slots of a location, soonest first, long enough, of the right kind, as many as asked', async () => {
    const other = { ...slotAt(8), id: 'filling', serviceType: [{ coding: [{ code: 'filling' }] }] };
    const short = { ...slotAt(8), id: 'short', end: '2026-11-24T08:30:00-06:00' };
    const dirty = { ...slotAt(8), id: 'dirty', start: '2026-11-24T08:00:00' };
    await open([...fhirSeed(), other, short, dirty]);
    const query = {
      span: seededDay,
      location: external('l1'),
      visitTypeCode: 'cleaning',
      minutes: 60,
      limit: 3,
    };
    const found = await system.findSlots(query);
    expect(found.ok && found.value.map((slot) => slot.external)).toEqual(['slot-10', 'slot-11', 'slot-12']);
    expect(found.ok && found.value[0]).toMatchObject({ provider: 'd1', location: 'l1', status: 'free' });
    const elsewhere = await system.findSlots({ ...query, location: external('l2') });
    expect(elsewhere).toEqual({ ok: true, value: [] });
    const any = await system.findSlots({ ...query, visitTypeCode: null, minutes: 30, limit: 100 });
    expect(any.ok && any.value.map((slot) => slot.external).toSorted()).toEqual([
      'filling',
      'short',
      'slot-10',
      'slot-11',
      'slot-12',
      'slot-13',
      'slot-14',
    ]);
    const until = await system.findSlots({ ...query, span: { from: at(11), to: at(12) } });
    expect(until.ok && until.value.map((slot) => slot.external)).toEqual(['slot-11']);
  });
});
