import type { ServerResponse } from 'node:http';
import { parseForm, sendBytes, sendJson, type HttpRequest } from '../../wire/http.ts';
import { isOver, type Call } from '../call.ts';
import type { Company } from '../company.ts';
import type { Switchboard } from '../switchboard.ts';
import { readCallRequest, readCallUpdate } from './callRequest.ts';
import { callResource } from './callResource.ts';
import { errorBody, invalidCallState, restError, TOO_MANY_REQUESTS, type RestError } from './errors.ts';
import { pageOf, passesDate } from './paging.ts';

export interface RestContext {
  readonly company: Company;
  readonly switchboard: Switchboard;
  /** Caller ids of the account; null = any. */
  readonly numbers: ReadonlySet<string> | null;
}

/** Answers with a refusal. */
export function refuse(response: ServerResponse, error: RestError): void {
  sendJson(response, error.status, errorBody(error), error.status === 429 ? { 'retry-after': '1' } : {});
}

/** POST Calls.json */
export function createCall(context: RestContext, request: HttpRequest, response: ServerResponse): void {
  const { faults, accountSid } = context.company;
  const form = parseForm(request.body);
  const to = form.get('To') ?? '';
  const refused = faults.use('create_refused', to);
  if (refused !== null) {
    const { status, code } = refused;
    if (status === 429) refuse(response, TOO_MANY_REQUESTS);
    else if (code === undefined) sendBytes(response, status, Buffer.from('upstream connect error'));
    else refuse(response, restError(status, code, 'Asked for'));
    return;
  }
  const callRequest = readCallRequest(form, context.numbers);
  if ('code' in callRequest) {
    refuse(response, callRequest);
    return;
  }
  const call = context.switchboard.create(callRequest);
  if (faults.use('create_response_lost', callRequest.to) !== null) {
    request.incoming.socket.destroy();
    return;
  }
  sendJson(response, 201, callResource(call, accountSid));
}

/** GET Calls.json, newest first. */
export function listCalls(context: RestContext, request: HttpRequest, response: ServerResponse): void {
  const { query } = request;
  const equals = (name: string, value: string | null): boolean => {
    const wanted = query.get(name);
    return wanted === null || wanted === '' || wanted === value;
  };
  const matching = context.switchboard.log
    .newestFirst()
    .filter(
      (call) =>
        equals('To', call.request.to) &&
        equals('From', call.request.from) &&
        equals('Status', call.status) &&
        equals('ParentCallSid', call.parentCallSid) &&
        passesDate(query, 'StartTime', call.startedMs) &&
        passesDate(query, 'EndTime', call.endedMs),
    );
  const page = pageOf(matching, request.path, query);
  const { accountSid } = context.company;
  sendJson(response, 200, {
    ...page.fields,
    calls: page.items.map((call) => callResource(call, accountSid)),
  });
}

/** POST Calls/{Sid}.json: hang up, cancel, new instructions, new limits and callbacks. */
export function updateCall(
  context: RestContext,
  call: Call,
  request: HttpRequest,
  response: ServerResponse,
): void {
  const update = readCallUpdate(parseForm(request.body));
  if ('code' in update) {
    refuse(response, update);
    return;
  }
  const problem = apply(context.switchboard, call, update);
  if (problem !== null) refuse(response, problem);
  else sendJson(response, 200, callResource(call, context.company.accountSid));
}

/** DELETE Calls/{Sid}.json: the record of a call that is over. */
export function deleteCall(context: RestContext, call: Call, response: ServerResponse): void {
  if (!isOver(call)) {
    refuse(response, invalidCallState('Call is in progress and cannot be deleted'));
    return;
  }
  context.switchboard.log.delete(call);
  sendBytes(response, 204, Buffer.alloc(0));
}

function apply(
  switchboard: Switchboard,
  call: Call,
  update: Exclude<ReturnType<typeof readCallUpdate>, RestError>,
): RestError | null {
  if (isOver(call)) return invalidCallState('Call is not in-progress. Cannot redirect.');
  if (update.fallback !== null) call.fallback = update.fallback;
  if (update.statusCallback !== null) {
    call.statusCallback = update.statusCallback;
    call.statusCallbackMethod = update.statusCallbackMethod;
  }
  if (update.timeLimitMs !== null) switchboard.limit(call, update.timeLimitMs);
  // `canceled` leaves a call in conversation alone; `completed` ends any call.
  if (update.status === 'completed' || (update.status === 'canceled' && call.status !== 'in-progress')) {
    switchboard.hangUp(call);
    return null;
  }
  if (update.instructions === null || switchboard.redirect(call, update.instructions)) return null;
  return invalidCallState('Call is not in-progress. Cannot redirect.');
}
