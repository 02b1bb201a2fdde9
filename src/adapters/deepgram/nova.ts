/** The Transcriber port on Deepgram Nova (`/v1/listen`): transcription and a pause detector, turns made of both in novaTurns.ts. */
import { DeepgramClient } from '@deepgram/sdk';
import type { Cancel } from '../../ports/clock.ts';
import type { Transcriber, TranscriberStream } from '../../ports/speech.ts';
import { ListenSocket } from './listenSocket.ts';
import type { DeepgramConfig, VendorSocket } from './listenSocket.ts';
import { FIRST_TURN, novaStep, parseNovaMessage } from './novaTurns.ts';

export interface NovaConfig extends DeepgramConfig {
  /** e.g. `nova-3`. */
  readonly model: string;
  /** Quiet after which a final is marked as the end of speech. */
  readonly endpointingMs: number;
}

/** Nova closes a stream that brings neither audio nor a word from us for ten seconds. */
const KEEP_ALIVE_MS = 4_000;
/** The backstop's quiet; below a second Nova's interim results are too coarse for it. */
const UTTERANCE_END_MS = 1_000;
const KEYTERMS_MAX = 100;

interface NovaSocket extends VendorSocket {
  keepAlive(): void;
}

export function createNovaTranscriber(config: NovaConfig): Transcriber {
  const client = new DeepgramClient({
    apiKey: config.apiKey,
    ...(config.baseUrl === null ? {} : { baseUrl: config.baseUrl }),
  });

  return {
    open({ keyterms, onEvent }): TranscriberStream {
      let turn = FIRST_TURN;
      let cancelKeepAlive: Cancel | null = null;
      let sentAtMs = config.clock.monotonicMs();
      const keepAlive = (): void => {
        cancelKeepAlive = config.clock.after(KEEP_ALIVE_MS, () => {
          if (config.clock.monotonicMs() - sentAtMs >= KEEP_ALIVE_MS) stream.open?.keepAlive();
          keepAlive();
        });
      };
      const stream = new ListenSocket(config, (signal) => connect(client, config, keyterms, signal), {
        opened: () => {
          keepAlive();
          onEvent({ kind: 'opened' });
        },
        message: (raw) => {
          const message = parseNovaMessage(raw);
          if (message === 'broken') return stream.fail('protocol', 'bad_message');
          if (message === null) return;
          const [next, events] = novaStep(turn, message);
          turn = next;
          for (const event of events) onEvent(event);
        },
        failed: (reason) => {
          cancelKeepAlive?.();
          onEvent({ kind: 'failed', reason });
        },
      });
      return {
        send(mulaw) {
          sentAtMs = config.clock.monotonicMs();
          stream.send(mulaw);
        },
        // Nova takes neither while it runs.
        expect: () => undefined,
        close() {
          cancelKeepAlive?.();
          stream.close();
        },
      };
    },
  };
}

async function connect(
  client: DeepgramClient,
  config: NovaConfig,
  keyterms: readonly string[],
  signal: AbortSignal,
): Promise<NovaSocket> {
  const socket = await client.listen.v1.connect({
    model: config.model,
    encoding: 'mulaw',
    sample_rate: 8_000,
    channels: 1,
    interim_results: 'true',
    punctuate: 'true',
    vad_events: 'true',
    endpointing: config.endpointingMs,
    utterance_end_ms: UTTERANCE_END_MS,
    ...(keyterms.length === 0 ? {} : { keyterm: keyterms.slice(0, KEYTERMS_MAX) }),
    reconnectAttempts: 0,
    shouldReconnect: () => false,
    connectionTimeoutInSeconds: config.connectTimeoutMs / 1_000,
    abortSignal: signal,
  });
  const ifOpen = (send: () => void): void => {
    if (socket.readyState === 1) send();
  };
  return {
    start(on) {
      socket.on('open', on.open);
      socket.on('message', on.message);
      socket.on('close', on.close);
      socket.on('error', (error) => on.error(error.message));
      socket.connect();
    },
    sendMedia: (chunk) => ifOpen(() => socket.sendMedia(chunk)),
    keepAlive: () => ifOpen(() => socket.sendKeepAlive({ type: 'KeepAlive' })),
    sayGoodbye: () => ifOpen(() => socket.sendCloseStream({ type: 'CloseStream' })),
    get unsentBytes() {
      return socket.socket.bufferedAmount;
    },
  };
}
