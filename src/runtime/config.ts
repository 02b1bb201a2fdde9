/**
 * Every setting there is: name, unit, bounds, default. Read once at start; the pieces are passed down to whoever needs them.
 * An empty value means "not set", because that is what a compose file makes of a variable that nobody gave.
 */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { StartupError } from './startupError.ts';

const EMULATOR_PROFILES = ['zero', 'brief', 'peers', 'measured'] as const;
type EmulatorProfile = (typeof EMULATOR_PROFILES)[number];

const urlOf = (...schemes: readonly string[]): z.ZodType<string> =>
  z
    .string()
    .refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), {
      error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    })
    .transform((text) => text.replace(/\/+$/, ''));

const secret = (from: string): z.ZodType<string> =>
  z.string().regex(/^\S+$/, `must be the ${from}, without spaces`);

const SETTINGS = {
  /** PostgreSQL 13 or later. Not set: the built-in one, in DATA_DIR. */
  DATABASE_URL: urlOf('postgres', 'postgresql'),
  /** Redis 7, noeviction. Not set: the queues live in PostgreSQL. */
  REDIS_URL: urlOf('redis', 'rediss'),
  /** Address to listen on. Anything but loopback needs OPERATOR_TOKEN. */
  HOST: z.string().regex(/^[A-Za-z0-9.:-]+$/, 'must be an address or a host name'),
  PORT: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(0, 'must be 0 to 65535')
    .max(65_535, 'must be 0 to 65535'),
  /** How the phone company reaches the web role. */
  PUBLIC_URL: urlOf('https', 'http'),
  /** How the phone company reaches this process's media socket. Not set: PUBLIC_URL with wss. */
  MEDIA_PUBLIC_URL: urlOf('wss', 'ws'),
  DATA_DIR: z.string(),
  /** What an operator's browser must show when it does not come from this machine. */
  OPERATOR_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .regex(/^\S+$/, 'may not have spaces'),
  TWILIO_ACCOUNT_SID: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hexadecimal digits'),
  TWILIO_AUTH_TOKEN: secret("account's auth token"),
  TWILIO_API_BASE_URL: urlOf('https', 'http'),
  /** Calls started per second; Twilio gives 1 to a new account. */
  TWILIO_CPS: z.coerce
    .number('must be a number')
    .min(0.1, 'must be 0.1 to 100')
    .max(100, 'must be 0.1 to 100'),
  DEEPGRAM_API_KEY: secret("project's API key"),
  DEEPGRAM_BASE_URL: urlOf('https', 'http', 'wss', 'ws'),
  ANTHROPIC_API_KEY: secret("workspace's API key"),
  ANTHROPIC_BASE_URL: urlOf('https', 'http'),
  ANTHROPIC_MODEL: z.string().regex(/^[\w.:@/-]+$/, "must be a model's id"),
  ELEVENLABS_API_KEY: secret("account's API key"),
  ELEVENLABS_BASE_URL: urlOf('https', 'http', 'wss', 'ws'),
  SCHEDULER_KIND: z.enum(['fhir', 'rest', 'csv'], { error: 'must be fhir, rest or csv' }),
  SCHEDULER_URL: urlOf('https', 'http', 'file'),
  SCHEDULER_TOKEN: secret("scheduling system's access token"),
  /** How fast the emulated vendors are. */
  EMULATOR_PROFILE: z.enum(EMULATOR_PROFILES, { error: `must be one of ${EMULATOR_PROFILES.join(', ')}` }),
} as const;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);

type Given = { -readonly [K in SettingName]?: z.output<(typeof SETTINGS)[K]> };

/** A vendor is emulated until it has its credentials. `baseUrl` null = the vendor's own. */
export type Vendor<Credentials> =
  | { readonly kind: 'emulated' }
  | ({ readonly kind: 'real'; readonly baseUrl: string | null } & Credentials);

export interface Config {
  readonly dataDir: string;
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly url: string };
  readonly queues: { readonly kind: 'postgres' } | { readonly kind: 'redis'; readonly url: string };
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Null = whatever this process listens on. */
    readonly publicUrl: string | null;
    readonly mediaPublicUrl: string | null;
    readonly operatorToken: string | null;
  };
  readonly callsPerSecond: number;
  readonly twilio: Vendor<{ readonly accountSid: string; readonly authToken: string }>;
  readonly deepgram: Vendor<{ readonly apiKey: string }>;
  readonly anthropic: Vendor<{ readonly apiKey: string }>;
  readonly anthropicModel: string;
  readonly elevenlabs: Vendor<{ readonly apiKey: string }>;
  readonly scheduler:
    | { readonly kind: 'emulated' }
    | { readonly kind: 'fhir' | 'rest' | 'csv'; readonly url: string; readonly token: string | null };
  readonly emulatorProfile: EmulatorProfile;
}

/** Addresses that only this machine can reach. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

const hostOf = (url: string): string => new URL(url).hostname;

function parseEach(env: Readonly<Record<string, string | undefined>>, mistakes: string[]): Given {
  const given: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const text = env[name]?.trim() ?? '';
    if (text === '') continue;
    const parsed = SETTINGS[name].safeParse(text);
    if (parsed.success) given[name] = parsed.data;
    else mistakes.push(`${name} ${parsed.error.issues[0]?.message ?? 'is wrong'}.`);
  }
  return given;
}

/** Pairs of which one half is of no use: [when this is set, this must be too]. */
const NEEDS: readonly (readonly [SettingName, SettingName])[] = [
  ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'],
  ['TWILIO_AUTH_TOKEN', 'TWILIO_ACCOUNT_SID'],
  ['TWILIO_API_BASE_URL', 'TWILIO_ACCOUNT_SID'],
  ['DEEPGRAM_BASE_URL', 'DEEPGRAM_API_KEY'],
  ['ANTHROPIC_BASE_URL', 'ANTHROPIC_API_KEY'],
  ['ELEVENLABS_BASE_URL', 'ELEVENLABS_API_KEY'],
  ['SCHEDULER_TOKEN', 'SCHEDULER_URL'],
];

function checkTogether(
  env: Readonly<Record<string, string | undefined>>,
  given: Given,
  mistakes: string[],
): void {
  const isSet = (name: SettingName): boolean => (env[name]?.trim() ?? '') !== '';
  for (const [one, other] of NEEDS) {
    if (isSet(one) && !isSet(other))
      mistakes.push(`${other} is missing: ${one} is set, and one is of no use without the other.`);
  }
  if ((given.SCHEDULER_KIND === 'rest' || given.SCHEDULER_KIND === 'csv') && !isSet('SCHEDULER_URL')) {
    mistakes.push(
      `SCHEDULER_URL is missing: SCHEDULER_KIND is ${given.SCHEDULER_KIND}, and only the fhir kind is emulated.`,
    );
  }
  for (const [name, scheme] of [
    ['PUBLIC_URL', 'https'],
    ['MEDIA_PUBLIC_URL', 'wss'],
  ] as const) {
    const url = given[name];
    if (url !== undefined && !url.startsWith(`${scheme}://`) && !isLoopback(hostOf(url))) {
      mistakes.push(`${name} must begin with ${scheme}:// because it leaves this machine.`);
    }
  }
  if (given.HOST !== undefined && !isLoopback(given.HOST) && !isSet('OPERATOR_TOKEN')) {
    mistakes.push('OPERATOR_TOKEN is missing: HOST lets other machines in, and they must show it.');
  }
  const api = given.TWILIO_API_BASE_URL;
  const farTwilio = isSet('TWILIO_ACCOUNT_SID') && (api === undefined || !isLoopback(hostOf(api)));
  if (farTwilio && !isSet('PUBLIC_URL')) {
    mistakes.push(
      'PUBLIC_URL is missing: Twilio has to reach this product, so it needs the https address under which it does.',
    );
  }
}

function vendor(
  apiKey: string | undefined,
  baseUrl: string | undefined,
): Vendor<{ readonly apiKey: string }> {
  return apiKey === undefined ? { kind: 'emulated' } : { kind: 'real', apiKey, baseUrl: baseUrl ?? null };
}

function assemble(given: Given): Config {
  const publicUrl = given.PUBLIC_URL ?? null;
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = given;
  return {
    dataDir: resolve(given.DATA_DIR ?? '.rollcall'),
    database:
      given.DATABASE_URL === undefined ? { kind: 'embedded' } : { kind: 'external', url: given.DATABASE_URL },
    queues: given.REDIS_URL === undefined ? { kind: 'postgres' } : { kind: 'redis', url: given.REDIS_URL },
    http: {
      host: given.HOST ?? '127.0.0.1',
      port: given.PORT ?? 3000,
      publicUrl,
      mediaPublicUrl: given.MEDIA_PUBLIC_URL ?? publicUrl?.replace(/^http/, 'ws') ?? null,
      operatorToken: given.OPERATOR_TOKEN ?? null,
    },
    callsPerSecond: given.TWILIO_CPS ?? 1,
    twilio:
      accountSid === undefined || authToken === undefined
        ? { kind: 'emulated' }
        : { kind: 'real', accountSid, authToken, baseUrl: given.TWILIO_API_BASE_URL ?? null },
    deepgram: vendor(given.DEEPGRAM_API_KEY, given.DEEPGRAM_BASE_URL),
    anthropic: vendor(given.ANTHROPIC_API_KEY, given.ANTHROPIC_BASE_URL),
    anthropicModel: given.ANTHROPIC_MODEL ?? 'claude-haiku-5-5',
    elevenlabs: vendor(given.ELEVENLABS_API_KEY, given.ELEVENLABS_BASE_URL),
    scheduler:
      given.SCHEDULER_URL === undefined
        ? { kind: 'emulated' }
        : {
            kind: given.SCHEDULER_KIND ?? 'fhir',
            url: given.SCHEDULER_URL,
            token: given.SCHEDULER_TOKEN ?? null,
          },
    emulatorProfile: given.EMULATOR_PROFILE ?? 'measured',
  };
}

/**
 * @param env defaults to the process's environment.
 * @throws StartupError that names every mistake, one a line; the values themselves are never repeated, since they may be secrets.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const mistakes: string[] = [];
  const given = parseEach(env, mistakes);
  checkTogether(env, given, mistakes);
  if (mistakes.length > 0) throw new StartupError(mistakes.join('\n'));
  return assemble(given);
}
