import { expect, test } from 'vitest';
import type { Layout } from '../../../src/runtime/postgres/layout.ts';
import { readServerFailure } from '../../../src/runtime/postgres/failure.ts';
import { StartupError, explainFileError } from '../../../src/runtime/startupError.ts';

const layout: Layout = {
  account: null,
  home: '/data/postgres',
  cluster: '/data/postgres/cluster',
  password: '/data/postgres/cluster/rollcall_password',
  log: '/data/postgres/postgres.log',
  native: '/data/postgres/native',
};

test.each<[string, RegExp]>([
  ['ENOSPC', /^The disk that holds \/data is full\. Free some space there, or set DATA_DIR/],
  ['EACCES', /^\/data belongs to another account or may not be written to\. Run as the account that owns it/],
  ['EROFS', /^\/data is on a read-only disk\. Set DATA_DIR/],
  ['ENOTDIR', /^\/data is a file where a folder is needed\./],
  ['EFBIG', /^Files in \/data may not grow as large as they must\. Raise the limit/],
  ['53100', /^The disk that holds \/data is full\./],
])('%s is a line that says what to do', (code, line) => {
  const said = explainFileError(Object.assign(new Error('x'), { code }), '/data');
  expect(said).toBeInstanceOf(StartupError);
  expect(said.message).toMatch(line);
});

test('a full disk is recognised through whoever passes the error on', () => {
  const cause = new Error('could not extend file "base/1": No space left on device');
  const said = explainFileError(new Error('the query failed', { cause }), '/data');
  expect(said.message).toMatch(/^The disk that holds \/data is full/);
});

test('an error that nobody foresaw stays what it is', () => {
  const bug = new TypeError('undefined is not a function');
  expect(explainFileError(bug, '/data')).toBe(bug);
});

// In the words of PostgreSQL 18.
test.each<[string, string, string | RegExp]>([
  ['somebody was faster', 'FATAL:  lock file "postmaster.pid" already exists', 'locked'],
  [
    'the port was taken meanwhile',
    'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use\nFATAL:  could not create any TCP/IP sockets',
    'port_taken',
  ],
  [
    'full disk while starting',
    'FATAL:  could not write lock file "postmaster.pid": No space left on device',
    /^The disk that holds \/data\/postgres is full/,
  ],
  [
    'full disk while making',
    'initdb: error: could not write to file "base/1/1255": No space left on device',
    /^The disk that holds \/data\/postgres is full/,
  ],
  [
    'another owner',
    'FATAL:  data directory "/data/postgres/cluster" has wrong ownership',
    /belongs to another account/,
  ],
  ['another version', 'FATAL:  database files are incompatible with server', /another major version/],
  [
    'damaged control file',
    'PANIC:  could not open file "global/pg_control": No such file or directory',
    /is damaged\. Move \/data\/postgres away/,
  ],
  ['no checkpoint', 'PANIC:  could not locate a valid checkpoint record at 0/1B87F08', /is damaged/],
  ['no memory', 'FATAL:  could not map anonymous shared memory: Cannot allocate memory', /too little memory/],
  [
    'no glibc',
    "/native/bin/postgres: /lib/libc.so.6: version `GLIBC_2.28' not found",
    /needs glibc\. Set DATABASE_URL/,
  ],
  [
    'anything else',
    'FATAL:  the moon is full',
    /did not start\. Its reason stands at the end of \/data\/postgres\/postgres\.log/,
  ],
])('%s', (_name, said, expected) => {
  const failure = readServerFailure(said, layout);
  if (typeof expected === 'string') expect(failure).toBe(expected);
  else expect(failure instanceof StartupError ? failure.message : failure).toMatch(expected);
});
