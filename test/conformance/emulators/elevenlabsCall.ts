import { WebSocket } from 'ws';

import {
  type ElevenLabsEmulator,
  startElevenLabsEmulator,
} from '../../../src/emulators/elevenlabs/emulator.ts';
import { createSpeechRegistry } from '../../../src/emulators/hearing/speechRegistry.ts';
import { type DelayProfile, PROFILES } from '../../../src/emulators/profiles.ts';
import type { SpeechRegistry } from '../../../src/emulators/speech.ts';
import { chance, silence, syntheticVoice } from '../../unit/emulators/syntheticSpeech.ts';

const closing: (() => Promise<void> | void)[] = [];

/** Closes what a test has opened, the last first. */
export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

/** Closes this too when the test is over. */
export function whenOver(close: () => void): void {
  closing.push(close);
}

/** An emulator with a voice of noise and listeners that know it. */
export async function started(profile: DelayProfile = PROFILES.zero): Promise<{
  emulator: ElevenLabsEmulator;
  registry: SpeechRegistry;
  voice: ReturnType<typeof syntheticVoice>;
}> {
  const registry = createSpeechRegistry();
  const voice = syntheticVoice();
  const emulator = await startElevenLabsEmulator({
    apiKey: 'el-key',
    synthesiser: voice,
    registry,
    profile,
    random: chance(1),
  });
  closing.push(() => emulator.close());
  return { emulator, registry, voice };
}

interface Message {
  readonly audio?: string | null;
  readonly isFinal?: boolean | null;
  readonly is_final?: boolean;
  readonly contextId?: string;
  readonly alignment?: { chars: string[]; charStartTimesMs: number[]; charDurationsMs: number[] } | null;
  readonly error?: string;
  readonly code?: number;
}

/** The query of a call: telephone audio at once, with alignment. */
export const FULL = 'model_id=eleven_flash_v2_5&output_format=ulaw_8000&auto_mode=true&sync_alignment=true';

/** A websocket to the emulator, with everything that came over it. */
export async function opened(
  emulator: ElevenLabsEmulator,
  route: 'stream-input' | 'multi-stream-input',
  query = FULL,
  key: string | null = 'el-key',
) {
  const socket = new WebSocket(
    `${emulator.url.replace('http', 'ws')}/v1/text-to-speech/agent/${route}?${query}`,
    {
      headers: key === null ? {} : { 'xi-api-key': key },
    },
  );
  closing.push(() => socket.terminate());
  const messages: Message[] = [];
  const closes: { code: number; reason: string }[] = [];
  socket.on('message', (data) => {
    const message: Message = JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '');
    messages.push(message);
  });
  socket.on('close', (code, reason) => closes.push({ code, reason: reason.toString() }));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_, response) =>
      reject(new Error(`status ${response.statusCode ?? 0}`)),
    );
    socket.once('error', reject);
  });
  const of = (contextId?: string): Message[] =>
    messages.filter((message) => contextId === undefined || message.contextId === contextId);
  return {
    socket,
    messages,
    closes,
    of,
    send: (message: object) => socket.send(JSON.stringify(message)),
    mulaw: (contextId?: string) =>
      Uint8Array.from(Buffer.concat(of(contextId).map(({ audio }) => Buffer.from(audio ?? '', 'base64')))),
    finals: () => messages.filter(({ isFinal }) => isFinal === true).map(({ contextId }) => contextId),
  };
}

/** What a listener understands of the audio, silence being heard after it. */
export function heard(registry: SpeechRegistry, mulaw: Uint8Array): string {
  const listener = registry.listen();
  return [...listener.hear(mulaw), ...listener.hear(silence(1000))].map(({ word }) => word).join(' ');
}
