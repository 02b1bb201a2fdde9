/** Holds the tree against the house's rules (support/architecture/rules.ts), and the check itself against breaches made up for it. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Tree, breachesIn, importsOf, packageOf } from './support/architecture/breaches.ts';
import { STAGES, VERBS } from './support/architecture/rules.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

function readTree(): Tree {
  const files = ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const ours = files.filter(
    (file) => !file.startsWith('src/generated/') && !file.startsWith('src/web/public/'),
  );
  return new Map(ours.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

describe('the house', () => {
  const tree = readTree();

  test('is there: more than 60 files were seen, and every stage has its verb', () => {
    expect(tree.size).toBeGreaterThan(60);
    const missing = STAGES.flatMap((stage) => VERBS[stage].map((verb) => `src/${stage}/${verb}.ts`)).filter(
      (file) => !tree.has(file),
    );
    expect(missing).toEqual([]);
  });

  test('keeps its rules', () => {
    expect(breachesIn(tree)).toEqual([]);
  });

  test('runs without development packages', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest).toHaveProperty('dependencies');
    const atRunTime = [...tree.values()].map((text) => text.replaceAll(/^import type [^;]*;/gm, ''));
    const packages = new Set(
      atRunTime
        .flatMap(importsOf)
        .filter((name) => !/^(\.|node:)/.test(name))
        .map(packageOf),
    );
    expect(packages.size).toBeGreaterThan(5);
    for (const name of packages) expect(manifest).toHaveProperty(['dependencies', name]);
  });
});

/** A small house that keeps every rule. */
const SOUND: Readonly<Record<string, string>> = {
  'src/domain/time.ts': `export type Instant = number;`,
  'src/domain/localTime.ts': `import { DateTime } from 'luxon';\nimport type { Instant } from './time.ts';`,
  'src/ports/clock.ts': `import type { Instant } from '../domain/time.ts';`,
  'src/dial/pacing.ts': `import type { Instant } from '../domain/time.ts';`,
  'src/dial/placeCall.ts': `import { pacing } from './pacing.ts';\nimport type { Clock } from '../ports/clock.ts';`,
  'src/schedule/dueCalls.ts': `import type { Instant } from '../domain/time.ts';`,
  'src/adapters/twilio/rest.ts': `import twilio from 'twilio';\nimport { z } from 'zod';\nimport { createHmac } from 'node:crypto';`,
  'src/adapters/prisma/calls.ts': `import { PrismaClient } from '../../generated/prisma/client.ts';`,
  'src/emulators/twilio/rest.ts': `import { WebSocketServer } from 'ws';\nimport { sign } from '../wire/sign.ts';`,
  'src/emulators/wire/sign.ts': `import { createHmac } from 'node:crypto';`,
  'src/web/server.ts': `import { Hono } from 'hono';\nimport { when } from '../schedule/dueCalls.ts';`,
  'src/runtime/compose.ts': `import { rest } from '../adapters/twilio/rest.ts';\nimport { call } from '../../workers/call.ts';`,
  'src/runtime/emulatedVendors.ts': `const at = new URL('../emulators/twilio/rest.ts', import.meta.url);`,
  'src/main.ts': `import { compose } from './runtime/compose.ts';`,
  'workers/call.ts': `import { placeCall } from '../src/dial/placeCall.ts';`,
};

const withFile = (file: string, text: string): Tree => new Map(Object.entries({ ...SOUND, [file]: text }));

describe('the check', () => {
  test('finds nothing in a house that keeps every rule', () => {
    expect(breachesIn(new Map(Object.entries(SOUND)))).toEqual([]);
  });

  test.each<[string, string, string, string]>([
    [
      'a word that knows an adapter',
      'src/domain/call.ts',
      `import { rest } from '../adapters/twilio/rest.ts';`,
      'src/domain/call.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'a word that knows a port',
      'src/domain/call.ts',
      `import type { Clock } from '../ports/clock.ts';`,
      'src/domain/call.ts: may not import src/ports/clock.ts',
    ],
    [
      'luxon outside its file',
      'src/domain/phone.ts',
      `import { DateTime } from 'luxon';`,
      'src/domain/phone.ts: may not use the package luxon',
    ],
    [
      'a port with a vendor',
      'src/ports/telephony.ts',
      `import type { Twilio } from 'twilio';`,
      'src/ports/telephony.ts: may not use the package twilio',
    ],
    [
      'a stage that knows another',
      'src/dial/placeCall.ts',
      `import { due } from '../schedule/dueCalls.ts';`,
      'src/dial/placeCall.ts: may not import src/schedule/dueCalls.ts',
    ],
    [
      'a noun that knows a port, if only its type',
      'src/dial/pacing.ts',
      `import type { Clock } from '../ports/clock.ts';`,
      'src/dial/pacing.ts: may not import src/ports/clock.ts',
    ],
    [
      'a noun that knows a verb',
      'src/dial/callProgress.ts',
      `import { placeCall } from './placeCall.ts';`,
      'src/dial/callProgress.ts: decides, so it may not import src/dial/placeCall.ts, which acts',
    ],
    [
      'a verb that knows an adapter',
      'src/dial/placeCall.ts',
      `import { rest } from '../adapters/twilio/rest.ts';`,
      'src/dial/placeCall.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'an adapter that knows another',
      'src/adapters/deepgram/flux.ts',
      `import { rest } from '../twilio/rest.ts';`,
      'src/adapters/deepgram/flux.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      "an adapter with another's package",
      'src/adapters/deepgram/flux.ts',
      `import twilio from 'twilio';`,
      'src/adapters/deepgram/flux.ts: may not use the package twilio',
    ],
    [
      'an adapter that nobody listed',
      'src/adapters/acme/rest.ts',
      `import { z } from 'zod';`,
      'src/adapters/acme/rest.ts: the house has no such place',
    ],
    [
      'an emulator that knows our codec',
      'src/emulators/twilio/media.ts',
      `import { decode } from '../../adapters/twilio/rest.ts';`,
      'src/emulators/twilio/media.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'an emulator that knows our words',
      'src/emulators/twilio/media.ts',
      `import type { Instant } from '../../domain/time.ts';`,
      'src/emulators/twilio/media.ts: may not import src/domain/time.ts',
    ],
    [
      "an emulator that checks itself with the vendor's package",
      'src/emulators/twilio/sign.ts',
      `import twilio from 'twilio';`,
      'src/emulators/twilio/sign.ts: may not use the package twilio',
    ],
    [
      'an adapter that knows an emulator',
      'src/adapters/twilio/media.ts',
      `import { sign } from '../../emulators/wire/sign.ts';`,
      'src/adapters/twilio/media.ts: may not import src/emulators/wire/sign.ts',
    ],
    [
      'a route with vendor logic',
      'src/web/twilioRoutes.ts',
      `import { rest } from '../adapters/twilio/rest.ts';`,
      'src/web/twilioRoutes.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'a worker that knows an adapter',
      'workers/fill.ts',
      `import { rest } from '../src/adapters/twilio/rest.ts';`,
      'workers/fill.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'an adapter named outside the composition',
      'src/runtime/config.ts',
      `import { rest } from '../adapters/twilio/rest.ts';`,
      'src/runtime/config.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'an emulator started from elsewhere',
      'src/runtime/doctor.ts',
      `const at = new URL('../emulators/twilio/rest.ts', import.meta.url);`,
      'src/runtime/doctor.ts: may not import src/emulators/twilio/rest.ts',
    ],
    [
      'a way round through a dynamic import',
      'src/dial/pacing.ts',
      `const clock = await import('../ports/clock.ts');`,
      'src/dial/pacing.ts: may not import src/ports/clock.ts',
    ],
    [
      'a way round through a re-export',
      'src/domain/index.ts',
      `export { rest } from '../adapters/twilio/rest.ts';`,
      'src/domain/index.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'an import over several lines',
      'src/domain/many.ts',
      `import {\n  rest,\n} from '../adapters/twilio/rest.ts';`,
      'src/domain/many.ts: may not import src/adapters/twilio/rest.ts',
    ],
    [
      'a file that is not there',
      'src/domain/call.ts',
      `import { gone } from './gone.ts';`,
      'src/domain/call.ts: src/domain/gone.ts does not exist',
    ],
    [
      'a folder that the house does not have',
      'src/utils/misc.ts',
      '',
      'src/utils/misc.ts: the house has no such place',
    ],
    [
      'a file that is too long',
      'src/domain/long.ts',
      '\n'.repeat(301),
      'src/domain/long.ts: 301 lines, 300 at most',
    ],
    [
      'a cycle',
      'src/domain/time.ts',
      `import { local } from './localTime.ts';`,
      'cycle: src/domain/time.ts -> src/domain/localTime.ts -> src/domain/time.ts',
    ],
  ])('finds %s', (_name, file, text, breach) => {
    expect(breachesIn(withFile(file, text))).toEqual([breach]);
  });
});
