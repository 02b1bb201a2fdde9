import { describe, expect, test } from 'vitest';
import { ROLES, USAGE, parseCommandLine } from '../../../src/runtime/commandLine.ts';

const typed = (line: string) => parseCommandLine(line === '' ? [] : line.split(' '));
const command = (line: string) => {
  const parsed = typed(line);
  return parsed.ok ? parsed.value.command : parsed.error;
};

describe('what can be typed', () => {
  test.each([
    ['start', { name: 'start', once: false, calls: null }],
    ['start --once --json --calls 40', { name: 'start', once: true, calls: 40 }],
    ['schedule', { name: 'schedule', calls: null }],
    ['plan --calls 3', { name: 'plan', calls: 3 }],
    ['worker outcome', { name: 'worker', role: 'outcome' }],
    ['report', { name: 'report', date: null }],
    ['report 2026-11-24', { name: 'report', date: '2026-11-24' }],
    ['replay a1', { name: 'replay', call: 'a1' }],
    ['pause the server room is on fire', { name: 'pause', reason: 'the server room is on fire' }],
    ['import --practice p.json', { name: 'import', files: [], practice: 'p.json', map: null, zone: null }],
    [
      'import a.csv --map m.json --zone America/Chicago',
      { name: 'import', files: ['a.csv'], practice: null, map: 'm.json', zone: 'America/Chicago' },
    ],
  ])('%s', (line, expected) => {
    expect(command(line)).toEqual(expected);
  });

  test('--json and --silent go with every command', () => {
    expect(typed('report --json --silent')).toMatchObject({ ok: true, value: { json: true, silent: true } });
  });
});

describe('what cannot be typed gets one line that says what to do', () => {
  test.each([
    ['fly', 'there is no command "fly".'],
    ['start --calls many', '--calls must be a whole number above 0, not "many".'],
    ['start --calls 0', '--calls must be a whole number above 0, not "0".'],
    ['worker', `worker needs a role: ${ROLES.join(', ')}.`],
    ['worker night', `worker needs a role: ${ROLES.join(', ')}.`],
    ['import', 'import needs a file, or --practice FILE.'],
    ['import a.csv', 'a CSV needs --map FILE, which says what its columns mean.'],
    ['report yesterday', 'report takes a date like 2026-11-24, not "yesterday".'],
    ['replay', 'replay needs the id of a call; the report lists them.'],
    ['pause', 'pause needs a reason, which is kept with it.'],
    ['report --once', 'report does not take --once.'],
    ['start --zone America/Chicago', 'start does not take --zone.'],
  ])('%s', (line, expected) => {
    expect(command(line)).toEqual({ kind: 'wrong', line: expected });
  });

  test('an option that nobody knows is named', () => {
    expect(command('start --fast')).toMatchObject({ kind: 'wrong', line: expect.stringContaining('--fast') });
  });
});

test('no command, help and --help ask for the usage, which names every command', () => {
  for (const line of ['', 'help', 'start --help']) expect(command(line)).toEqual({ kind: 'help' });
  for (const name of [
    'start',
    'schedule',
    'plan',
    'worker',
    'web',
    'migrate',
    'import',
    'report',
    'replay',
    'pause',
    'resume',
  ])
    expect(USAGE).toContain(name);
});
