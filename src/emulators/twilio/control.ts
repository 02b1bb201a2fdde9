import type { ServerResponse } from 'node:http';
import { sendBytes, sendJson, type HttpRequest } from '../wire/http.ts';
import { numberOf, parseJson, parseObject } from '../wire/json.ts';
import type { Alert } from './alerts.ts';
import type { Call } from './call.ts';
import type { Dial, LineCount } from './callLog.ts';
import type { Company } from './company.ts';
import { readFault } from './faultForm.ts';
import type { AskedFault, Faults } from './faults.ts';
import type { LineDelay } from './options.ts';
import { callResource } from './rest/callResource.ts';
import type { StreamRecord } from './streamLog.ts';
import type { Switchboard } from './switchboard.ts';
import type { WebhookLogEntry } from './webhooks.ts';

/** What can be seen of the emulator, and asked of it, from outside: as methods here, over HTTP under /_emulator/. */
export interface TwilioControl {
  /** Every create accepted, oldest first. */
  dials(): readonly Dial[];
  /** Lines ringing or talking, each time the number changed. */
  lines(): readonly LineCount[];
  /** Lines ringing or talking now. */
  linesNow(): number;
  /** Every call as the REST API shows it, oldest first. */
  calls(): readonly Record<string, unknown>[];
  alerts(): readonly Alert[];
  streams(): readonly StreamRecord[];
  webhooks(): readonly WebhookLogEntry[];
  /** Milliseconds of audio skipped because this process stood still. */
  skippedMs(): number;
  /** Asks for a fault. */
  fault(fault: AskedFault): void;
  /** The faults not yet used up. */
  faults(): ReturnType<Faults['list']>;
  clearFaults(): void;
  /** Of the lines that connect from now on. */
  setLineDelay(delay: LineDelay): void;
  /** The callee puts the phone down. False = there is no such live call. */
  hangUp(callSid: string): boolean;
  /** The callee presses keys. False = there is no such conversation. */
  press(callSid: string, digits: string): boolean;
}

export function controlOf(company: Company, switchboard: Switchboard): TwilioControl {
  const call = (sid: string): Call | undefined => switchboard.log.get(sid);
  return {
    dials: () => switchboard.log.dials(),
    lines: () => switchboard.log.lines(),
    linesNow: () => switchboard.log.liveNow,
    calls: () =>
      switchboard.log
        .newestFirst()
        .toReversed()
        .map((one) => callResource(one, company.accountSid)),
    alerts: () => company.alerts.list(),
    streams: () => company.streams.list(),
    webhooks: () => company.webhooks.log(),
    skippedMs: () => company.ticker.skippedMs,
    fault: (fault) => company.faults.ask(fault),
    faults: () => company.faults.list(),
    clearFaults: () => company.faults.clear(),
    setLineDelay: (delay) => {
      company.lineDelay = delay;
    },
    hangUp: (sid) => {
      const one = call(sid);
      return one !== undefined && switchboard.hangUp(one);
    },
    press: (sid, digits) => {
      const one = call(sid);
      const leg = one === undefined ? null : switchboard.legOf(one);
      for (const digit of digits) leg?.press(digit);
      return leg !== null;
    },
  };
}

const VIEWS = ['dials', 'lines', 'calls', 'alerts', 'streams', 'webhooks'] as const;
const HANG_UP = /^calls\/(CA[0-9a-f]{32})\/hangup$/;
const PRESS = /^calls\/(CA[0-9a-f]{32})\/press\/([0-9A-D#*%]+)$/;

/**
 * The control over HTTP: GET /_emulator/{dials,lines,calls,alerts,streams,webhooks}; GET, POST (one fault or a list) and
 * DELETE /_emulator/faults; POST /_emulator/line-delay {toUs, fromUs};
 * POST /_emulator/calls/{sid}/hangup; POST /_emulator/calls/{sid}/press/{digits}.
 */
export function serveControl(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  const path = request.path.slice('/_emulator/'.length);
  const view = VIEWS.find((one) => one === path);
  const hangUp = HANG_UP.exec(path);
  const press = PRESS.exec(path);
  if (request.method === 'GET' && view !== undefined) sendJson(response, 200, control[view]());
  else if (path === 'faults') faultsOverHttp(control, request, response);
  else if (request.method === 'POST' && path === 'line-delay') setDelayOverHttp(control, request, response);
  else if (request.method === 'POST' && hangUp !== null) found(response, control.hangUp(hangUp[1] ?? ''));
  else if (request.method === 'POST' && press !== null) {
    found(response, control.press(press[1] ?? '', decodeURIComponent(press[2] ?? '')));
  } else sendJson(response, 404, { message: `nothing at ${request.method} ${request.path}` });
}

function faultsOverHttp(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  if (request.method === 'DELETE') control.clearFaults();
  if (request.method === 'POST') {
    const given = parseJson(request.body.toString('utf8'));
    const read = (Array.isArray(given) ? given : [given]).map((one: unknown) => readFault(one));
    const errors = read.filter((one) => typeof one === 'string');
    if (errors.length > 0) {
      sendJson(response, 400, { errors });
      return;
    }
    for (const fault of read) if (typeof fault !== 'string') control.fault(fault);
  }
  sendJson(response, 200, { faults: control.faults() });
}

function setDelayOverHttp(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  const given = parseObject(request.body.toString('utf8'));
  const toUs = numberOf(given?.['toUs']);
  const fromUs = numberOf(given?.['fromUs']);
  if (toUs === undefined || fromUs === undefined) {
    sendJson(response, 400, { errors: ['toUs and fromUs, in milliseconds'] });
    return;
  }
  control.setLineDelay({ toUs, fromUs });
  sendBytes(response, 204, Buffer.alloc(0));
}

function found(response: ServerResponse, yes: boolean): void {
  if (yes) sendBytes(response, 204, Buffer.alloc(0));
  else sendJson(response, 404, { message: 'no such live call' });
}
