import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson, type HttpRequest } from '../../wire/http.ts';
import { createCall, deleteCall, listCalls, refuse, updateCall, type RestContext } from './calls.ts';
import { callResource } from './callResource.ts';
import { AUTHENTICATE, notFound, restError } from './errors.ts';
import { callRecordings, listRecordings, oneRecording } from './recordingRoutes.ts';

const CALLS = /^\/Calls\.json$/;
const CALL = /^\/Calls\/(CA[0-9a-f]{32})\.json$/;
const CALL_RECORDINGS = /^\/Calls\/(CA[0-9a-f]{32})\/Recordings(?:\/(RE[0-9a-f]{32}))?\.json$/;
const RECORDINGS = /^\/Recordings\.json$/;
const RECORDING = /^\/Recordings\/(RE[0-9a-f]{32})(\.json|\.wav|\.mp3)?$/;

/** API 2010-04-01: calls and recordings of one account, behind HTTP Basic. */
export async function serveRest(
  context: RestContext,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('twilio-request-id', `RQ${randomBytes(16).toString('hex')}`);
  response.setHeader('twilio-concurrent-requests', '1');
  response.setHeader('twilio-request-duration', '0.01');
  const { accountSid, authToken } = context.company;
  if (!authenticated(request, accountSid, authToken)) {
    response.setHeader('www-authenticate', 'Basic realm="Twilio API"');
    refuse(response, AUTHENTICATE);
    return;
  }
  const account = `/2010-04-01/Accounts/${accountSid}`;
  const path = request.path.startsWith(`${account}/`) ? request.path.slice(account.length) : '';
  if (CALLS.test(path)) {
    if (request.method === 'POST') createCall(context, request, response);
    else listCalls(context, request, response);
    return;
  }
  const ofCall = CALL.exec(path) ?? CALL_RECORDINGS.exec(path);
  if (ofCall !== null) {
    const call = context.switchboard.log.get(ofCall[1] ?? '');
    if (call === undefined) refuse(response, notFound(request.path));
    else if (CALL_RECORDINGS.test(path)) await callRecordings(context, call, ofCall[2], request, response);
    else if (request.method === 'POST') updateCall(context, call, request, response);
    else if (request.method === 'DELETE') deleteCall(context, call, response);
    else sendJson(response, 200, callResource(call, accountSid));
    return;
  }
  const recording = RECORDING.exec(path);
  if (RECORDINGS.test(path)) listRecordings(context, request, response);
  else if (recording !== null)
    await oneRecording(context, recording[1] ?? '', recording[2], request, response);
  else if (path === '') refuse(response, notFound(request.path));
  else refuse(response, restError(404, 20404, `${request.path} is not emulated here`));
}

function authenticated(request: HttpRequest, accountSid: string, authToken: string): boolean {
  const expected = Buffer.from(`Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`);
  const given = Buffer.from(request.headers.authorization ?? '');
  return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
}
