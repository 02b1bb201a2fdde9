import { describe, expect, test } from 'vitest';
import { SETTING_NAMES, readConfig } from '../../../src/runtime/config.ts';

const SID = `AC${'0'.repeat(32)}`;
const TWILIO = {
  TWILIO_ACCOUNT_SID: SID,
  TWILIO_AUTH_TOKEN: 'token',
  PUBLIC_URL: 'https://calls.example.org',
};

const complaint = (env: Readonly<Record<string, string>>): string => {
  try {
    readConfig(env);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

describe('without a setting', () => {
  const config = readConfig({});

  test('everything runs here, on loopback, with emulated vendors', () => {
    expect(config).toMatchObject({
      database: { kind: 'embedded' },
      queues: { kind: 'postgres' },
      http: { host: '127.0.0.1', port: 3000, publicUrl: null, mediaPublicUrl: null, operatorToken: null },
      callsPerSecond: 1,
      twilio: { kind: 'emulated' },
      deepgram: { kind: 'emulated' },
      anthropic: { kind: 'emulated' },
      anthropicModel: 'claude-haiku-5-5',
      elevenlabs: { kind: 'emulated' },
      scheduler: { kind: 'emulated' },
      emulatorProfile: 'measured',
    });
    expect(config.dataDir).toMatch(/^\/.*\.rollcall$/);
  });

  test('an empty value is no value', () => {
    expect(readConfig(Object.fromEntries(SETTING_NAMES.map((name) => [name, ' '])))).toEqual(config);
  });
});

test.each<[string, Readonly<Record<string, string>>, object]>([
  [
    "a database of one's own",
    { DATABASE_URL: 'postgres://u:p@db/x' },
    { database: { kind: 'external', url: 'postgres://u:p@db/x' } },
  ],
  [
    'queues in Redis',
    { REDIS_URL: 'redis://cache:6379/' },
    { queues: { kind: 'redis', url: 'redis://cache:6379' } },
  ],
  ['any free port', { PORT: '0' }, { http: { port: 0 } }],
  [
    'the media address follows the public one',
    TWILIO,
    { http: { publicUrl: 'https://calls.example.org', mediaPublicUrl: 'wss://calls.example.org' } },
  ],
  [
    'the media address of one worker',
    { ...TWILIO, MEDIA_PUBLIC_URL: 'wss://w1.example.org/' },
    { http: { mediaPublicUrl: 'wss://w1.example.org' } },
  ],
  [
    'plain http on this machine',
    { PUBLIC_URL: 'http://127.0.0.1:8080' },
    { http: { mediaPublicUrl: 'ws://127.0.0.1:8080' } },
  ],
  [
    'real telephony',
    TWILIO,
    { twilio: { kind: 'real', accountSid: SID, authToken: 'token', baseUrl: null } },
  ],
  [
    'telephony from another server on this machine needs no public address',
    { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: 't', TWILIO_API_BASE_URL: 'http://localhost:9000/' },
    { twilio: { kind: 'real', baseUrl: 'http://localhost:9000' } },
  ],
  [
    'a vendor behind another address',
    { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: 'https://proxy.example.org' },
    { anthropic: { kind: 'real', apiKey: 'k', baseUrl: 'https://proxy.example.org' } },
  ],
  [
    'a FHIR server',
    { SCHEDULER_URL: 'https://ehr.example.org/fhir/' },
    { scheduler: { kind: 'fhir', url: 'https://ehr.example.org/fhir', token: null } },
  ],
  [
    'open to the network, with a token',
    { HOST: '0.0.0.0', OPERATOR_TOKEN: 'sixteen-characters' },
    { http: { host: '0.0.0.0', operatorToken: 'sixteen-characters' } },
  ],
  ['half a call per second', { TWILIO_CPS: '0.5' }, { callsPerSecond: 0.5 }],
])('%s', (_name, env, expected) => {
  expect(readConfig(env)).toMatchObject(expected);
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a port that is none', { PORT: 'web' }, 'PORT must be a number.'],
  ['a port too high', { PORT: '70000' }, 'PORT must be 0 to 65535.'],
  ['half a port', { PORT: '80.5' }, 'PORT must be a whole number.'],
  [
    'another kind of database',
    { DATABASE_URL: 'mysql://x' },
    'DATABASE_URL must be a URL that begins with postgres:// or postgresql://.',
  ],
  [
    'a host instead of a URL',
    { REDIS_URL: 'cache:6379' },
    'REDIS_URL must be a URL that begins with redis:// or rediss://.',
  ],
  [
    'a public address without TLS',
    { PUBLIC_URL: 'http://calls.example.org' },
    'PUBLIC_URL must begin with https:// because it leaves this machine.',
  ],
  [
    'a media address without TLS',
    { MEDIA_PUBLIC_URL: 'ws://calls.example.org' },
    'MEDIA_PUBLIC_URL must begin with wss:// because it leaves this machine.',
  ],
  [
    'open to the network without a token',
    { HOST: '0.0.0.0' },
    'OPERATOR_TOKEN is missing: HOST lets other machines in, and they must show it.',
  ],
  [
    'a token that can be guessed',
    { OPERATOR_TOKEN: 'secret' },
    'OPERATOR_TOKEN must have at least 16 characters.',
  ],
  [
    'an account without its token',
    { TWILIO_ACCOUNT_SID: SID, PUBLIC_URL: 'https://a.example.org' },
    'TWILIO_AUTH_TOKEN is missing: TWILIO_ACCOUNT_SID is set, and one is of no use without the other.',
  ],
  [
    'a token without its account',
    { TWILIO_AUTH_TOKEN: 't' },
    'TWILIO_ACCOUNT_SID is missing: TWILIO_AUTH_TOKEN is set, and one is of no use without the other.',
  ],
  [
    'an address without a key',
    { DEEPGRAM_BASE_URL: 'https://d.example.org' },
    'DEEPGRAM_API_KEY is missing: DEEPGRAM_BASE_URL is set, and one is of no use without the other.',
  ],
  [
    'a token for no system',
    { SCHEDULER_TOKEN: 't' },
    'SCHEDULER_URL is missing: SCHEDULER_TOKEN is set, and one is of no use without the other.',
  ],
  [
    'a kind that is not emulated',
    { SCHEDULER_KIND: 'rest' },
    'SCHEDULER_URL is missing: SCHEDULER_KIND is rest, and only the fhir kind is emulated.',
  ],
  [
    'real telephony that cannot call back',
    { TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: 't' },
    'PUBLIC_URL is missing: Twilio has to reach this product, so it needs the https address under which it does.',
  ],
  [
    'an unknown profile',
    { EMULATOR_PROFILE: 'fast' },
    'EMULATOR_PROFILE must be one of zero, brief, peers, measured.',
  ],
])('%s is one line that says what to do', (_name, env, line) => {
  expect(complaint(env)).toBe(line);
});

test('all mistakes are named at once, and no value is repeated', () => {
  const said = complaint({
    PORT: 'web',
    TWILIO_ACCOUNT_SID: 'hunter2',
    ELEVENLABS_BASE_URL: 'ftp://hunter2',
    HOST: '0.0.0.0',
  });
  expect(said.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'PORT',
    'TWILIO_ACCOUNT_SID',
    'ELEVENLABS_BASE_URL',
    'TWILIO_AUTH_TOKEN',
    'ELEVENLABS_API_KEY',
    'OPERATOR_TOKEN',
    'PUBLIC_URL',
  ]);
  expect(said).not.toContain('hunter2');
});
