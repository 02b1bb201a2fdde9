/** The Voice port on ElevenLabs: whole renderings over the SDK's HTTP client, live speech over its websocket. */
import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import { err, ok } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { RenderedSpeech, Voice, VoiceFailure, VoiceSettings, WordTiming } from '../../ports/speech.ts';
import { Words } from './alignment.ts';
import { renderFailure } from './failure.ts';
import { ElevenLabsSession } from './session.ts';

export interface ElevenLabsConfig {
  readonly apiKey: string;
  /** `https://` address; null for the vendor's own. */
  readonly baseUrl: string | null;
  readonly connectTimeoutMs: number;
  readonly firstAudioMs: number;
  readonly nextAudioMs: number;
  /** One whole rendering. */
  readonly renderTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ElevenLabsVoice extends Voice {
  /** Loads the SDK: two seconds of computing in which this process does nothing else, so before the first call. */
  warm(): Promise<void>;
}

const VENDOR_BASE_URL = 'https://api.elevenlabs.io';

export function createElevenLabsVoice(config: ElevenLabsConfig): ElevenLabsVoice {
  const baseUrl = config.baseUrl ?? VENDOR_BASE_URL;
  const socketBaseUrl = baseUrl.replace(/^http/, 'ws');
  let loading: Promise<ElevenLabsClient> | null = null;
  const client = (): Promise<ElevenLabsClient> => {
    loading ??= import('@elevenlabs/elevenlabs-js').then(
      (sdk) => new sdk.ElevenLabsClient({ apiKey: config.apiKey, baseUrl, maxRetries: 0 }),
    );
    return loading;
  };

  return {
    open: (settings) => new ElevenLabsSession({ ...config, socketBaseUrl }, settings),
    async render(text, settings, signal) {
      // Loading the SDK is not the vendor's time: the deadline starts behind it.
      const sdk = await client();
      const deadline = new AbortController();
      const abort = (): void => deadline.abort();
      const cancelDeadline = config.clock.after(config.renderTimeoutMs, abort);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        return await render(sdk, config, { text, settings }, deadline.signal);
      } catch (error) {
        const late = deadline.signal.aborted && !signal.aborted;
        const failure = late ? ({ kind: 'timeout', status: null } as const) : renderFailure(error);
        const { kind, status } = failure;
        const fields = { vendor: 'elevenlabs', code: kind, ...(status === null ? {} : { status }) } as const;
        if (!signal.aborted) config.log.warn('vendor.failed', fields);
        return err({ kind });
      } finally {
        cancelDeadline();
        signal.removeEventListener('abort', abort);
      }
    },
    async warm() {
      await client();
    },
  };
}

/** @throws what the SDK throws, and on an aborted signal. */
async function render(
  client: ElevenLabsClient,
  config: ElevenLabsConfig,
  speech: { readonly text: string; readonly settings: VoiceSettings },
  signal: AbortSignal,
): Promise<Result<RenderedSpeech, VoiceFailure>> {
  signal.throwIfAborted();
  const { settings } = speech;
  const stream = await client.textToSpeech.streamWithTimestamps(
    settings.voiceId,
    {
      text: speech.text,
      modelId: settings.model,
      outputFormat: 'ulaw_8000',
      voiceSettings: {
        stability: settings.stability,
        similarityBoost: settings.similarity,
        speed: settings.speed,
      },
    },
    { abortSignal: signal, timeoutInSeconds: config.renderTimeoutMs / 1_000 },
  );
  const audio: Buffer[] = [];
  const words = new Words('utterance');
  const timings: WordTiming[] = [];
  let bytes = 0;
  for await (const { audioBase64, alignment } of stream) {
    const piece = Buffer.from(audioBase64, 'base64');
    if (alignment !== undefined) {
      const times = {
        chars: alignment.characters,
        startsMs: alignment.characterStartTimesSeconds.map((s) => s * 1_000),
        endsMs: alignment.characterEndTimesSeconds.map((s) => s * 1_000),
      };
      timings.push(...words.push(times, { beforeMs: bytes / 8, lengthMs: piece.length / 8 }));
    }
    audio.push(piece);
    bytes += piece.length;
  }
  signal.throwIfAborted();
  timings.push(...words.rest());
  if (bytes === 0) return err({ kind: 'unavailable' });
  return ok({ mulaw: new Uint8Array(Buffer.concat(audio)), words: timings });
}
