import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { type ColumnMap, parseColumnMap } from '../../../../src/adapters/imports/columnMap.ts';
import { readCsvFiles } from '../../../../src/adapters/imports/csv.ts';
import { zone } from '../../../../src/domain/localTime.ts';
import type { ImportedRows } from '../../../../src/ports/importedRows.ts';

const CHICAGO = zone('America/Chicago');

function mapOf(json: unknown): ColumnMap {
  const map = parseColumnMap(typeof json === 'string' ? json : JSON.stringify(json));
  if (!map.ok) throw new Error(map.error.join('; '));
  return map.value;
}

const EXAMPLE = mapOf(
  readFileSync(new URL('../../../../demo/columns.example.json', import.meta.url), 'utf8'),
);

const APPOINTMENTS = mapOf({
  files: {
    'book.csv': {
      rows: 'appointments',
      fields: {
        id: 'No',
        patient: 'Patient',
        start: 'From',
        end: 'To',
        status: { column: 'State', values: { OK: 'booked', X: 'cancelled' } },
        location: { always: 'loc-chicago' },
        visitType: 'Kind',
      },
    },
  },
});

function read(
  name: string,
  text: string,
  map: ColumnMap = EXAMPLE,
  where: typeof CHICAGO | null = CHICAGO,
): ImportedRows {
  const rows = readCsvFiles([{ name, text }], map, where);
  if (!rows.ok) throw new Error(rows.error.join('; '));
  return rows.value;
}

const reasons = (rows: ImportedRows): readonly string[] =>
  rows.quarantined.map(({ line, field, reason }) => `${line} ${field} ${reason}`);

describe('a CSV with a column map', () => {
  test('clinic slots and patients without phones go in as they are, and no appointment is invented', () => {
    const rows = readCsvFiles(
      [
        {
          name: 'patients.csv',
          text: 'patient_id,name,sex,dob\n1,Ada Quill Marsh,Female,1980-10-10\n2,Bo,Male,1984-11-16\n',
        },
        {
          name: 'slots.csv',
          text: 'slot_id,appointment_date,appointment_time,is_available\n000001,2016-01-04,08:00:00,False\n000002,2016-07-04,08:15:00,True\n',
        },
      ],
      EXAMPLE,
      CHICAGO,
    );
    if (!rows.ok) throw new Error(rows.error.join('; '));
    expect(rows.value.counts).toEqual({
      rows: 4,
      patients: 2,
      appointments: 0,
      slots: 2,
      other: 0,
      quarantined: 0,
      unreachable: 2,
    });
    expect(rows.value.patients[0]).toEqual({
      external: '1',
      givenName: 'Ada',
      familyName: 'Quill Marsh',
      birthDate: '1980-10-10',
      rawPhone: null,
      language: null,
      deceased: false,
      state: null,
    });
    expect(rows.value.slots).toEqual([
      {
        external: '000001',
        status: 'busy',
        start: Date.parse('2016-01-04T08:00:00-06:00'),
        end: Date.parse('2016-01-04T08:15:00-06:00'),
      },
      {
        external: '000002',
        status: 'free',
        start: Date.parse('2016-07-04T08:15:00-05:00'),
        end: Date.parse('2016-07-04T08:30:00-05:00'),
      },
    ]);
  });

  test('each bad row is named with its line, field and reason, and the rest goes on', () => {
    const rows = read(
      'slots.csv',
      [
        'slot_id,appointment_date,appointment_time,is_available',
        '1,2026-11-24,08:00:00,True',
        ',2026-11-24,08:15:00,True',
        '3,2026-11-24,25:00:00,True',
        '4,2026-11-24,,True',
        '5,,,True',
        '6,2026-11-24,08:30:00,Maybe',
        '7,2026-11-24,08:45:00,',
        '1,2026-11-24,09:00:00,True',
        '9,2026-03-08,02:30:00,True',
        '10,2026-11-24',
        '',
        '12,2026-11-24,10:00:00,False',
      ].join('\n'),
    );
    expect(reasons(rows).toSorted()).toEqual(
      [
        '10 start no_such_time',
        '11 row malformed_row',
        '3 id missing',
        '4 start malformed_time',
        '5 start malformed_time',
        '6 start missing',
        '7 status unknown_code',
        '8 status missing',
        '9 id duplicate',
      ].toSorted(),
    );
    expect(rows.slots.map(({ external }) => external)).toEqual(['1', '12']);
    expect(rows.counts).toMatchObject({ rows: 11, slots: 2, quarantined: 9 });
  });

  test('a clock time without an offset needs a zone that somebody vouched for', () => {
    const text =
      'slot_id,appointment_date,appointment_time,is_available\n1,2026-11-24,08:00:00,True\n2,2026-11-24,08:00:00-07:00,True\n';
    const unvouched = read('slots.csv', text, EXAMPLE, null);
    expect(reasons(unvouched)).toEqual(['2 start naive_time']);
    expect(unvouched.slots.map(({ start }) => start)).toEqual([Date.parse('2026-11-24T08:00:00-07:00')]);
    expect(read('slots.csv', text).slots.map(({ start }) => start)).toEqual([
      Date.parse('2026-11-24T08:00:00-06:00'),
      Date.parse('2026-11-24T08:00:00-07:00'),
    ]);
  });

  test('appointments with codes of their own, an end, and a constant location', () => {
    const rows = read(
      'book.csv',
      [
        '\uFEFFNo,Patient,From,To,State,Kind',
        'a1,p1,2026-11-24 14:30,2026-11-24 15:00,OK,cleaning',
        'a2,p2,2026-11-24T14:30:00Z,2026-11-24T15:00:00Z,X,',
        'a3,,2026-11-24 14:30,2026-11-24 15:00,OK,cleaning',
        'a4,p4,2026-11-24 14:30,2026-11-24 14:00,OK,cleaning',
        'a5,p5,2026-11-24 14:30,2026-11-24 15:00,maybe,cleaning',
      ].join('\r\n'),
      APPOINTMENTS,
    );
    expect(rows.appointments).toEqual([
      {
        external: 'a1',
        version: '0',
        status: 'booked',
        participation: 'needs-action',
        patient: 'p1',
        location: 'loc-chicago',
        provider: null,
        visitTypeCode: 'cleaning',
        slots: [],
        start: Date.parse('2026-11-24T14:30:00-06:00'),
        end: Date.parse('2026-11-24T15:00:00-06:00'),
      },
      expect.objectContaining({
        external: 'a2',
        status: 'cancelled',
        visitTypeCode: null,
        start: Date.parse('2026-11-24T14:30:00Z'),
      }),
    ]);
    expect(reasons(rows)).toEqual(['4 patient missing', '5 end before_start', '6 status unknown_code']);
  });

  test('quoted cells may hold commas and line breaks', () => {
    const rows = read(
      'patients.csv',
      'patient_id,name,dob\n1,"Ada\nMarsh, Dr.",1980-01-01\n2,Bo Lind,1990-02-31\n',
    );
    expect(rows.patients.map(({ familyName }) => familyName)).toEqual(['Marsh, Dr.']);
    expect(reasons(rows)).toEqual(['4 birthDate malformed_date']);
  });

  test('a phone makes somebody reachable, an impossible one does not', () => {
    const map = mapOf({
      files: { 'p.csv': { rows: 'patients', fields: { id: 'id', name: 'n', phone: 'tel', deceased: 'd' } } },
    });
    const rows = read('p.csv', 'id,n,tel,d\n1,A B,(312) 555-0110,no\n2,C D,12,yes\n3,E F,,1\n', map);
    expect(rows.counts).toMatchObject({ patients: 3, unreachable: 2 });
    expect(rows.patients.map(({ deceased }) => deceased)).toEqual([false, true, true]);
  });

  test('a file that the map does not name, and a column that is not there, are said before any row is read', () => {
    const files = [
      { name: 'rooms.csv', text: 'id\n1\n' },
      { name: 'patients.csv', text: 'patient_id,born\n1,1980-01-01\n' },
    ];
    expect(readCsvFiles(files, EXAMPLE, CHICAGO)).toEqual({
      ok: false,
      error: [
        'rooms.csv: the map does not say what its columns mean',
        'patients.csv: there is no column "name"; there is patient_id, born',
        'patients.csv: there is no column "dob"; there is patient_id, born',
      ],
    });
  });

  test('a wrong map names every mistake', () => {
    expect(parseColumnMap('{')).toEqual({ ok: false, error: ['the map is not JSON'] });
    const wrong = parseColumnMap(
      JSON.stringify({
        files: {
          'a.csv': { rows: 'slots', fields: { id: 'id', start: {}, colour: 'c' } },
          'b.csv': { rows: 'rooms' },
        },
      }),
    );
    if (wrong.ok) throw new Error('it was taken');
    expect(wrong.error.join('\n')).toMatch(/a\.csv\.fields\.status/);
    expect(wrong.error.join('\n')).toMatch(/colour/);
    expect(wrong.error.join('\n')).toMatch(/b\.csv/);
  });

  test('whatever the rows hold, the counts add up', () => {
    const cell = fc.oneof(
      fc.constantFrom(
        '1',
        '2',
        '2026-11-24',
        '08:00:00',
        '2026-11-24T10:00:00Z',
        'True',
        'False',
        '',
        '"',
        'x,y',
        '"a\nb"',
      ),
      fc.string({ maxLength: 6 }),
    );
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 12 }), (table) => {
        const text = `slot_id,appointment_date,appointment_time,is_available\n${table.map((row) => row.join(',')).join('\n')}`;
        const { counts, quarantined, slots } = read('slots.csv', text);
        expect(counts.rows).toBe(
          counts.patients + counts.appointments + counts.slots + counts.other + counts.quarantined,
        );
        for (const { reason } of quarantined) kinds.add(reason);
        if (slots.length > 0) kinds.add('slot');
      }),
      {
        seed: 7,
        numRuns: 400,
        examples: [
          [
            [
              ['1', '2026-11-24', '08:00:00', 'True'],
              ['1', '2026-11-24', '08:00:00', 'True'],
            ],
          ],
        ],
      },
    );
    expect([...kinds]).toEqual(
      expect.arrayContaining(['slot', 'duplicate', 'missing', 'malformed_row', 'unknown_code']),
    );
  });
});
