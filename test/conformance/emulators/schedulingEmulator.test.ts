import { afterEach, describe, expect, test } from 'vitest';

import type { Fault } from '../../../src/emulators/scheduling/faults.ts';
import {
  startSchedulingEmulator,
  type SchedulingEmulator,
} from '../../../src/emulators/scheduling/server.ts';
import { appointmentAt, fhirSeed, zoned } from '../../support/fhirSeed.ts';

let emulator: SchedulingEmulator;

async function start(options: Partial<Parameters<typeof startSchedulingEmulator>[0]> = {}): Promise<void> {
  emulator = await startSchedulingEmulator({ resources: fhirSeed(), ...options });
}

afterEach(() => emulator.close());

interface Body {
  readonly id?: string;
  readonly resourceType?: string;
  readonly status?: string;
  readonly meta?: { readonly versionId: string; readonly lastUpdated: string };
  readonly entry?: readonly { readonly resource?: Body; readonly response?: { readonly status: string } }[];
  readonly issue?: readonly { readonly code: string }[];
  readonly total?: number;
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(path.startsWith('http') ? path : `${emulator.url}/${path}`, {
    method,
    headers: {
      'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: Body = JSON.parse(text === '' ? '{}' : text);
  return { status: response.status, headers: response.headers, body: parsed };
}

const fresh = (hour: number): Record<string, unknown> => {
  const { id: _, ...rest } = appointmentAt(hour, 'new', 'p1');
  return rest;
};

describe('a well-behaved scheduling system', () => {
  test('refuses to book a busy slot, and takes a held one', async () => {
    await start();
    expect((await ask('POST', 'Appointment', fresh(9))).status).toBe(409);
    const slot = await ask('GET', 'Slot/slot-10');
    await ask('PUT', 'Slot/slot-10', { ...slot.body, status: 'busy-tentative' }, { 'if-match': 'W/"1"' });
    expect((await ask('POST', 'Appointment', fresh(10))).status).toBe(201);
    expect((await ask('POST', 'Appointment', fresh(10))).status).toBe(409);
    expect(emulator.stats().slots.doubleBooked).toEqual([]);
  });

  test('lets go of a slot when its appointment is cancelled', async () => {
    await start();
    const { body } = await ask('GET', 'Appointment/a9');
    await ask('PUT', 'Appointment/a9', { ...body, status: 'cancelled' });
    const slot = await ask('GET', 'Slot/slot-9');
    expect((await ask('POST', 'Appointment', fresh(9))).status).toBe(409);
    await ask('PUT', 'Slot/slot-9', { ...slot.body, status: 'free' });
    expect((await ask('POST', 'Appointment', fresh(9))).status).toBe(201);
    await ask('PUT', 'Appointment/a9', { ...body, status: 'booked' });
    expect(emulator.state('Appointment').filter(({ status }) => status === 'booked')).toHaveLength(1);
  });

  test('refuses references to what is not here, codes outside their binding, and unknown filters', async () => {
    await start();
    const nobody = {
      ...fresh(10),
      participant: [{ actor: { reference: 'Patient/nobody' }, status: 'accepted' }],
    };
    expect((await ask('POST', 'Appointment', nobody)).body.issue?.[0]?.code).toBe('not-found');
    expect((await ask('POST', 'Appointment', { ...fresh(10), status: 'confirmed' })).status).toBe(422);
    expect((await ask('GET', 'Appointment?stauts=booked')).status).toBe(400);
    expect((await ask('GET', 'Appointment?date=tomorrow')).status).toBe(400);
    expect((await ask('GET', 'Observation')).status).toBe(404);
    expect((await ask('POST', 'Appointment', '{')).status).toBe(400);
  });

  test('a transaction is all or nothing, and its entries can speak of each other', async () => {
    await start();
    const slot = (await ask('GET', 'Slot/slot-10')).body;
    const bundle = (ifMatch: string): unknown => ({
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { resource: { ...slot, status: 'busy' }, request: { method: 'PUT', url: 'Slot/slot-10', ifMatch } },
        { fullUrl: 'urn:uuid:1', resource: fresh(10), request: { method: 'POST', url: 'Appointment' } },
        {
          resource: {
            resourceType: 'Communication',
            status: 'completed',
            about: [{ reference: 'urn:uuid:1' }],
          },
          request: { method: 'POST', url: 'Communication' },
        },
      ],
    });
    expect((await ask('POST', '', bundle('W/"9"'))).status).toBe(412);
    expect(emulator.state('Appointment')).toHaveLength(1);
    const done = await ask('POST', '', bundle('W/"1"'));
    expect(done.body.entry?.map(({ response }) => response?.status)).toEqual(['200', '201', '201']);
    const made = done.body.entry?.[1]?.resource?.id;
    expect(emulator.state('Communication')).toMatchObject([
      { about: [{ reference: `Appointment/${made}` }] },
    ]);
    expect(emulator.state('Slot').find(({ id }) => id === 'slot-10')).toMatchObject({ status: 'busy' });
  });

  test('JSON Patch does all six operations, and a failing test changes nothing', async () => {
    await start();
    const patched = await ask('PATCH', 'Appointment/a9', [
      { op: 'test', path: '/status', value: 'booked' },
      { op: 'replace', path: '/participant/0/status', value: 'accepted' },
      { op: 'add', path: '/participant/-', value: { type: [{ text: 'companion' }], status: 'tentative' } },
      { op: 'copy', from: '/status', path: '/comment' },
      { op: 'move', from: '/comment', path: '/description' },
      { op: 'remove', path: '/participant/3' },
    ]);
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      description: 'booked',
      participant: [{ status: 'accepted' }, {}, {}],
    });
    const refused = await ask('PATCH', 'Appointment/a9', [
      { op: 'replace', path: '/description', value: 'other' },
      { op: 'test', path: '/status', value: 'cancelled' },
    ]);
    expect(refused.status).toBe(422);
    expect(emulator.state('Appointment')).toMatchObject([{ description: 'booked' }]);
  });

  test('a deleted resource is gone, and its history says so', async () => {
    await start();
    expect((await ask('DELETE', 'Appointment/a9', undefined, { 'if-match': 'W/"7"' })).status).toBe(412);
    expect((await ask('DELETE', 'Appointment/a9', undefined, { 'if-match': 'W/"1"' })).status).toBe(204);
    expect((await ask('GET', 'Appointment/a9')).status).toBe(410);
    expect((await ask('GET', 'Appointment/a9/_history')).body.total).toBe(2);
    expect((await ask('GET', 'Appointment')).body.total).toBe(0);
  });

  test('naive times in seeded data are served as they are', async () => {
    const naive = { ...appointmentAt(10, 'dirty'), start: '2026-11-24T10:00:00', end: '2026-11-24T11:00:00' };
    await start({ resources: [...fhirSeed(), naive] });
    const found = await ask('GET', 'Appointment?date=ge2026-11-24&date=lt2026-11-25');
    expect(found.body.entry?.map(({ resource }) => resource?.id)).toEqual(['a9', 'dirty']);
  });

  test('asks for its token everywhere but in the capability statement', async () => {
    await start({ token: 'secret' });
    expect((await ask('GET', 'Appointment')).status).toBe(401);
    expect((await ask('GET', 'metadata')).body.resourceType).toBe('CapabilityStatement');
    expect((await ask('GET', 'Appointment', undefined, { authorization: 'Bearer secret' })).status).toBe(200);
  });

  test('stamps what it writes with a shifted clock', async () => {
    await start({ clockOffsetMs: 86_400_000 });
    const patched = await ask('PATCH', 'Slot/slot-10', [{ op: 'replace', path: '/status', value: 'busy' }]);
    expect(Date.parse(patched.body.meta?.lastUpdated ?? '') - Date.now()).toBeGreaterThan(86_000_000);
  });
});

describe('a hostile scheduling system', () => {
  test('books a slot as often as it is asked, takes any code, and still keeps to If-Match', async () => {
    await start({ mode: 'hostile' });
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => ask('POST', 'Appointment', fresh(10))),
    );
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    expect((await ask('POST', 'Appointment', { ...fresh(10), status: 'bogus' })).status).toBe(201);
    expect(emulator.stats().slots.doubleBooked).toEqual(['Slot/slot-10']);
    const { body } = await ask('GET', 'Slot/slot-11');
    expect((await ask('PUT', 'Slot/slot-11', body, { 'if-match': 'W/"9"' })).status).toBe(412);
  });
});

describe('the fault menu', () => {
  const busy = [{ op: 'replace', path: '/status', value: 'busy' }];

  test('commit then timeout: the write is there, the answer never comes', async () => {
    await start();
    emulator.addFault({ kind: 'commit_then_timeout', holdMs: 20, times: 1 });
    await expect(ask('POST', 'Appointment', fresh(10))).rejects.toThrow('fetch failed');
    expect(emulator.state('Appointment')).toHaveLength(2);
    expect((await ask('GET', 'Appointment/a9')).status).toBe(200);
  });

  test('slot taken: the front desk was quicker, and the slot shows it', async () => {
    await start();
    emulator.addFault({ kind: 'slot_taken', times: 1 });
    expect((await ask('POST', 'Appointment', fresh(10))).status).toBe(409);
    expect((await ask('GET', 'Slot/slot-10')).body.status).toBe('busy');
  });

  test('version moved: the If-Match of the next write is old', async () => {
    await start();
    emulator.addFault({ kind: 'version_moved', type: 'Slot', times: 1 });
    expect((await ask('PATCH', 'Slot/slot-10', busy, { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await ask('PATCH', 'Slot/slot-10', busy, { 'if-match': 'W/"2"' })).status).toBe(200);
  });

  test('stale reads: reads and searches lag behind, writes do not', async () => {
    await start();
    emulator.addFault({ kind: 'stale_reads', lagMs: 60_000, times: 'until_cleared' });
    await ask('PATCH', 'Slot/slot-10', busy);
    const made = await ask('POST', 'Appointment', fresh(11));
    expect((await ask('GET', 'Slot/slot-10')).body.status).toBe('free');
    expect((await ask('GET', `Appointment/${made.body.id}`)).status).toBe(404);
    expect((await ask('GET', 'Appointment')).body.total).toBe(1);
    emulator.clearFaults();
    expect((await ask('GET', 'Slot/slot-10')).body.status).toBe('busy');
    expect((await ask('GET', 'Appointment')).body.total).toBe(2);
  });

  test('too many requests says when to come back; unavailable lasts as long as it is told', async () => {
    await start();
    emulator.addFault({ kind: 'too_many_requests', retryAfterSeconds: 7, times: 1 });
    const limited = await ask('GET', 'Slot');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    emulator.addFault({ kind: 'unavailable', times: 2 });
    expect([
      (await ask('GET', 'Slot')).status,
      (await ask('GET', 'Slot')).status,
      (await ask('GET', 'Slot')).status,
    ]).toEqual([503, 503, 200]);
  });

  test('vanish: created, answered, and gone', async () => {
    await start();
    emulator.addFault({ kind: 'vanish', type: 'Appointment', times: 1 });
    const made = await ask('POST', 'Appointment', fresh(10));
    expect(made.status).toBe(201);
    expect((await ask('GET', `Appointment/${made.body.id}`)).status).toBe(404);
  });

  test('double booking can be allowed for once', async () => {
    await start();
    emulator.addFault({ kind: 'double_book_allowed', times: 1 });
    expect((await ask('POST', 'Appointment', fresh(9))).status).toBe(201);
    expect((await ask('POST', 'Appointment', fresh(9))).status).toBe(409);
  });

  test('slow: the answer comes, later', async () => {
    await start();
    emulator.addFault({ kind: 'slow', delayMs: 60, times: 1 });
    const began = performance.now();
    expect((await ask('GET', 'Slot/slot-10')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(55);
  });

  test('faults, counts and state are asked for over HTTP, and nonsense is refused', async () => {
    await start();
    const control = emulator.controlUrl;
    const fault: Fault = { kind: 'unavailable', method: 'PUT', type: 'Slot', times: 1 };
    expect((await ask('POST', `${control}/faults`, fault)).status).toBe(201);
    expect((await ask('GET', 'Slot/slot-10')).status).toBe(200);
    expect((await ask('PUT', 'Slot/slot-10', {})).status).toBe(503);
    for (const nonsense of [{ kind: 'flood' }, { kind: 'slow' }, { kind: 'unavailable', times: 0 }, 'x']) {
      expect((await ask('POST', `${control}/faults`, nonsense)).status).toBe(400);
    }
    await ask('POST', `${control}/faults`, { kind: 'unavailable', times: 'until_cleared' });
    expect((await ask('DELETE', `${control}/faults`)).status).toBe(204);
    expect((await ask('GET', 'Slot/slot-10')).status).toBe(200);
    expect((await ask('GET', `${control}/state?type=Slot`)).body).toHaveLength(6);
    expect((await ask('GET', `${control}/stats`)).body).toMatchObject({
      requests: { byOutcome: { 'PUT Slot 503': 1 } },
    });
  });
});

function cancel(reason: string): unknown {
  return [
    { op: 'replace', path: '/status', value: 'cancelled' },
    { op: 'add', path: '/cancelationReason', value: { coding: [{ code: reason }] } },
  ];
}

test('the counts tell confirmed, cancelled, moved and filled apart, from the state alone', async () => {
  const second = { ...appointmentAt(10, 'a10', 'p2') };
  const third = { ...appointmentAt(11, 'a11', 'p2') };
  await start({ resources: [...fhirSeed(), second, third] });
  await ask('PATCH', 'Appointment/a11', [
    { op: 'replace', path: '/participant/0/status', value: 'accepted' },
  ]);
  await ask('PATCH', 'Appointment/a9', cancel('pat-crs'));
  await ask('POST', 'Appointment', { ...fresh(12), start: zoned(12), end: zoned(13) });
  await ask('PATCH', 'Appointment/a10', cancel('pat-swl'));
  const forSecond = { ...appointmentAt(13, 'x', 'p2'), id: undefined };
  await ask('POST', 'Appointment', forSecond);
  expect(emulator.stats().appointments).toEqual({
    total: 5,
    byStatus: { booked: 3, cancelled: 2 },
    confirmed: 1,
    cancelledByReason: { 'pat-crs': 1, 'pat-swl': 1 },
    bookedSinceSeed: 2,
    movedSinceSeed: 1,
  });
});
