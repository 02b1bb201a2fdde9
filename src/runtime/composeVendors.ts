/** The vendors behind their ports: the real ones where there are credentials, the emulated ones where there are none. */
import { createAnthropicLanguageModel } from '../adapters/anthropic/languageModel.ts';
import { createFluxTranscriber } from '../adapters/deepgram/flux.ts';
import { createNovaTranscriber } from '../adapters/deepgram/nova.ts';
import { createDiskRecordings } from '../adapters/disk/recordings.ts';
import { createElevenLabsVoice } from '../adapters/elevenlabs/voice.ts';
import { fhirSchedulingSystem } from '../adapters/fhir/schedulingSystem.ts';
import { type TwilioSwitchboard, createMediaSwitchboard } from '../adapters/twilio/mediaStream.ts';
import { createTwilioTelephony } from '../adapters/twilio/rest.ts';
import type { EmulatedAddresses } from './emulated.ts';
import type { Clock } from '../ports/clock.ts';
import type { LanguageModel } from '../ports/languageModel.ts';
import type { Log } from '../ports/log.ts';
import type { Recordings } from '../ports/recordings.ts';
import type { SchedulingSystem } from '../ports/schedulingSystem.ts';
import type { Transcriber, Voice } from '../ports/speech.ts';
import type { Telephony } from '../ports/telephony.ts';
import type { Config, Vendor } from './config.ts';
import { EMULATED_CREDENTIALS } from './emulatedCredentials.ts';
import { StartupError } from './startupError.ts';

export interface SpeechVendors {
  readonly transcriber: Transcriber;
  readonly secondTranscriber: Transcriber;
  readonly model: LanguageModel;
  readonly voice: Voice;
}

export interface PhoneVendor {
  readonly telephony: Telephony;
  readonly media: TwilioSwitchboard;
  /** Proves webhooks. */
  readonly authToken: string;
}

interface Surroundings {
  readonly config: Config;
  /** What is emulated, and where. */
  readonly emulated: EmulatedAddresses;
  readonly clock: Clock;
  readonly log: Log;
}

/** Past this an answer of the scheduling system counts as lost and is looked up. */
const SCHEDULER_TIMEOUT_MS = 8_000;

const KEY_IN_PLACE_OF_ONE = EMULATED_CREDENTIALS.apiKey;

/** Key and address of a vendor, real or not. */
function reach(
  vendor: Vendor<{ readonly apiKey: string }>,
  emulatedUrl: string | null,
): { readonly apiKey: string; readonly baseUrl: string | null } {
  return vendor.kind === 'real'
    ? { apiKey: vendor.apiKey, baseUrl: vendor.baseUrl }
    : { apiKey: KEY_IN_PLACE_OF_ONE, baseUrl: emulatedUrl };
}

/** Vendors of hearing, understanding and speaking; loads what is slow to load before the first call. */
export async function openSpeech({ config, emulated, clock, log }: Surroundings): Promise<SpeechVendors> {
  const deepgram = { ...reach(config.deepgram, emulated.deepgram), connectTimeoutMs: 2_000, clock, log };
  const voice = createElevenLabsVoice({
    ...reach(config.elevenlabs, emulated.elevenlabs),
    connectTimeoutMs: 2_000,
    firstAudioMs: 2_500,
    nextAudioMs: 2_500,
    renderTimeoutMs: 10_000,
    clock,
    log,
  });
  await voice.warm();
  return {
    transcriber: createFluxTranscriber({
      ...deepgram,
      model: 'flux-general-en',
      endOfTurnThreshold: 0.7,
      eagerEndOfTurnThreshold: 0.5,
      endOfTurnTimeoutMs: 1_500,
    }),
    secondTranscriber: createNovaTranscriber({ ...deepgram, model: 'nova-3', endpointingMs: 300 }),
    model: createAnthropicLanguageModel({
      ...reach(config.anthropic, emulated.anthropic),
      model: config.anthropicModel,
      firstTokenMs: 2_000,
      clock,
      log,
    }),
    voice,
  };
}

/** Where recordings are kept; the pages of any process play them from there. */
export const openRecordings = (config: Config, log: Log): Recordings =>
  createDiskRecordings({ dataDir: config.dataDir, log });

/**
 * @param reachable where the phone company reaches us.
 */
export function openPhone(
  { config, emulated, clock, log }: Surroundings,
  reachable: { readonly publicUrl: string; readonly mediaUrl: string },
): PhoneVendor {
  const account =
    config.twilio.kind === 'real' ? config.twilio : { ...EMULATED_CREDENTIALS, baseUrl: emulated.twilio };
  const telephony = createTwilioTelephony({
    accountSid: account.accountSid,
    authToken: account.authToken,
    apiBaseUrl: account.baseUrl,
    ...reachable,
    timeoutMs: 10_000,
    record: false,
    clock,
    log,
  });
  const media = createMediaSwitchboard({
    authToken: account.authToken,
    mediaPublicUrl: reachable.mediaUrl,
    clock,
    log,
  });
  return { telephony, media, authToken: account.authToken };
}

/** @throws StartupError for a kind of scheduling system that cannot be spoken to. */
export function openScheduling({
  config,
  emulated,
}: Pick<Surroundings, 'config' | 'emulated'>): SchedulingSystem {
  const { scheduler } = config;
  if (scheduler.kind === 'emulated') {
    if (emulated.scheduler === null) {
      throw new StartupError(
        'The emulated scheduling system lives inside npm start. Start that first, or set SCHEDULER_URL to a FHIR R4 server.',
      );
    }
    return fhirSchedulingSystem({
      baseUrl: emulated.scheduler,
      token: null,
      timeoutMs: SCHEDULER_TIMEOUT_MS,
    });
  }
  if (scheduler.kind !== 'fhir') {
    throw new StartupError(`SCHEDULER_KIND ${scheduler.kind} is not spoken by this release; set it to fhir.`);
  }
  return fhirSchedulingSystem({
    baseUrl: scheduler.url,
    token: scheduler.token,
    timeoutMs: SCHEDULER_TIMEOUT_MS,
  });
}
