import { afterEach, describe, expect, test } from 'vitest';

import { fhirSchedulingSystem } from '../../src/adapters/fhir/schedulingSystem.ts';
import { type Fault } from '../../src/emulators/scheduling/faults.ts';
import { startSchedulingEmulator, type SchedulingEmulator } from '../../src/emulators/scheduling/server.ts';
import type { CommandResult, SchedulingSystem } from '../../src/ports/schedulingSystem.ts';
import { appointmentAt, fhirSeed } from '../support/fhirSeed.ts';
import {
  bookCommand,
  external,
  readExisting,
  seededDay,
  slotStatus,
  staffBook,
  staffChange,
} from '../support/schedulingServers.ts';

let emulator: SchedulingEmulator;
let system: SchedulingSystem;

async function start(mode: 'well_behaved' | 'hostile' = 'well_behaved', token?: string): Promise<void> {
  emulator = await startSchedulingEmulator({
    resources: fhirSeed(),
    mode,
    ...(token === undefined ? {} : { token }),
  });
  system = fhirSchedulingSystem({ baseUrl: emulator.url, token: null, timeoutMs: 2_000 });
}

afterEach(() => emulator.close());

const booked = (hour: number): number =>
  emulator
    .state('Appointment')
    .filter((each) => each['status'] === 'booked' && JSON.stringify(each['slot']).includes(`/slot-${hour}"`))
    .length;

/** What goes wrong with one request, and what the command may say about it. Nothing else may come of it. */
const BROKEN: readonly (readonly [string, Fault])[] = [
  ['its answer is lost after it was done', { kind: 'commit_then_timeout', holdMs: 1, times: 1 }],
  ['the server is closed', { kind: 'unavailable', times: 1 }],
  ['the server asks for patience', { kind: 'too_many_requests', retryAfterSeconds: 3, times: 1 }],
  ['somebody else writes the resource just before', { kind: 'version_moved', times: 1 }],
  ['what it creates vanishes', { kind: 'vanish', times: 1 }],
  ['it is read from an hour ago', { kind: 'stale_reads', lagMs: 3_600_000, times: 1 }],
];

const everyRequest = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Gives the command again, as the outbox does, until it is settled. */
async function untilSettled(command: () => Promise<CommandResult>): Promise<readonly CommandResult[]> {
  const results: CommandResult[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    const result = await command();
    results.push(result);
    if (['landed', 'conflict', 'rejected'].includes(result.kind)) break;
  }
  return results;
}

/** How many requests a command sends when nothing goes wrong, so that each of them can be broken in turn. */
const REQUESTS = { confirm: 3, cancel: 7, book: 9 } as const;

describe.each(BROKEN)('when one request goes wrong: %s', (_, fault) => {
  test('whichever request of a booking it is, one appointment is there in the end and the slot is busy', async () => {
    const first = new Set<string>();
    for (const skip of everyRequest(REQUESTS.book)) {
      await start();
      emulator.addFault({ ...fault, skip });
      const results = await untilSettled(() => system.book(bookCommand(10, 'k1')));
      emulator.clearFaults();
      first.add(results[0]?.kind ?? 'nothing');
      expect({ skip, end: results.at(-1)?.kind, booked: booked(10) }).toEqual({
        skip,
        end: 'landed',
        booked: 1,
      });
      expect(await slotStatus(system, 'slot-10')).toBe('busy');
      expect(emulator.stats().slots.doubleBooked).toEqual([]);
      await emulator.close();
    }
    if (fault.kind === 'commit_then_timeout') expect(first).toContain('unknown');
    if (fault.kind === 'unavailable' || fault.kind === 'too_many_requests')
      expect(first).toContain('unavailable');
    if (fault.kind === 'vanish') expect(first).toContain('accepted');
  });

  test('whichever request of a cancellation it is, the appointment is cancelled and the slot free, or staff won', async () => {
    for (const skip of everyRequest(REQUESTS.cancel)) {
      await start();
      const { external: appointment, version } = await readExisting(system, 'a9');
      emulator.addFault({ ...fault, skip });
      const results = await untilSettled(() =>
        system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' }),
      );
      emulator.clearFaults();
      const wonByStaff = fault.kind === 'version_moved' && skip === 0;
      expect({ skip, end: results.at(-1)?.kind }).toEqual({ skip, end: wonByStaff ? 'conflict' : 'landed' });
      expect(booked(9)).toBe(wonByStaff ? 1 : 0);
      expect(await slotStatus(system, 'slot-9')).toBe(wonByStaff ? 'busy' : 'free');
      await emulator.close();
    }
  });

  test('whichever request of a confirmation it is, the patient has accepted, or staff won', async () => {
    for (const skip of everyRequest(REQUESTS.confirm)) {
      await start();
      const { external: appointment, version } = await readExisting(system, 'a9');
      emulator.addFault({ ...fault, skip });
      const results = await untilSettled(() => system.confirm({ key: 'k1', appointment, version }));
      emulator.clearFaults();
      const wonByStaff = fault.kind === 'version_moved' && skip === 0;
      expect({ skip, end: results.at(-1)?.kind }).toEqual({ skip, end: wonByStaff ? 'conflict' : 'landed' });
      expect((await readExisting(system, 'a9')).participation).toBe(wonByStaff ? 'needs-action' : 'accepted');
      await emulator.close();
    }
  });
});

test('the sweeps above break every request of a command that goes well', async () => {
  for (const [name, count] of Object.entries(REQUESTS)) {
    await start();
    const { external: appointment, version } = await readExisting(system, 'a9');
    const before = emulator.stats().requests.total;
    if (name === 'book') await system.book(bookCommand(10, 'k1'));
    if (name === 'cancel') await system.cancel({ key: 'k1', appointment, version, reason: 'pat-crs' });
    if (name === 'confirm') await system.confirm({ key: 'k1', appointment, version });
    expect({ name, count: emulator.stats().requests.total - before }).toEqual({ name, count });
    await emulator.close();
  }
});

describe('the answers that a command gives', () => {
  test('patience is asked for in milliseconds', async () => {
    await start();
    emulator.addFault({ kind: 'too_many_requests', retryAfterSeconds: 7, times: 1 });
    expect(await system.book(bookCommand(10, 'k1'))).toEqual({ kind: 'unavailable', retryAfterMs: 7_000 });
  });

  test('an answer that takes too long is a lost one', async () => {
    await start();
    system = fhirSchedulingSystem({ baseUrl: emulator.url, token: null, timeoutMs: 250 });
    emulator.addFault({ kind: 'slow', delayMs: 2_000, times: 1, method: 'POST' });
    expect((await system.book(bookCommand(10, 'k1'))).kind).toBe('unknown');
  });

  test('the front desk was quicker: the slot is taken, and stays as the front desk left it', async () => {
    await start();
    emulator.addFault({ kind: 'slot_taken', times: 1 });
    expect(await system.book(bookCommand(10, 'k1'))).toEqual({ kind: 'conflict', reason: 'slot_taken' });
    expect(booked(10)).toBe(0);
    expect(await slotStatus(system, 'slot-10')).toBe('busy');
  });

  test('a refused booking gives its hold back', async () => {
    await start();
    const nobody = { ...bookCommand(10, 'k1'), patient: external('nobody') };
    expect(await system.book(nobody)).toEqual({ kind: 'rejected', status: 422 });
    expect(await slotStatus(system, 'slot-10')).toBe('free');
    expect((await system.book(bookCommand(10, 'k2'))).kind).toBe('landed');
  });

  test('somebody booked into the slot between our hold and our booking stays; ours is taken back', async () => {
    await start('hostile');
    emulator.addFault({ kind: 'slow', delayMs: 150, times: 1, method: 'POST', type: 'Appointment' });
    const booking = system.book(bookCommand(10, 'k1'));
    await expect
      .poll(() => emulator.state('Slot').find(({ id }) => id === 'slot-10')?.['status'])
      .toBe('busy-tentative');
    await staffBook(emulator, appointmentAt(10, 'theirs', 'p2'));
    expect(await booking).toEqual({ kind: 'conflict', reason: 'slot_taken' });
    expect(emulator.stats().slots.doubleBooked).toEqual([]);
    expect(booked(10)).toBe(1);
  });

  test('a version that lagging reads do not show yet is not mistaken for a change by staff', async () => {
    await start();
    await staffChange(emulator, 'Appointment/a9', (resource) => ({
      ...resource,
      comment: 'seen by our mirror',
    }));
    const { external: appointment, version } = await readExisting(system, 'a9');
    emulator.addFault({ kind: 'stale_reads', lagMs: 3_600_000, times: 'until_cleared' });
    expect(await system.confirm({ key: 'k1', appointment, version })).toEqual({
      kind: 'accepted',
      external: 'a9',
    });
    expect(await system.confirm({ key: 'k1', appointment, version })).toEqual({ kind: 'unknown' });
    emulator.clearFaults();
    expect((await system.confirm({ key: 'k1', appointment, version })).kind).toBe('landed');
    expect(emulator.state('Appointment')).toMatchObject([{ comment: 'seen by our mirror' }]);
  });

  test('a confirmation whose answer was lost is not taken for a change by staff while reads lag', async () => {
    await start();
    const { external: appointment, version } = await readExisting(system, 'a9');
    emulator.addFault({ kind: 'commit_then_timeout', holdMs: 1, times: 1 });
    emulator.addFault({ kind: 'stale_reads', lagMs: 3_600_000, times: 'until_cleared' });
    const command = { key: 'k1', appointment, version };
    expect([await system.confirm(command), await system.confirm(command)]).toEqual([
      { kind: 'unknown' },
      { kind: 'unknown' },
    ]);
    emulator.clearFaults();
    expect((await system.confirm(command)).kind).toBe('landed');
  });

  test('a booking whose answer was lost is not made again while reads lag, even where any slot can be booked twice', async () => {
    await start('hostile');
    emulator.addFault({ kind: 'commit_then_timeout', holdMs: 1, method: 'POST', times: 1 });
    expect((await system.book(bookCommand(10, 'k1'))).kind).toBe('unknown');
    emulator.addFault({ kind: 'stale_reads', lagMs: 3_600_000, type: 'Appointment', times: 'until_cleared' });
    expect((await system.book(bookCommand(10, 'k1'))).kind).toBe('accepted');
    expect(booked(10)).toBe(1);
    emulator.clearFaults();
    expect((await system.book(bookCommand(10, 'k1'))).kind).toBe('landed');
    expect(booked(10)).toBe(1);
  });
});

describe('reading from a server in trouble', () => {
  test('closed, out of patience or slow is unavailable; the wrong token is unauthorised', async () => {
    await start('well_behaved', 'secret');
    expect(await system.listAppointments(seededDay)).toEqual({ ok: false, error: { kind: 'unauthorised' } });
    system = fhirSchedulingSystem({ baseUrl: emulator.url, token: 'secret', timeoutMs: 250 });
    for (const fault of [
      { kind: 'unavailable', times: 1 },
      { kind: 'too_many_requests', retryAfterSeconds: 1, times: 1 },
      { kind: 'slow', delayMs: 2_000, times: 1 },
    ] as const) {
      emulator.addFault(fault);
      expect(await system.listAppointments(seededDay)).toEqual({ ok: false, error: { kind: 'unavailable' } });
    }
    system = fhirSchedulingSystem({ baseUrl: emulator.url, token: 'secret', timeoutMs: 2_000 });
    expect((await system.listAppointments(seededDay)).ok).toBe(true);
  });

  test('what speaks no FHIR is malformed', async () => {
    await start();
    const elsewhere = fhirSchedulingSystem({ baseUrl: emulator.controlUrl, token: null, timeoutMs: 2_000 });
    expect(await elsewhere.health()).toMatchObject({ ok: false });
    expect(await elsewhere.listAppointments(seededDay)).toMatchObject({
      ok: false,
      error: { kind: 'malformed' },
    });
    expect(await system.health()).toEqual({ ok: true, value: { software: 'Emulated scheduling system' } });
  });
});
