import { startHttpServer } from '../wire/http.ts';
import { Alerts } from './alerts.ts';
import type { Company } from './company.ts';
import { controlOf, serveControl, type TwilioControl } from './control.ts';
import { Faults } from './faults.ts';
import { PROMPT_AMD, type TwilioEmulatorOptions } from './options.ts';
import { Recordings } from './recordings.ts';
import { serveRest } from './rest/router.ts';
import { Rooms } from './room.ts';
import { StreamLog } from './streamLog.ts';
import { Switchboard } from './switchboard.ts';
import { Ticker } from './ticker.ts';
import { emulatorTime } from './time.ts';
import { Webhooks } from './webhooks.ts';

export interface TwilioEmulator {
  /** Where the REST API is: the SDK's base URL. */
  readonly url: string;
  readonly control: TwilioControl;
  /** Drops every call without telling anybody, and frees port, timers and files. */
  close(): Promise<void>;
}

/**
 * Starts an emulated Twilio: REST API 2010-04-01 for calls and recordings, signed webhooks, TwiML, answering machine
 * detection, and bidirectional media streams, over the phone network it is given. Rejects when the port is taken.
 */
export async function startTwilioEmulator(options: TwilioEmulatorOptions): Promise<TwilioEmulator> {
  const time = emulatorTime(options.clockOffsetMs ?? 0);
  const faults = new Faults();
  const webhooks = new Webhooks(options.authToken, time, faults);
  const { accountSid } = options;
  const recordings = new Recordings({
    accountSid,
    apiUrl: () => server.url,
    time,
    faults,
    webhooks,
    dir: options.recordingsDir ?? null,
    delayMs: options.recordingDelayMs ?? 300,
  });
  const company: Company = {
    accountSid,
    authToken: options.authToken,
    network: options.network,
    time,
    ticker: new Ticker(() => time.monotonicMs()),
    alerts: new Alerts(() => time.nowMs()),
    faults,
    webhooks,
    recordings,
    rooms: new Rooms(),
    streams: new StreamLog(),
    streamConnectTimeoutMs: options.streamConnectTimeoutMs ?? 5_000,
    lineDelay: options.lineDelayMs ?? { toUs: 0, fromUs: 0 },
  };
  const switchboard = new Switchboard(company, {
    callsPerSecond: options.cps ?? 1,
    concurrency: options.concurrency ?? Infinity,
    mostQueuedMs: options.mostQueuedMs ?? 24 * 60 * 60 * 1000,
    amd: options.amd ?? PROMPT_AMD,
  });
  const control = controlOf(company, switchboard);
  const numbers = options.numbers === undefined ? null : new Set(options.numbers);
  const server = await startHttpServer({
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    handle: (request, response) =>
      request.path.startsWith('/_emulator/')
        ? serveControl(control, request, response)
        : serveRest({ company, switchboard, numbers }, request, response),
  });
  return {
    url: server.url,
    control,
    close: async () => {
      webhooks.close();
      switchboard.close();
      company.ticker.close();
      time.close();
      await server.close();
      await recordings.close();
    },
  };
}
