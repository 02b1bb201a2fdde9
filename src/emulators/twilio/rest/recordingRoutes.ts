import type { ServerResponse } from 'node:http';
import { parseForm, sendBytes, sendJson, type HttpRequest } from '../../wire/http.ts';
import type { Call } from '../call.ts';
import type { Recording } from '../recordings.ts';
import { refuse, type RestContext } from './calls.ts';
import { readRecordingRequest } from './callRequest.ts';
import { invalidCallState, notFound, restError } from './errors.ts';
import { pageOf, passesDate } from './paging.ts';
import { callRecordingResource, recordingResource } from './recordingResource.ts';

/** Everything under Calls/{Sid}/Recordings. */
export async function callRecordings(
  context: RestContext,
  call: Call,
  sid: string | undefined,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const { accountSid, recordings } = context.company;
  if (sid === undefined) {
    if (request.method === 'POST') startRecording(context, call, request, response);
    else listOfCall(context, call, request, response);
    return;
  }
  const recording = recordings.get(sid);
  if (recording === undefined || recording.call !== call) refuse(response, notFound(request.path));
  else if (request.method === 'DELETE') {
    await recordings.delete(recording);
    sendBytes(response, 204, Buffer.alloc(0));
  } else {
    if (request.method === 'POST') {
      const status = parseForm(request.body).get('Status');
      if (status !== 'stopped') {
        refuse(
          response,
          restError(400, 20001, `Status ${status ?? ''} of a recording is not performed here`),
        );
        return;
      }
      await recordings.finish(recording);
    }
    sendJson(response, 200, callRecordingResource(recording, accountSid));
  }
}

/** GET Recordings.json */
export function listRecordings(context: RestContext, request: HttpRequest, response: ServerResponse): void {
  const { accountSid, recordings } = context.company;
  const callSid = request.query.get('CallSid');
  const page = pageOf(
    matching(recordings.list(), request.query).filter((one) => callSid === null || one.call.sid === callSid),
    request.path,
    request.query,
  );
  const resources = page.items.map((one) => recordingResource(one, accountSid, recordings.url(one)));
  sendJson(response, 200, { ...page.fields, recordings: resources });
}

/** Recordings/{Sid}.json, and the media at Recordings/{Sid} or Recordings/{Sid}.wav (`RequestedChannels=1` mixes down). */
export async function oneRecording(
  context: RestContext,
  sid: string,
  extension: string | undefined,
  request: HttpRequest,
  response: ServerResponse,
): Promise<void> {
  const { accountSid, recordings } = context.company;
  const recording = recordings.get(sid);
  if (recording === undefined) {
    refuse(response, notFound(request.path));
    return;
  }
  if (request.method === 'DELETE') {
    await recordings.delete(recording);
    sendBytes(response, 204, Buffer.alloc(0));
    return;
  }
  if (extension === '.json') {
    sendJson(response, 200, recordingResource(recording, accountSid, recordings.url(recording)));
    return;
  }
  const wav = await recordings.media(recording, request.query.get('RequestedChannels') === '1' ? 1 : 2);
  if (wav === null || extension === '.mp3') refuse(response, notFound(request.path));
  else sendBytes(response, 200, wav, { 'content-type': 'audio/x-wav' });
}

function startRecording(
  context: RestContext,
  call: Call,
  request: HttpRequest,
  response: ServerResponse,
): void {
  const asked = readRecordingRequest(parseForm(request.body));
  if ('code' in asked) {
    refuse(response, asked);
    return;
  }
  const recording = context.switchboard.record(call, asked);
  if (recording === null) {
    refuse(response, invalidCallState('Requested resource is not eligible for recording'));
    return;
  }
  sendJson(response, 201, callRecordingResource(recording, context.company.accountSid));
}

function listOfCall(context: RestContext, call: Call, request: HttpRequest, response: ServerResponse): void {
  const { accountSid, recordings } = context.company;
  const ofCall = recordings.list().filter((one) => one.call === call);
  const page = pageOf(matching(ofCall, request.query), request.path, request.query);
  const resources = page.items.map((one) => callRecordingResource(one, accountSid));
  sendJson(response, 200, { ...page.fields, recordings: resources });
}

function matching(recordings: readonly Recording[], query: URLSearchParams): readonly Recording[] {
  return recordings.filter((one) => passesDate(query, 'DateCreated', one.startedMs));
}
