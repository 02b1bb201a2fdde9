/** A session of the adapter on a voice server that does what it is told. */
import { createElevenLabsVoice } from '../../../../src/adapters/elevenlabs/voice.ts';
import type { ElevenLabsConfig } from '../../../../src/adapters/elevenlabs/voice.ts';
import type { SpeechChunk, VoiceSession } from '../../../../src/ports/speech.ts';
import { systemClock } from '../../../../src/runtime/systemClock.ts';
import { recordingLog } from '../../../support/recordingLog.ts';
import type { LogLine } from '../../../support/recordingLog.ts';
import { voiceServer } from './voiceServer.ts';
import type { VoiceServer } from './voiceServer.ts';

const SETTINGS = {
  voiceId: 'voice 1',
  model: 'eleven_flash_v2_5',
  stability: 0.5,
  similarity: 0.75,
  speed: 1,
};

export interface VoiceHouse {
  readonly server: VoiceServer;
  readonly session: VoiceSession;
  readonly lines: readonly LogLine[];
  close(): Promise<void>;
}
export async function voiceHouse(
  more: Partial<ElevenLabsConfig> = {},
  prepare: (server: VoiceServer) => void = () => undefined,
): Promise<VoiceHouse> {
  const server = await voiceServer();
  prepare(server);
  const { log, lines } = recordingLog();
  const voice = createElevenLabsVoice({
    apiKey: 'xi-key',
    baseUrl: server.url,
    connectTimeoutMs: 2_000,
    firstAudioMs: 2_000,
    nextAudioMs: 2_000,
    renderTimeoutMs: 2_000,
    clock: systemClock(),
    log,
    ...more,
  });
  const session = voice.open(SETTINGS);
  return {
    server,
    session,
    lines,
    close: async () => {
      session.close();
      await server.close();
    },
  };
}
export interface Saying {
  readonly chunks: SpeechChunk[];
  readonly cancel: () => void;
}
export function say(session: VoiceSession, text: string): Saying {
  const chunks: SpeechChunk[] = [];
  const { cancel } = session.speak(text, (chunk) => chunks.push(chunk));
  return { chunks, cancel };
}
export const kinds = (saying: Saying): string[] => saying.chunks.map((chunk) => chunk.kind);
export const b64 = (bytes: number): string => Buffer.alloc(bytes, 0x7f).toString('base64');
export const final = (contextId: string): unknown => ({ isFinal: true, contextId });
