/** The Transcriber port on Deepgram Flux (`/v2/listen`), which decides by itself when a turn is over. */
import { DeepgramClient } from '@deepgram/sdk';
import { unreachable } from '../../domain/result.ts';
import type { Transcriber, TranscriberStream } from '../../ports/speech.ts';
import { fluxEvent, parseFluxMessage } from './fluxTurns.ts';
import type { FluxMessage } from './fluxTurns.ts';
import { ListenSocket } from './listenSocket.ts';
import type { DeepgramConfig, VendorSocket } from './listenSocket.ts';

export interface FluxConfig extends DeepgramConfig {
  /** `flux-general-en` or `flux-general-multi`. */
  readonly model: string;
  /** How sure Flux is that a turn is over when it says so, 0.5..1. */
  readonly endOfTurnThreshold: number;
  /** The same for its early guess, 0.3..0.9; never above the other. */
  readonly eagerEndOfTurnThreshold: number;
  /** A turn ends after this much quiet however unsure Flux is, 500..60000. */
  readonly endOfTurnTimeoutMs: number;
}

/** Flux takes up to a hundred. */
const KEYTERMS_MAX = 100;

interface Configure {
  readonly thresholds?: { readonly eot_threshold: number; readonly eager_eot_threshold: number };
  readonly keyterms?: string[];
}
interface FluxSocket extends VendorSocket {
  configure(change: Configure): void;
}

export function createFluxTranscriber(config: FluxConfig): Transcriber {
  const client = new DeepgramClient({
    apiKey: config.apiKey,
    ...(config.baseUrl === null ? {} : { baseUrl: config.baseUrl }),
  });

  return {
    open({ keyterms, onEvent }): TranscriberStream {
      /** A hint given before the connection stands; it goes out as soon as it does. */
      let pending: Configure | null = null;
      const stream = new ListenSocket(config, (signal) => connect(client, config, keyterms, signal), {
        opened: (socket) => {
          if (pending !== null) socket.configure(pending);
          onEvent({ kind: 'opened' });
        },
        message: (raw) => {
          const message = parseFluxMessage(raw);
          if (message === 'broken') return stream.fail('protocol', 'bad_message');
          if (message !== null) receive(message);
        },
        failed: (reason) => onEvent({ kind: 'failed', reason }),
      });
      const receive = (message: FluxMessage): void => {
        switch (message.type) {
          case 'TurnInfo': {
            const event = fluxEvent(message);
            if (event !== null) onEvent(event);
            return;
          }
          case 'ConfigureFailure':
            return config.log.warn('vendor.failed', { vendor: 'deepgram', code: 'configure' });
          case 'Error':
            return stream.fail(message.code.startsWith('UNPARSABLE') ? 'protocol' : 'lost', message.code);
          case 'Connected':
          case 'ConfigureSuccess':
            return;
          default:
            return unreachable(message);
        }
      };
      return {
        send: (mulaw) => stream.send(mulaw),
        expect(hint) {
          const change = configure(config, hint);
          if (stream.open === null) pending = { ...pending, ...change };
          else stream.open.configure(change);
        },
        close: () => stream.close(),
      };
    },
  };
}

function configure(config: FluxConfig, hint: Parameters<TranscriberStream['expect']>[0]): Configure {
  const { endOfTurnThreshold: sure, keyterms } = hint;
  return {
    ...(sure === undefined ? {} : { thresholds: thresholds(sure, config.eagerEndOfTurnThreshold) }),
    ...(keyterms === undefined ? {} : { keyterms: keyterms.slice(0, KEYTERMS_MAX) }),
  };
}

/** Flux refuses an early guess that is surer than the verdict. */
const thresholds = (
  sure: number,
  eager: number,
): { readonly eot_threshold: number; readonly eager_eot_threshold: number } => ({
  eot_threshold: sure,
  eager_eot_threshold: Math.min(sure, eager),
});

async function connect(
  client: DeepgramClient,
  config: FluxConfig,
  keyterms: readonly string[],
  signal: AbortSignal,
): Promise<FluxSocket> {
  const socket = await client.listen.v2.connect({
    model: config.model,
    encoding: 'mulaw',
    sample_rate: 8_000,
    ...thresholds(config.endOfTurnThreshold, config.eagerEndOfTurnThreshold),
    eot_timeout_ms: config.endOfTurnTimeoutMs,
    ...(keyterms.length === 0 ? {} : { keyterm: keyterms.slice(0, KEYTERMS_MAX) }),
    reconnectAttempts: 0,
    shouldReconnect: () => false,
    connectionTimeoutInSeconds: config.connectTimeoutMs / 1_000,
    abortSignal: signal,
  });
  return {
    start(on) {
      socket.on('open', on.open);
      socket.on('message', on.message);
      socket.on('close', on.close);
      socket.on('error', (error) => on.error(error.message));
      socket.connect();
    },
    sendMedia: (chunk) => ifOpen(socket.readyState, () => socket.sendMedia(chunk)),
    configure: (change) =>
      ifOpen(socket.readyState, () => socket.sendConfigure({ type: 'Configure', ...change })),
    sayGoodbye: () => ifOpen(socket.readyState, () => socket.sendCloseStream({ type: 'CloseStream' })),
    get unsentBytes() {
      return socket.socket.bufferedAmount;
    },
  };
}

/** Sending on a socket that is closing throws; the close that follows tells all there is to tell. */
function ifOpen(readyState: number, send: () => void): void {
  if (readyState === 1) send();
}
