/** The ElevenLabs adapter on an emulated ElevenLabs that speaks noise. */
import { createElevenLabsVoice } from '../../src/adapters/elevenlabs/voice.ts';
import type { ElevenLabsConfig, ElevenLabsVoice } from '../../src/adapters/elevenlabs/voice.ts';
import { startElevenLabsEmulator } from '../../src/emulators/elevenlabs/emulator.ts';
import type { ElevenLabsEmulator } from '../../src/emulators/elevenlabs/emulator.ts';
import { createSpeechRegistry } from '../../src/emulators/hearing/speechRegistry.ts';
import { PROFILES } from '../../src/emulators/profiles.ts';
import type { SpeechChunk, VoiceSession, VoiceSettings, WordTiming } from '../../src/ports/speech.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import type { LogLine } from '../support/recordingLog.ts';
import { syntheticVoice } from '../unit/emulators/syntheticSpeech.ts';

export const SETTINGS: VoiceSettings = {
  voiceId: 'agent',
  model: 'eleven_flash_v2_5',
  stability: 0.5,
  similarity: 0.75,
  speed: 1,
};

export interface VoiceWorld {
  readonly emulator: ElevenLabsEmulator;
  readonly voice: ElevenLabsVoice;
  readonly logged: readonly LogLine[];
  readonly config: ElevenLabsConfig;
  close(): Promise<void>;
}

export async function voiceWorld(more: Partial<ElevenLabsConfig> = {}): Promise<VoiceWorld> {
  const emulator = await startElevenLabsEmulator({
    apiKey: 'xi-key',
    synthesiser: syntheticVoice(),
    registry: createSpeechRegistry(),
    profile: PROFILES.zero,
    random: () => 0.5,
  });
  const { log, lines } = recordingLog();
  const config: ElevenLabsConfig = {
    apiKey: 'xi-key',
    baseUrl: emulator.url,
    connectTimeoutMs: 2_000,
    firstAudioMs: 2_000,
    nextAudioMs: 2_000,
    renderTimeoutMs: 5_000,
    clock: systemClock(),
    log,
    ...more,
  };
  const voice = createElevenLabsVoice(config);
  return { emulator, voice, logged: lines, config, close: () => emulator.close() };
}

export interface Saying {
  readonly chunks: readonly SpeechChunk[];
  readonly cancel: () => void;
  kinds(): string[];
  bytes(): number;
  words(): readonly WordTiming[];
}
export function say(session: VoiceSession, text: string): Saying {
  const chunks: SpeechChunk[] = [];
  const { cancel } = session.speak(text, (chunk) => chunks.push(chunk));
  const audio = (): readonly Extract<SpeechChunk, { kind: 'audio' }>[] =>
    chunks.filter((chunk) => chunk.kind === 'audio');
  return {
    chunks,
    cancel,
    kinds: () => chunks.map((chunk) => chunk.kind),
    bytes: () => audio().reduce((sum, chunk) => sum + chunk.bytes, 0),
    words: () => audio().flatMap((chunk) => chunk.words),
  };
}
