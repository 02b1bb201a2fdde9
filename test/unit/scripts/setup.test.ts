import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const SETUP = join(dirname(fileURLToPath(import.meta.url)), '../../../scripts/setup.mjs');
const PLATFORM = `${process.platform}-${process.arch}`;

/** Stands in for npm: notes what it was asked, and installs the lock's packages as empty folders, the way npm ci writes them down. */
const NPM = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
appendFileSync('asked', process.argv.slice(2).join(' ') + '\\n');
if (existsSync('npm-says')) { process.stderr.write(readFileSync('npm-says', 'utf8')); process.exit(1); }
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
rmSync('node_modules', { recursive: true, force: true });
const kept = Object.entries(packages).filter(([path, entry]) => path !== '' && !(entry.dev && process.argv.includes('--omit=dev')) && !entry.foreign);
for (const [path] of kept) { mkdirSync(path, { recursive: true }); writeFileSync(path + '/package.json', '{}'); }
mkdirSync('node_modules', { recursive: true });
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(kept) }));
`;

let root: string;

const at = (path: string): string => join(root, path);
const asked = (): readonly string[] =>
  existsSync(at('asked')) ? readFileSync(at('asked'), 'utf8').trim().split('\n') : [];

const entry = (version: string) => ({ version, integrity: `sha512-${version}` });

function lock(versions: Readonly<Record<string, string>> = {}): void {
  const packages = {
    '': { name: 'rollcall' },
    'node_modules/zod': entry(versions['zod'] ?? '4.0.0'),
    'node_modules/vitest': { ...entry('4.1.0'), dev: true },
    [`node_modules/@esbuild/${PLATFORM}`]: { ...entry('1.0.0'), optional: true },
    'node_modules/@esbuild/elsewhere-x64': { ...entry('1.0.0'), optional: true, foreign: true },
  };
  writeFileSync(at('package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }));
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function setup(mode: 'start' | 'test', env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [at('scripts/setup.mjs'), mode], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], TMPDIR: at('tmp'), npm_execpath: at('npm.mjs'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const [code] = await once(child, 'close');
  return { code: Number(code), out, err };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rollcall setup '));
  mkdirSync(at('scripts'));
  mkdirSync(at('tmp'));
  copyFileSync(SETUP, at('scripts/setup.mjs'));
  writeFileSync(at('npm.mjs'), NPM);
  lock();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('before the product starts', () => {
  test('a fresh clone gets what is needed to run, once, and standard output stays empty', async () => {
    const first = await setup('start');
    expect(first).toMatchObject({ code: 0, out: '' });
    expect(first.err).toMatch(/^Installing packages .*\nPackages installed in \d+ s\.\n$/);
    expect(asked()).toEqual([expect.stringMatching(/^ci --omit=dev --ignore-scripts /)]);

    expect(await setup('start')).toEqual({ code: 0, out: '', err: '' });
    expect(asked()).toHaveLength(1);
  });

  test('tests get the development packages too, and a start after that takes nothing away', async () => {
    await setup('start');
    await setup('test');
    expect(asked()[1]).toMatch(/^ci --include=dev /);
    await setup('start');
    expect(asked()).toHaveLength(2);
    lock({ zod: '4.0.1' });
    await setup('start');
    expect(asked()[2]).toMatch(/^ci --include=dev /);
  });

  test.each<[string, () => void]>([
    ['the lock names another version', () => lock({ zod: '4.0.1' })],
    ['a package was removed by hand', () => rmSync(at('node_modules/zod'), { recursive: true })],
    ['an install was broken off', () => rmSync(at('node_modules/.package-lock.json'))],
    [
      "this machine's programs are missing",
      () => rmSync(at(`node_modules/@esbuild/${PLATFORM}`), { recursive: true }),
    ],
  ])('installs again when %s', async (_name, change) => {
    await setup('start');
    change();
    expect(await setup('start')).toMatchObject({ code: 0 });
    expect(asked()).toHaveLength(2);
  });

  test('says nothing when npm is silent', async () => {
    expect(await setup('start', { npm_config_loglevel: 'silent' })).toEqual({ code: 0, out: '', err: '' });
    expect(asked()).toHaveLength(1);
  });

  test('of two that run at once one installs and the other waits for it', async () => {
    const both = await Promise.all([setup('test'), setup('test')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(asked()).toHaveLength(1);
  });
});

describe('what goes wrong is one line at the end that says what to do', () => {
  test.each<[string, string, RegExp]>([
    ['no network', 'npm error code ENOTFOUND', /The package registry cannot be reached\. Check the network/],
    ['a full disk', 'npm error code ENOSPC', /The disk that holds .* is full\. Free about 700 MB/],
    [
      "somebody else's folder",
      'npm error code EACCES',
      /node_modules may not be written to\. Run as the account that owns/,
    ],
    [
      'anything else',
      'npm error code EWEIRD',
      /Installing the packages failed\. Run npm ci to see all of it/,
    ],
  ])('%s', async (_name, said, line) => {
    writeFileSync(at('npm-says'), `${said}\n`);
    const ended = await setup('start');
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err.trim().split('\n').at(-1)).toMatch(line);
  });

  test('an install that leaves something out', async () => {
    writeFileSync(
      at('npm.mjs'),
      NPM.replace('!entry.foreign', "!entry.foreign && path !== 'node_modules/zod'"),
    );
    const ended = await setup('start');
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(
      /npm ci ended well, but node_modules\/zod does not fit package-lock\.json\. Remove node_modules/,
    );
  });

  test('a lock that cannot be read', async () => {
    writeFileSync(at('package-lock.json'), '<<<<<<<');
    expect(await setup('start')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^package-lock\.json cannot be read\. Restore it/),
    });
  });

  test('a Node that is too old', async () => {
    const source = readFileSync(at('scripts/setup.mjs'), 'utf8');
    writeFileSync(at('scripts/setup.mjs'), source.replace(/NODE_MIN = \[.*\]/, 'NODE_MIN = [99, 1]'));
    const ended = await setup('start');
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(
      /^Rollcall needs Node 99\.1 or newer, and this is v.*\. Install it from .* run the same command again\.\n$/,
    );
    expect(asked()).toEqual([]);
  });
});
