import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { fhirSchedulingSystem } from '../../src/adapters/fhir/schedulingSystem.ts';
import { type ExternalVersion, id } from '../../src/domain/ids.ts';
import type { SchedulingSystem } from '../../src/ports/schedulingSystem.ts';
import { type SeededResource, appointmentAt, fhirSeed, slotAt } from '../support/fhirSeed.ts';
import {
  SCHEDULING_SERVERS,
  type SchedulingServer,
  at,
  bookCommand,
  external,
  readExisting,
  seededDay,
  sittingAt,
  slotStatus,
  staffBook,
  staffChange,
} from '../support/schedulingServers.ts';

/** What becomes of our commands in every scheduling system behind the port, whoever wrote the server. */
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

  describe('confirming', () => {
    test('the patient accepts, the appointment stays booked, everything else stays as it was', async () => {
      const before = await readExisting(system, 'a9');
      const result = await system.confirm({
        key: 'k1',
        appointment: before.external,
        version: before.version,
      });
      const after = await readExisting(system, 'a9');
      expect(result).toEqual({ kind: 'landed', external: 'a9', version: after.version });
      expect(after).toEqual({ ...before, participation: 'accepted', version: after.version });
      expect(after.version).not.toBe(before.version);
    });

    test('twice is once', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      const first = await system.confirm({ key: 'k1', appointment, version });
      const second = await system.confirm({ key: 'k1', appointment, version });
      expect(second).toEqual(first);
    });

    test('staff win: what they changed since is not overwritten', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      await staffChange(server, 'Appointment/a9', (resource) => ({ ...resource, comment: 'bring x-rays' }));
      expect(await system.confirm({ key: 'k1', appointment, version })).toEqual({
        kind: 'conflict',
        reason: 'version',
      });
      expect((await readExisting(system, 'a9')).participation).toBe('needs-action');
    });

    test('what staff cancelled cannot be confirmed, and what is not there is gone', async () => {
      const { external: appointment } = await readExisting(system, 'a9');
      await staffChange(server, 'Appointment/a9', (resource) => ({ ...resource, status: 'cancelled' }));
      const { version } = await readExisting(system, 'a9');
      expect(await system.confirm({ key: 'k1', appointment, version })).toEqual({
        kind: 'conflict',
        reason: 'version',
      });
      const nowhere = { key: 'k2', appointment: external('nobody'), version };
      expect(await system.confirm(nowhere)).toEqual({ kind: 'conflict', reason: 'gone' });
    });
  });

  describe('cancelling', () => {
    test("the reason is the patient's, on our call, and the slot is free", async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      const result = await system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' });
      expect(result).toEqual({
        kind: 'landed',
        external: 'a9',
        version: (await readExisting(system, 'a9')).version,
      });
      expect((await server.state('Appointment')).find((each) => each['id'] === 'a9')).toMatchObject({
        status: 'cancelled',
        cancelationReason: { coding: [{ code: 'pat-crs' }] },
      });
      expect(await slotStatus(system, 'slot-9')).toBe('free');
    });

    test('twice is once, and a slot that was given away meanwhile is not freed again', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      const command = { key: 'k1', appointment, version, reason: 'pat-crs' as const };
      expect((await system.cancel(command)).kind).toBe('landed');
      expect((await system.cancel(command)).kind).toBe('landed');
      expect((await system.book(bookCommand(9, 'k2', 'p2'))).kind).toBe('landed');
      expect(await system.cancel(command)).toEqual({ kind: 'conflict', reason: 'slot_taken' });
      expect(await slotStatus(system, 'slot-9')).toBe('busy');
    });

    test('staff win: a changed appointment is left alone, with its slot', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      await staffChange(server, 'Appointment/a9', (resource) => ({ ...resource, status: 'arrived' }));
      const result = await system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' });
      expect(result).toEqual({ kind: 'conflict', reason: 'version' });
      expect((await readExisting(system, 'a9')).status).toBe('arrived');
      expect(await slotStatus(system, 'slot-9')).toBe('busy');
    });

    test('what staff cancelled for reasons of their own keeps its slot closed', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      await staffChange(server, 'Appointment/a9', (resource) => ({
        ...resource,
        status: 'cancelled',
        cancelationReason: { coding: [{ code: 'prov' }] },
      }));
      const result = await system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' });
      expect(result).toEqual({ kind: 'conflict', reason: 'slot_taken' });
      expect(await slotStatus(system, 'slot-9')).toBe('busy');
    });

    test('a slot in which staff already put somebody else stays theirs', async () => {
      const { external: appointment, version } = await readExisting(system, 'a9');
      await staffChange(server, 'Appointment/a9', (resource) => ({
        ...resource,
        status: 'cancelled',
        cancelationReason: { coding: [{ code: 'pat-crs' }] },
      }));
      await staffChange(server, 'Slot/slot-9', (resource) => ({ ...resource, status: 'free' }));
      await staffBook(server, appointmentAt(9, 'theirs', 'p2'));
      await staffChange(server, 'Slot/slot-9', (resource) => ({ ...resource, status: 'busy' }));
      const result = await system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' });
      expect(result).toEqual({ kind: 'conflict', reason: 'slot_taken' });
      expect(await slotStatus(system, 'slot-9')).toBe('busy');
    });
  });

  describe('booking', () => {
    test('the appointment is there, accepted by the patient, and the slot is busy', async () => {
      const result = await system.book(bookCommand(10, 'k1'));
      if (result.kind !== 'landed') throw new Error(result.kind);
      expect(await readExisting(system, result.external)).toEqual({
        external: result.external,
        version: result.version,
        status: 'booked',
        participation: 'accepted',
        patient: 'p1',
        location: 'l1',
        provider: 'd1',
        visitTypeCode: 'cleaning',
        slots: ['slot-10'],
        start: at(10),
        end: at(11),
      });
      expect(await slotStatus(system, 'slot-10')).toBe('busy');
    });

    test('one key books once for ever', async () => {
      const command = bookCommand(10, 'k1');
      const results = [await system.book(command), await system.book(command), await system.book(command)];
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await sittingAt(server, 10)).toBe(1);
    });

    test('a busy slot is taken, a missing one is gone, one whose times were moved is in conflict', async () => {
      expect(await system.book(bookCommand(9, 'k1'))).toEqual({ kind: 'conflict', reason: 'slot_taken' });
      const nowhere = { ...bookCommand(10, 'k2'), slot: external('nowhere') };
      expect(await system.book(nowhere)).toEqual({ kind: 'conflict', reason: 'gone' });
      await staffChange(server, 'Slot/slot-11', (resource) => ({
        ...resource,
        start: '2026-11-24T11:30:00-06:00',
      }));
      expect(await system.book(bookCommand(11, 'k3'))).toEqual({ kind: 'conflict', reason: 'version' });
      expect(await server.state('Appointment')).toHaveLength(1);
    });

    test('a slot that somebody else holds is theirs', async () => {
      await staffChange(server, 'Slot/slot-10', (resource) => ({ ...resource, status: 'busy-tentative' }));
      expect(await system.book(bookCommand(10, 'k1'))).toEqual({ kind: 'conflict', reason: 'slot_taken' });
    });

    test('a slot that looks free while somebody sits in it is not booked', async () => {
      await staffBook(server, appointmentAt(10, 'theirs', 'p2'));
      expect(await slotStatus(system, 'slot-10')).toBe('free');
      expect(await system.book(bookCommand(10, 'k1'))).toEqual({ kind: 'conflict', reason: 'slot_taken' });
      expect(await sittingAt(server, 10)).toBe(1);
      expect(await slotStatus(system, 'slot-10')).toBe('free');
    });

    test('of ten who want one slot exactly one gets it', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (__, index) =>
          system.book(bookCommand(10, `racer-${index}`, index % 2 === 0 ? 'p1' : 'p2')),
        ),
      );
      expect(results.filter(({ kind }) => kind === 'landed')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'conflict')).toHaveLength(9);
      expect(await sittingAt(server, 10)).toBe(1);
      expect(await slotStatus(system, 'slot-10')).toBe('busy');
    });

    test('ten repeats of one command at the same time book once', async () => {
      const results = await Promise.all(Array.from({ length: 10 }, () => system.book(bookCommand(10, 'k1'))));
      expect(results.some(({ kind }) => kind === 'landed')).toBe(true);
      expect(await sittingAt(server, 10)).toBe(1);
      expect((await system.book(bookCommand(10, 'k1'))).kind).toBe('landed');
      expect(await slotStatus(system, 'slot-10')).toBe('busy');
    });

    test('a booking that staff took back is not made again', async () => {
      const result = await system.book(bookCommand(10, 'k1'));
      if (result.kind !== 'landed') throw new Error(result.kind);
      await staffChange(server, `Appointment/${result.external}`, (resource) => ({
        ...resource,
        status: 'cancelled',
      }));
      expect(await system.book(bookCommand(10, 'k1'))).toEqual({ kind: 'conflict', reason: 'version' });
      expect(await sittingAt(server, 10)).toBe(0);
    });

    test('moving somebody: the new time lands before the old one is given up', async () => {
      const old = await readExisting(system, 'a9');
      const booked = await system.book(bookCommand(12, 'k1'));
      expect([booked.kind, await slotStatus(system, 'slot-9')]).toEqual(['landed', 'busy']);
      const given = await system.cancel({
        key: 'k2',
        appointment: old.external,
        version: old.version,
        reason: 'pat-swl',
      });
      expect([given.kind, await slotStatus(system, 'slot-9'), await slotStatus(system, 'slot-12')]).toEqual([
        'landed',
        'free',
        'busy',
      ]);
      const again = await system.book(bookCommand(9, 'k3', 'p2'));
      expect([again.kind, await sittingAt(server, 9)]).toEqual(['landed', 1]);
    });
  });

  test('elements that we do not know are kept when we write', async () => {
    const rich = { ...appointmentAt(10, 'rich'), comment: 'uses a wheelchair', priority: 5 };
    const marked = { ...slotAt(12), comment: 'room 3', identifier: [{ system: 'urn:theirs', value: '77' }] };
    await open([...fhirSeed().filter((each) => each.id !== 'slot-12'), rich, marked]);
    const { external: appointment, version } = await readExisting(system, 'rich');
    await system.confirm({ key: 'k1', appointment, version });
    await system.book(bookCommand(12, 'k2'));
    const kept = (await server.state('Appointment')).find((each) => each['id'] === 'rich');
    expect(kept).toMatchObject({ comment: 'uses a wheelchair', priority: 5 });
    const slot = (await server.state('Slot')).find((each) => each['id'] === 'slot-12');
    expect(slot).toMatchObject({ comment: 'room 3', status: 'busy' });
    expect(slot?.['identifier']).toContainEqual({ system: 'urn:theirs', value: '77' });
  });

  test('a server that is not there is unavailable', async () => {
    await server.close();
    const { version } = { version: id<ExternalVersion>('1') };
    expect(await system.listAppointments(seededDay)).toEqual({ ok: false, error: { kind: 'unavailable' } });
    expect(await system.health()).toEqual({ ok: false, error: { kind: 'unavailable' } });
    const command = { key: 'k1', appointment: external('a9'), version };
    expect(await system.confirm(command)).toEqual({ kind: 'unavailable', retryAfterMs: null });
    expect(await system.book(bookCommand(10, 'k2'))).toEqual({ kind: 'unavailable', retryAfterMs: null });
  });
});
