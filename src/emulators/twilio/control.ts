import type { ServerResponse } from 'node:http';
import { sendBytes, sendJson, type HttpRequest } from '../wire/http.ts';
import type { Alert } from './alerts.ts';
import type { Call } from './call.ts';
import type { Dial, LineCount } from './callLog.ts';
import type { Company } from './company.ts';
import { readFault } from './faultForm.ts';
import type { AskedFault, Fault, FaultScope } from './faults.ts';
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
  /** Asks for a fault; the number identifies it. */
  fault(fault: Fault, scope?: FaultScope): number;
  /** The faults not yet used up. */
  faults(): readonly AskedFault[];
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
    fault: (fault, scope) => company.faults.ask(fault, scope),
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

const VIEWS = ['dials', 'lines', 'calls', 'alerts', 'streams', 'webhooks', 'faults'] as const;
const HANG_UP = /^calls\/(CA[0-9a-f]{32})\/hangup$/;
const PRESS = /^calls\/(CA[0-9a-f]{32})\/press\/([0-9A-D#*%]+)$/;

/**
 * The control over HTTP: GET /_emulator/{dials,lines,calls,alerts,streams,webhooks,faults};
 * POST /_emulator/faults {fault, to?, times?}; DELETE /_emulator/faults; POST /_emulator/line-delay {toUs, fromUs};
 * POST /_emulator/calls/{sid}/hangup; POST /_emulator/calls/{sid}/press/{digits}.
 */
export function serveControl(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  const path = request.path.slice('/_emulator/'.length);
  const view = VIEWS.find((one) => one === path);
  const hangUp = HANG_UP.exec(path);
  const press = PRESS.exec(path);
  if (request.method === 'GET' && view !== undefined) sendJson(response, 200, control[view]());
  else if (request.method === 'DELETE' && path === 'faults') {
    control.clearFaults();
    sendBytes(response, 204, Buffer.alloc(0));
  } else if (request.method === 'POST' && path === 'faults') askOverHttp(control, request, response);
  else if (request.method === 'POST' && path === 'line-delay') setDelayOverHttp(control, request, response);
  else if (request.method === 'POST' && hangUp !== null) found(response, control.hangUp(hangUp[1] ?? ''));
  else if (request.method === 'POST' && press !== null) {
    found(response, control.press(press[1] ?? '', decodeURIComponent(press[2] ?? '')));
  } else sendJson(response, 404, { message: `nothing at ${request.method} ${request.path}` });
}

function askOverHttp(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  const asked = readFault(parseJson(request));
  if (typeof asked === 'string') sendJson(response, 400, { message: asked });
  else sendJson(response, 201, { id: control.fault(asked.fault, asked.scope) });
}

function setDelayOverHttp(control: TwilioControl, request: HttpRequest, response: ServerResponse): void {
  const given = parseJson(request);
  if (typeof given !== 'object' || given === null || !('toUs' in given) || !('fromUs' in given)) {
    sendJson(response, 400, { message: 'toUs and fromUs, in milliseconds' });
    return;
  }
  const { toUs, fromUs } = given;
  if (typeof toUs !== 'number' || typeof fromUs !== 'number') {
    sendJson(response, 400, { message: 'toUs and fromUs are numbers' });
    return;
  }
  control.setLineDelay({ toUs, fromUs });
  sendBytes(response, 204, Buffer.alloc(0));
}

function found(response: ServerResponse, yes: boolean): void {
  if (yes) sendBytes(response, 204, Buffer.alloc(0));
  else sendJson(response, 404, { message: 'no such live call' });
}

function parseJson(request: HttpRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    return null;
  }
}
