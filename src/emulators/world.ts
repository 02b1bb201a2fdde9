/**
 * The emulated world: whichever vendors have no credentials, and the people on the phone network. All of it speaks the vendors' own protocols
 * over loopback, so the product cannot tell.
 */
import { readFileSync } from 'node:fs';
import { startAnthropicEmulator } from './anthropic/emulator.ts';
import { chanceOf } from './callee/chance.ts';
import { parseDirectory } from './callee/directory.ts';
import { loadPersonas } from './callee/personaFiles.ts';
import { createPhoneNetwork } from './callee/phoneNetwork.ts';
import { startDeepgramEmulator } from './deepgram/emulator.ts';
import { startElevenLabsEmulator } from './elevenlabs/emulator.ts';
import { createSpeechRegistry } from './hearing/speechRegistry.ts';
import { type ProfileName, PROFILES, delayOf } from './profiles.ts';
import { resolveSeed } from './scheduling/seed.ts';
import { startSchedulingEmulator } from './scheduling/server.ts';
import type { PhoneNetwork } from './phone.ts';
import type { SpeechRegistry, Synthesiser } from './speech.ts';
import { startTwilioEmulator } from './twilio/startTwilioEmulator.ts';
import { startSynthesiser } from './voice/synthesiser.ts';

export interface WorldOptions {
  readonly profile: ProfileName;
  /** The same seed gives the same people the same moods. */
  readonly seed: string;
  /** Added to every wall clock that a vendor shows. */
  readonly clockOffsetMs: number;
  readonly telephony: {
    readonly accountSid: string;
    readonly authToken: string;
    readonly callsPerSecond: number;
    /** Phone numbers and who answers them. */
    readonly peopleFile: string;
    /** Where handsets keep their stereo recordings. */
    readonly handsetsDir: string;
  } | null;
  readonly transcriber: { readonly apiKey: string } | null;
  readonly languageModel: { readonly apiKey: string } | null;
  readonly voice: { readonly apiKey: string } | null;
  readonly scheduler: { readonly seedFile: string; readonly tag: string } | null;
}

/** Base addresses, null for what is not emulated. */
export interface WorldAddresses {
  readonly twilio: string | null;
  readonly deepgram: string | null;
  readonly anthropic: string | null;
  readonly elevenlabs: string | null;
  readonly scheduler: string | null;
  /** Where counts are read from the scheduler's own state. */
  readonly schedulerControl: string | null;
}

/** Four hours of speech: every line of a night stays known for as long as somebody may say it again. */
const HEARD_MAX_BYTES = 128 * 1024 * 1024;

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

interface Senses {
  readonly synthesiser: Synthesiser;
  readonly registry: SpeechRegistry;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8')) as unknown;

/** One set of moods for each part of the world, so that starting without one part leaves the others as they were. */
const randomOf = (options: WorldOptions, part: string): (() => number) => {
  const chance = chanceOf(options.seed, part);
  return () => chance.next();
};

function networkOf(
  options: WorldOptions,
  peopleFile: string,
  handsetsDir: string,
  senses: Senses,
): PhoneNetwork {
  return createPhoneNetwork({
    directory: parseDirectory(readJson(peopleFile), peopleFile),
    personas: loadPersonas(),
    ...senses,
    recordingsDir: handsetsDir,
    seed: options.seed,
  });
}

async function startTelephony(options: WorldOptions, senses: Senses): Promise<Running | null> {
  const { telephony, clockOffsetMs } = options;
  if (telephony === null) return null;
  const profile = PROFILES[options.profile];
  const random = randomOf(options, 'line');
  return startTwilioEmulator({
    accountSid: telephony.accountSid,
    authToken: telephony.authToken,
    network: networkOf(options, telephony.peopleFile, telephony.handsetsDir, senses),
    cps: telephony.callsPerSecond,
    clockOffsetMs,
    lineDelayMs: { toUs: delayOf(profile.lineToUs, random), fromUs: delayOf(profile.lineFromUs, random) },
  });
}

async function startScheduler(options: WorldOptions) {
  const { scheduler, clockOffsetMs } = options;
  if (scheduler === null) return null;
  const resources = resolveSeed(readJson(scheduler.seedFile), Date.now() + clockOffsetMs, scheduler.tag);
  return startSchedulingEmulator({ resources, clockOffsetMs });
}

export interface World {
  readonly addresses: WorldAddresses;
  close(): Promise<void>;
}

/** Starts what is asked for; when one part cannot start, the others are closed again and the error is passed on. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const profile = PROFILES[options.profile];
  const synthesiser = await startSynthesiser({ threads: 2 });
  const senses: Senses = { synthesiser, registry: createSpeechRegistry({ mostBytes: HEARD_MAX_BYTES }) };
  const { registry } = senses;
  const closers: (() => Promise<void>)[] = [() => synthesiser.close()];
  const close = async (): Promise<void> => {
    for (const end of closers.toReversed()) await end();
  };
  const keep = async <T extends Running>(starting: Promise<T | null> | null): Promise<T | null> => {
    const running = (await starting) ?? null;
    if (running !== null) closers.push(() => running.close());
    return running;
  };
  try {
    const { transcriber, languageModel, voice } = options;
    const deepgram = await keep(
      transcriber &&
        startDeepgramEmulator({
          ...transcriber,
          registry,
          profile,
          random: randomOf(options, 'transcriber'),
        }),
    );
    const anthropic = await keep(
      languageModel &&
        startAnthropicEmulator({ ...languageModel, profile, random: randomOf(options, 'model') }),
    );
    const elevenlabs = await keep(
      voice &&
        startElevenLabsEmulator({
          ...voice,
          synthesiser,
          registry,
          profile,
          random: randomOf(options, 'voice'),
        }),
    );
    const scheduler = await keep(startScheduler(options));
    const twilio = await keep(startTelephony(options, senses));
    return {
      addresses: {
        twilio: twilio?.url ?? null,
        deepgram: deepgram?.url ?? null,
        anthropic: anthropic?.url ?? null,
        elevenlabs: elevenlabs?.url ?? null,
        scheduler: scheduler?.url ?? null,
        schedulerControl: scheduler?.controlUrl ?? null,
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
