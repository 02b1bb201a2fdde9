/** Holds docker-compose.yml and the Dockerfile against the code; no engine is needed. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROLES, parseCommandLine } from '../../src/runtime/commandLine.ts';
import { SETTING_NAMES, readConfig } from '../../src/runtime/config.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const Service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  volumes: z.array(z.string()),
  restart: z.string(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const compose = z
  .object({
    services: z.record(z.string(), Service),
    networks: z.record(z.string(), z.object({ internal: z.boolean().optional() }).nullable()),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));

const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.image === 'rollcall');

/** One Dockerfile instruction a line, comments left out. */
const instructions = read('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const all = (word: string): readonly string[] =>
  instructions.filter((one) => one.word === word).map(({ rest }) => rest);

/** What interpolation makes of a value when everything that is asked for is given. */
function filledIn(value: string | number): string {
  return String(value).replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind?: string, text?: string) => (kind === '-' ? (text ?? '') : (GIVEN[name] ?? '')),
  );
}
const GIVEN: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: 'secret',
  OPERATOR_TOKEN: 'sixteen-characters',
  PUBLIC_URL: 'https://calls.example.org',
  MEDIA_PUBLIC_URL: 'wss://media.example.org',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  DEEPGRAM_API_KEY: 'key',
  ANTHROPIC_API_KEY: 'key',
  ELEVENLABS_API_KEY: 'key',
  SCHEDULER_URL: 'https://ehr.example.org/fhir',
};

describe('docker-compose.yml', () => {
  test('has one service for each role, the pages, the migration and the two stores, and no other', () => {
    expect(services.map(([name]) => name).toSorted()).toEqual(
      [...ROLES, 'migrate', 'postgres', 'redis', 'web'].toSorted(),
    );
  });

  test.each(ours)(
    '%s runs a command that the product has, and the one it is named for',
    (name, { command }) => {
      const typed = parseCommandLine(command ?? []);
      if (!typed.ok) throw new Error(JSON.stringify(typed.error));
      const { command: meant } = typed.value;
      expect(meant.name === 'worker' ? meant.role : meant.name).toBe(name);
    },
  );

  test.each(ours)(
    '%s is given settings that exist, and they are right together',
    (_name, { environment = {} }) => {
      expect(
        Object.keys(environment).filter((name) => !SETTING_NAMES.some((known) => known === name)),
      ).toEqual([]);
      const given = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [name, filledIn(value)]),
      );
      expect(readConfig(given)).toMatchObject({
        dataDir: '/data',
        database: { kind: 'external' },
        queues: { kind: 'redis' },
        http: { host: '0.0.0.0', port: 3000, operatorToken: GIVEN['OPERATOR_TOKEN'] },
        twilio: { kind: 'real' },
        deepgram: { kind: 'real' },
        anthropic: { kind: 'real' },
        elevenlabs: { kind: 'real' },
        scheduler: { kind: 'fhir' },
      });
    },
  );

  test('can be given every setting but those of the emulators', () => {
    const settable = Object.keys(compose.services['web']?.environment ?? {});
    expect(SETTING_NAMES.filter((name) => !settable.includes(name))).toEqual(['EMULATOR_PROFILE']);
  });

  test('asks for nothing under a name that the product does not know', () => {
    const asked = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map((match) => match[1] ?? '');
    const known: readonly string[] = [...SETTING_NAMES, 'POSTGRES_PASSWORD'];
    expect(asked.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('publishes the pages and the media socket, on loopback alone, at the port they listen on', () => {
    const published = Object.fromEntries(
      services.map(([name, { ports }]) => [name, ports]).filter(([, ports]) => ports?.length),
    );
    expect(Object.keys(published).toSorted()).toEqual(['call', 'web']);
    for (const port of Object.values(published).flat()) expect(port).toMatch(/^127\.0\.0\.1:\d+:3000$/);
    expect(readConfig({}).http.port).toBe(3000);
    expect(all('EXPOSE')).toEqual(['3000']);
  });

  test('every service that listens says how it is known to be well', () => {
    const listening = services.filter(
      ([name, { ports }]) => ports.length > 0 || ['postgres', 'redis'].includes(name),
    );
    expect(listening.filter(([, { healthcheck }]) => healthcheck === undefined)).toEqual([]);
  });

  test('no role starts before the database is migrated and Redis is up', () => {
    for (const [name, { depends_on: needs }] of ours.filter(([one]) => one !== 'migrate')) {
      expect([name, needs]).toEqual([
        name,
        { migrate: { condition: 'service_completed_successfully' }, redis: { condition: 'service_healthy' } },
      ]);
    }
    expect(compose.services['migrate']).toMatchObject({
      restart: 'no',
      depends_on: { postgres: { condition: 'service_healthy' } },
    });
  });

  test('the stores keep what they are given, evict nothing, and are reached from inside alone', () => {
    const { postgres, redis } = compose.services;
    expect(postgres?.image).toBe('postgres:18');
    expect(redis?.command?.join(' ')).toBe('redis-server --maxmemory-policy noeviction --appendonly yes');
    expect(compose.networks['inside']).toEqual({ internal: true });
    for (const store of [postgres, redis]) {
      expect(store?.networks).toEqual(['inside']);
      expect(Object.keys(compose.volumes)).toContain(store?.volumes[0]?.split(':')[0]);
    }
  });
});

describe('the Dockerfile', () => {
  test('runs what npm start runs, as somebody other than root, on a Node that will do', () => {
    const manifest = z
      .object({ scripts: z.object({ start: z.string() }), engines: z.object({ node: z.string() }) })
      .parse(JSON.parse(read('package.json')));
    const entry = z.array(z.string()).parse(JSON.parse(all('ENTRYPOINT')[0] ?? '[]'));
    const command = z.array(z.string()).parse(JSON.parse(all('CMD')[0] ?? '[]'));
    expect([...entry, ...command].filter((word) => word !== '--enable-source-maps').join(' ')).toBe(
      manifest.scripts.start,
    );
    expect(all('USER')).toEqual(['node']);
    for (const from of all('FROM')) expect(from).toMatch(/^node:20-bookworm-slim/);
    expect(manifest.engines.node).toMatch(/^>=20/);
    expect(all('ENV').join(' ')).toContain('DATA_DIR=/data');
  });

  test('copies what is there, and .dockerignore lets it through', () => {
    const copied = all('COPY')
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    const through = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(copied.filter((path) => !through.includes(path))).toEqual([]);
  });

  describe('what is in the image', () => {
    const image = mkdtempSync(join(tmpdir(), 'rollcall-image-'));
    afterAll(() => rmSync(image, { recursive: true, force: true }));

    test('is enough to run on', { timeout: 60_000 }, async () => {
      for (const rest of all('COPY').filter((one) => !one.startsWith('--from'))) {
        const paths = rest.split(' ').slice(0, -1);
        for (const path of paths) cpSync(join(root, path), join(image, path), { recursive: true });
      }
      symlinkSync(join(root, 'node_modules'), join(image, 'node_modules'));
      const entry = z.array(z.string()).parse(JSON.parse(all('ENTRYPOINT')[0] ?? '[]'));
      const { stdout } = await promisify(execFile)(process.execPath, [...entry.slice(1), '--help'], {
        cwd: image,
      });
      expect(stdout).toContain('worker <role>');
    });
  });
});
