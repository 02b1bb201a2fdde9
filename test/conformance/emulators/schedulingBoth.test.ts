import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startSchedulingEmulator } from '../../../src/emulators/scheduling/server.ts';
import { startMedplum } from '../../support/medplum/server.ts';

/** What the emulated scheduling system and a FHIR server that others wrote must both do, because our adapter relies on it. */

const zoned = (hour: number): string => `2026-11-24T${String(hour).padStart(2, '0')}:00:00-06:00`;

const SEED = [
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Alvarez', given: ['Maya'] }],
    birthDate: '1980-01-01',
  },
  { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Okafor' }] },
  { resourceType: 'Location', id: 'l1', name: 'Chicago', status: 'active' },
  { resourceType: 'Location', id: 'l2', name: 'Buffalo', status: 'active' },
  {
    resourceType: 'Schedule',
    id: 's1',
    actor: [{ reference: 'Practitioner/d1' }, { reference: 'Location/l1' }],
  },
  ...[9, 10, 11, 12, 13].map((hour) => ({
    resourceType: 'Slot',
    id: `slot-${hour}`,
    schedule: { reference: 'Schedule/s1' },
    status: hour === 9 ? 'busy' : 'free',
    start: zoned(hour),
    end: zoned(hour + 1),
  })),
  { ...appointment(9), id: 'a9' },
  { ...appointment(10), id: 'a10', status: 'cancelled' },
];

function appointment(hour: number, location = 'l1'): Record<string, unknown> {
  return {
    resourceType: 'Appointment',
    status: 'booked',
    start: zoned(hour),
    end: zoned(hour + 1),
    slot: [{ reference: `Slot/slot-${hour}` }],
    participant: [
      { actor: { reference: 'Patient/p1' }, status: 'needs-action' },
      { actor: { reference: 'Practitioner/d1' }, status: 'accepted' },
      { actor: { reference: `Location/${location}` }, status: 'accepted' },
    ],
  };
}

interface Body {
  readonly id: string;
  readonly status?: string;
  readonly total?: number;
  readonly resourceType: string;
  readonly meta?: { readonly versionId: string };
  readonly entry?: readonly { readonly resource: Body }[];
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
}

function idsOf(bundle: Body): string[] {
  return (bundle.entry ?? []).map(({ resource }) => resource.id).toSorted();
}

const servers = [
  ['the emulator', () => startSchedulingEmulator({ resources: SEED })],
  ['the hostile emulator', () => startSchedulingEmulator({ resources: SEED, mode: 'hostile' })],
  ['Medplum', () => startMedplum({ resources: SEED })],
] as const;

describe.each(servers)('%s', (name, start) => {
  let server: { readonly url: string; close(): Promise<void> };

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(path.startsWith('http') ? path : `${server.url}/${path}`, {
      method,
      headers: {
        'content-type': method === 'PATCH' ? 'application/json-patch+json' : 'application/fhir+json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: Body = JSON.parse(text === '' ? '{}' : text);
    return { status: response.status, etag: response.headers.get('etag'), body: parsed };
  }

  test('a read carries its version as an ETag', async () => {
    const read = await ask('GET', 'Appointment/a9');
    expect(read.status).toBe(200);
    expect(read.etag).toBe(`W/"${read.body.meta?.versionId}"`);
    expect((await ask('GET', 'Appointment/nobody')).status).toBe(404);
    expect((await ask('GET', 'Appointment/nobody')).body.resourceType).toBe('OperationOutcome');
  });

  test('of twenty writers with the same If-Match exactly one wins', async () => {
    const { body, etag } = await ask('GET', 'Slot/slot-13');
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        ask('PUT', 'Slot/slot-13', { ...body, status: 'busy-tentative' }, { 'if-match': etag ?? '' }),
      ),
    );
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 412)).toHaveLength(19);
    const read = await ask('GET', 'Slot/slot-13');
    expect(read.body.status).toBe('busy-tentative');
    expect(read.etag).not.toBe(etag);
  });

  test('a patch with an old version is refused', async () => {
    const { etag } = await ask('GET', 'Slot/slot-12');
    const busy = [{ op: 'replace', path: '/status', value: 'busy' }];
    expect((await ask('PATCH', 'Slot/slot-12', busy, { 'if-match': etag ?? '' })).status).toBe(200);
    expect((await ask('PATCH', 'Slot/slot-12', busy, { 'if-match': etag ?? '' })).status).toBe(412);
    expect((await ask('GET', 'Slot/slot-12')).body.status).toBe('busy');
  });

  test('If-None-Exist creates once', async () => {
    const key = { system: 'urn:test', value: 'only-once' };
    const one = { ...appointment(11), identifier: [key] };
    const condition = { 'if-none-exist': `identifier=${encodeURIComponent('urn:test|only-once')}` };
    const first = await ask('POST', 'Appointment', one, condition);
    const second = await ask('POST', 'Appointment', one, condition);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    const found = await ask('GET', `Appointment?identifier=${encodeURIComponent('urn:test|only-once')}`);
    expect(idsOf(found.body)).toEqual([first.body.id]);
  });

  test('appointments are found by status, participation and who takes part', async () => {
    expect(idsOf((await ask('GET', 'Appointment?status=cancelled')).body)).toEqual(['a10']);
    expect(idsOf((await ask('GET', 'Appointment?slot=Slot/slot-9')).body)).toEqual(['a9']);
    const all = idsOf((await ask('GET', 'Appointment')).body);
    expect(idsOf((await ask('GET', 'Appointment?patient=Patient/p1')).body)).toEqual(all);
    expect(idsOf((await ask('GET', 'Appointment?location=Location/l2')).body)).toEqual([]);
    expect(idsOf((await ask('GET', 'Appointment?part-status=needs-action')).body)).toEqual(all);
    expect(idsOf((await ask('GET', 'Appointment?part-status=declined')).body)).toEqual([]);
  });

  test('slots are found by schedule, status and start', async () => {
    const ids = idsOf((await ask('GET', 'Slot?schedule=Schedule/s1&status=free')).body);
    expect(ids).toContain('slot-10');
    expect(ids).not.toContain('slot-9');
    const later = await ask(
      'GET',
      `Slot?schedule=Schedule/s1&start=${encodeURIComponent('ge2026-11-24T17:00:00Z')}`,
    );
    expect(idsOf(later.body)).toEqual(['slot-11', 'slot-12', 'slot-13']);
  });

  test('next links lead through every page, each resource once', async () => {
    const seen: string[] = [];
    let page: string | undefined = 'Slot?_count=2';
    for (let pages = 0; page !== undefined && pages < 10; pages += 1) {
      const { body } = await ask('GET', page);
      expect(body.entry?.length).toBeLessThanOrEqual(2);
      seen.push(...(body.entry ?? []).map(({ resource }) => resource.id));
      page = body.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen.toSorted()).toEqual(['slot-10', 'slot-11', 'slot-12', 'slot-13', 'slot-9']);
  });

  test('the history of a resource holds every version', async () => {
    const before = await ask('GET', 'Location/l2');
    await ask('PUT', 'Location/l2', { ...before.body, name: 'Buffalo, New York' });
    const history = await ask('GET', 'Location/l2/_history');
    expect(history.body.entry).toHaveLength(2);
    const old = await ask('GET', `Location/l2/_history/${before.body.meta?.versionId}`);
    expect(old.body).toMatchObject({ name: 'Buffalo' });
  });

  const broken: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    [
      'a participant without type and actor (app-1)',
      { ...appointment(10), participant: [{ status: 'accepted' }] },
    ],
    ['a start without an end (app-2)', { ...appointment(10), end: undefined }],
    ['a booked appointment without times (app-3)', { ...appointment(10), start: undefined, end: undefined }],
    [
      'a cancelation reason on a booked appointment (app-4)',
      { ...appointment(10), cancelationReason: { coding: [{ code: 'pat' }] } },
    ],
    ['an appointment without participants', { ...appointment(10), participant: undefined }],
    ['a start without an offset', { ...appointment(10), start: '2026-11-24T10:00:00' }],
    ['an element that R4 does not have', { ...appointment(10), cancellationReason: { text: 'no' } }],
    ['a slot without a schedule', { resourceType: 'Slot', status: 'free', start: zoned(10), end: zoned(11) }],
  ];

  test.each(broken)('refuses %s', async (_, resource) => {
    const resourceType = String(resource['resourceType']);
    const count = async (): Promise<number | undefined> =>
      (await ask('GET', `${resourceType}?_count=200`)).body.total;
    const before = await count();
    const { status, body } = await ask('POST', resourceType, resource);
    if (name === 'the hostile emulator') {
      expect(status).toBe(201);
      await ask('DELETE', `${resourceType}/${body.id}`);
      return;
    }
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await count()).toBe(before);
  });
});
