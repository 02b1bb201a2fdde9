import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { readFhirFiles } from '../../../../src/adapters/fhir/files.ts';
import { readImportFiles } from '../../../../src/adapters/imports/files.ts';
import { appointmentAt, fhirSeed, zoned } from '../../../support/fhirSeed.ts';

const lines = (...resources: readonly unknown[]): string =>
  resources
    .map((resource) => (typeof resource === 'string' ? resource : JSON.stringify(resource)))
    .join('\n');

describe('FHIR in files', () => {
  test('a folder of NDJSON becomes patients, appointments and slots; rooms and staff are counted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-import-'));
    try {
      for (const type of ['Patient', 'Practitioner', 'Location', 'Schedule', 'Slot', 'Appointment']) {
        const some = fhirSeed().filter(({ resourceType }) => resourceType === type);
        await writeFile(join(folder, `${type}.ndjson`), `${lines(...some)}\n`);
      }
      await writeFile(join(folder, 'README.txt'), 'not for us');
      const rows = readFhirFiles(await readImportFiles([folder]));
      expect(rows.counts).toEqual({
        rows: 13,
        patients: 2,
        appointments: 1,
        slots: 6,
        other: 4,
        quarantined: 0,
        unreachable: 1,
      });
      expect(rows.appointments[0]).toMatchObject({
        external: 'a9',
        patient: 'p1',
        location: 'l1',
        slots: ['slot-9'],
      });
      expect(rows.slots[0]).toEqual({
        external: 'slot-9',
        status: 'busy',
        start: Date.parse(zoned(9)),
        end: Date.parse(zoned(10)),
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a Bundle holds the same, counted by entry', () => {
    const entry = [...fhirSeed(), { ...appointmentAt(11, 'naive'), start: '2026-11-24T11:00:00' }].map(
      (resource) => ({ resource }),
    );
    const text = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }, null, 2);
    const rows = readFhirFiles([{ name: 'export.json', text }]);
    expect(rows.counts).toMatchObject({
      rows: 14,
      patients: 2,
      appointments: 1,
      slots: 6,
      other: 4,
      quarantined: 1,
    });
    expect(rows.quarantined).toEqual([
      { source: 'export.json', line: 14, external: 'naive', field: 'start', reason: 'naive_time' },
    ]);
  });

  test('each bad line is named with its field and reason, and the rest goes on', () => {
    const good = appointmentAt(9, 'good');
    const text = lines(
      good,
      '{ "resourceType": "Appointment", ',
      '',
      { id: 'untyped' },
      { ...good, id: undefined },
      { ...good, id: 'with space' },
      { ...good, id: 'odd', status: 'confirmed' },
      { ...good, id: 'nobody', participant: [] },
      { ...good, id: 'endless', end: undefined },
      { ...good, id: 'backwards', end: zoned(8) },
      { ...good, id: 'vague', start: 'tomorrow' },
      good,
      { resourceType: 'Patient', id: 'nameless' },
      { resourceType: 'Slot', id: 'shut', status: 'closed', start: zoned(9), end: zoned(10) },
      '42',
      { ...good, id: 'last' },
    );
    const rows = readFhirFiles([{ name: 'a.ndjson', text }]);
    expect(rows.appointments.map(({ external }) => external)).toEqual(['good', 'last']);
    expect(
      rows.quarantined.map(({ line, external, field, reason }) => [line, external, field, reason]),
    ).toEqual([
      [2, null, 'line', 'not_json'],
      [4, null, 'resourceType', 'missing'],
      [5, null, 'id', 'missing'],
      [6, 'with space', 'id', 'malformed'],
      [7, 'odd', 'status', 'unknown_code'],
      [8, 'nobody', 'participant', 'no_patient'],
      [9, 'endless', 'end', 'missing'],
      [10, 'backwards', 'end', 'before_start'],
      [11, 'vague', 'start', 'malformed_time'],
      [12, 'good', 'id', 'duplicate'],
      [13, 'nameless', 'name', 'missing'],
      [14, 'shut', 'status', 'unknown_code'],
      [15, null, 'resourceType', 'missing'],
    ]);
    expect(rows.counts.rows).toBe(15);
  });

  test('a truncated Bundle invents nothing', () => {
    const text = JSON.stringify(
      { resourceType: 'Bundle', entry: [{ resource: appointmentAt(9, 'a') }] },
      null,
      2,
    );
    const rows = readFhirFiles([{ name: 'cut.json', text: text.slice(0, -30) }]);
    expect(rows.counts).toMatchObject({ patients: 0, appointments: 0, slots: 0 });
    expect(rows.counts.quarantined).toBe(rows.counts.rows);
    expect(rows.counts.rows).toBeGreaterThan(0);
  });

  test('names, numbers and languages are found wherever R4 lets people put them', () => {
    const patients = [
      { id: 'text', name: [{ text: 'Noa Berg Lund' }], telecom: [{ system: 'email', value: 'x@y.example' }] },
      {
        id: 'many',
        name: [
          { use: 'old', family: 'Before', given: ['Kim'] },
          { use: 'usual', family: 'After', given: ['Kim', 'Lee'] },
        ],
        telecom: [
          { system: 'phone', value: '312-555-0111', use: 'old' },
          { system: 'phone', value: '312-555-0112', use: 'home' },
          { system: 'phone', value: '312-555-0113', use: 'mobile' },
        ],
        deceasedBoolean: true,
        birthDate: '1980',
        communication: [
          { language: { coding: [{ code: 'en' }] } },
          { language: { coding: [{ code: 'es' }] }, preferred: true },
        ],
      },
    ].map((patient) => ({ resourceType: 'Patient', ...patient }));
    expect(readFhirFiles([{ name: 'p.ndjson', text: lines(...patients) }]).patients).toEqual([
      {
        external: 'text',
        givenName: 'Noa',
        familyName: 'Berg Lund',
        birthDate: null,
        rawPhone: null,
        language: null,
        deceased: false,
        state: null,
      },
      {
        external: 'many',
        givenName: 'Kim',
        familyName: 'After',
        birthDate: null,
        rawPhone: '312-555-0113',
        language: 'es',
        deceased: true,
        state: null,
      },
    ]);
  });
});
