/** The Twilio adapter and an emulated Twilio, joined by a small web role: webhooks in, media sockets in, instructions out. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMediaSwitchboard } from '../../src/adapters/twilio/mediaStream.ts';
import type { TwilioSwitchboard } from '../../src/adapters/twilio/mediaStream.ts';
import { createTwilioTelephony } from '../../src/adapters/twilio/rest.ts';
import type { TwilioConfig } from '../../src/adapters/twilio/rest.ts';
import { hangUpTwiml } from '../../src/adapters/twilio/twiml.ts';
import { parseTwilioWebhook } from '../../src/adapters/twilio/webhooks.ts';
import type { TwilioReport } from '../../src/adapters/twilio/webhooks.ts';
import type { E164 } from '../../src/domain/call.ts';
import { id } from '../../src/domain/ids.ts';
import type { AttemptId } from '../../src/domain/ids.ts';
import type { Handset, PhoneLine, Ringing } from '../../src/emulators/phone.ts';
import type { TwilioEmulatorOptions } from '../../src/emulators/twilio/options.ts';
import { startTwilioEmulator } from '../../src/emulators/twilio/startTwilioEmulator.ts';
import type { TwilioEmulator } from '../../src/emulators/twilio/startTwilioEmulator.ts';
import type { OutboundCall, Telephony } from '../../src/ports/telephony.ts';
import { systemClock } from '../../src/runtime/systemClock.ts';
import { recordingLog } from '../support/recordingLog.ts';
import type { LogLine } from '../support/recordingLog.ts';

const ACCOUNT = `AC${'0123456789abcdef'.repeat(2)}`;
const TOKEN = 'auth-token';
export const FROM = id<E164>('+13125550100');

/** A phone that hums one constant byte and remembers what it heard. */
export interface Hum extends Handset {
  line: PhoneLine | null;
  readonly heard: Uint8Array[];
  over: boolean;
}
export function hum(byte = 0x2a): Hum {
  const handset: Hum = {
    line: null,
    heard: [],
    over: false,
    connected: (line) => void (handset.line = line),
    tick: (earpiece) => {
      handset.heard.push(earpiece.slice());
      return new Uint8Array(160).fill(byte);
    },
    disconnected: () => void (handset.over = true),
  };
  return handset;
}
export const answers = (handset: Handset, who: 'human' | 'machine' = 'human'): Ringing => ({
  kind: 'answers',
  afterMs: 0,
  handset,
  answeredBy: who === 'human' ? { who } : { who, greetingEnd: { how: 'beep', afterMs: 200 } },
});

export interface TwilioWorld {
  readonly telephony: Telephony;
  readonly media: TwilioSwitchboard;
  readonly emulator: TwilioEmulator;
  /** Reports in the order in which they came. */
  readonly reports: TwilioReport[];
  readonly refusals: number[];
  readonly logged: readonly LogLine[];
  /** What happens when a number is rung; the default rings out. */
  readonly phones: Map<string, Ringing>;
  readonly config: TwilioConfig;
  close(): Promise<void>;
}

export async function twilioWorld(
  options: Partial<TwilioEmulatorOptions> = {},
  more: Partial<TwilioConfig> = {},
): Promise<TwilioWorld> {
  const { log, lines } = recordingLog();
  const clock = more.clock ?? systemClock();
  const phones = new Map<string, Ringing>();
  const reports: TwilioReport[] = [];
  const refusals: number[] = [];
  const server = createServer((request, response) => {
    void receive(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const publicUrl = `http://127.0.0.1:${portOf(server.address())}`;
  const mediaUrl = `${publicUrl.replace('http', 'ws')}/media`;
  const emulator = await startTwilioEmulator({
    accountSid: ACCOUNT,
    authToken: TOKEN,
    cps: 1_000,
    network: { ring: ({ to }) => phones.get(to) ?? { kind: 'rings_out' } },
    ...options,
  });
  const media = createMediaSwitchboard({ authToken: TOKEN, mediaPublicUrl: mediaUrl, clock, log });
  server.on('upgrade', (request, socket, head) => media.handleUpgrade(request, socket, head));
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const signature = request.headers['x-twilio-signature'];
    const parsed = parseTwilioWebhook(
      { authToken: TOKEN, publicUrl },
      { path: request.url ?? '', signature: typeof signature === 'string' ? signature : undefined, body },
    );
    if (!parsed.ok) {
      refusals.push(parsed.error.status);
      response.writeHead(parsed.error.status).end();
      return;
    }
    const report = parsed.value;
    reports.push(report);
    if (report.kind === 'answered_by') media.answeredBy(report.attempt, report.verdict, report.afterMs);
    response
      .writeHead(200, { 'Content-Type': 'text/xml' })
      .end(report.kind === 'resume' ? hangUpTwiml() : '');
  }
  const config: TwilioConfig = {
    accountSid: ACCOUNT,
    authToken: TOKEN,
    apiBaseUrl: emulator.url,
    publicUrl,
    mediaUrl,
    timeoutMs: 2_000,
    record: false,
    clock,
    log,
    ...more,
  };
  return {
    telephony: createTwilioTelephony(config),
    media,
    emulator,
    reports,
    refusals,
    logged: lines,
    phones,
    config,
    close: async () => {
      media.closeAll();
      await emulator.close();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

let count = 0;
/** A call to a fictional number, each with an attempt of its own. */
export function outbound(to: string, more: Partial<OutboundCall> = {}): OutboundCall {
  count += 1;
  return {
    attempt: id<AttemptId>(`attempt-${count}`),
    to: id<E164>(to),
    from: FROM,
    streamToken: `token-${count}`,
    ringTimeoutMs: 20_000,
    callLimitMs: 300_000,
    ...more,
  };
}
