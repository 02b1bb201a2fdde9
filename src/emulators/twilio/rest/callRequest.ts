import type { AmdRequest } from '../amd.ts';
import type { CallRequest, Instructions, RecordingRequest } from '../call.ts';
import type { CallEvent } from '../faults.ts';
import { restError, type RestError } from './errors.ts';
import { FormReader } from './formReader.ts';

/** Twilio's own test numbers: calling them fails in a fixed way. Source: "Test Credentials". */
const MAGIC_TO: Readonly<Record<string, readonly [number, string]>> = {
  '+15005550001': [21217, 'Phone number does not appear to be valid'],
  '+15005550002': [21214, "'To' phone number cannot be reached"],
  '+15005550003': [21215, 'Account not authorized to call that number; geographic permissions'],
  '+15005550004': [21216, 'Account not allowed to call that number'],
};

const EVENTS: readonly CallEvent[] = ['initiated', 'ringing', 'answered', 'completed'];
const E164 = /^\+[1-9]\d{6,14}$/;

/** Reads and checks a create's form. `owned` are the caller ids of the account; null = any valid number. */
export function readCallRequest(
  form: URLSearchParams,
  owned: ReadonlySet<string> | null,
): CallRequest | RestError {
  const to = normalNumber(form.get('To'));
  const from = normalNumber(form.get('From'));
  const numbers = checkNumbers(form, to, from, owned);
  if (numbers !== null) return numbers;
  const reader = new FormReader(form);
  const instructions = readInstructions(reader);
  const fallbackUrl = reader.url('FallbackUrl', 21205);
  const fallbackMethod = reader.method('FallbackMethod');
  const events = reader.list('StatusCallbackEvent', EVENTS, 21626);
  const request: CallRequest = {
    to,
    from,
    instructions,
    fallback: fallbackUrl === null ? null : { url: fallbackUrl, method: fallbackMethod },
    statusCallback: reader.url('StatusCallback', 21609),
    statusCallbackMethod: reader.method('StatusCallbackMethod'),
    statusCallbackEvents: new Set<CallEvent>(events.length === 0 ? ['completed'] : events),
    ringTimeoutMs: reader.integer('Timeout', 1, 600, 60, 21208) * 1000,
    timeLimitMs: reader.has('TimeLimit') ? reader.integer('TimeLimit', 1, 86_400, 14_400) * 1000 : null,
    amd: readAmd(reader),
    record: reader.boolean('Record', false) ? readRecording(reader, true) : null,
  };
  checkTheRest(reader);
  return reader.error ?? request;
}

/** Reads and checks a recording's form; REST recordings are mono unless asked, and a create's trims silence unless told not to. */
export function readRecordingRequest(form: URLSearchParams): RecordingRequest | RestError {
  const reader = new FormReader(form);
  const request = readRecording(reader, false);
  return reader.error ?? request;
}

export interface CallUpdate {
  readonly instructions: Instructions | null;
  readonly status: 'canceled' | 'completed' | null;
  readonly fallback: CallRequest['fallback'];
  readonly statusCallback: string | null;
  readonly statusCallbackMethod: 'GET' | 'POST';
  readonly timeLimitMs: number | null;
}

/** Reads and checks an update's form. */
export function readCallUpdate(form: URLSearchParams): CallUpdate | RestError {
  const reader = new FormReader(form);
  const fallbackUrl = reader.url('FallbackUrl', 21205);
  const fallbackMethod = reader.method('FallbackMethod');
  const update: CallUpdate = {
    instructions: reader.has('Url') || reader.has('Twiml') ? readInstructions(reader) : null,
    status: reader.oneOf('Status', ['canceled', 'completed']),
    fallback: fallbackUrl === null ? null : { url: fallbackUrl, method: fallbackMethod },
    statusCallback: reader.url('StatusCallback', 21609),
    statusCallbackMethod: reader.method('StatusCallbackMethod'),
    timeLimitMs: reader.has('TimeLimit') ? reader.integer('TimeLimit', 1, 86_400, 14_400) * 1000 : null,
  };
  return reader.error ?? update;
}

function checkNumbers(
  form: URLSearchParams,
  to: string,
  from: string,
  owned: ReadonlySet<string> | null,
): RestError | null {
  if (to === '') return restError(400, 21201, "No 'To' number is specified");
  if (from === '') return restError(400, 21213, "'From' phone number is required");
  const magic = MAGIC_TO[to];
  if (magic !== undefined) return restError(400, magic[0], magic[1]);
  if (!E164.test(to)) {
    return restError(
      400,
      21211,
      `The phone number you are attempting to call, ${form.get('To')}, is not valid.`,
    );
  }
  if (from === '+15005550001' || !E164.test(from)) {
    return restError(400, 21212, `The source phone number provided, ${form.get('From')}, is not yet valid.`);
  }
  if (owned !== null && !owned.has(from) && from !== '+15005550006') {
    return restError(
      400,
      21210,
      `The source phone number provided, ${from}, is not yet verified for your account.`,
    );
  }
  return null;
}

/** A NANP number written with ten digits gets its +1; anything else stays as it is, without spaces and punctuation. */
function normalNumber(given: string | null): string {
  const bare = (given ?? '').replaceAll(/[\s().-]/g, '');
  if (/^\d{10}$/.test(bare)) return `+1${bare}`;
  return /^1\d{10}$/.test(bare) ? `+${bare}` : bare;
}

function readInstructions(reader: FormReader): Instructions {
  const url = reader.url('Url', 21205);
  const method = reader.method('Method');
  const twiml = reader.text('Twiml');
  if (url !== null) return { kind: 'url', url, method };
  if (twiml === null) {
    if (reader.has('ApplicationSid')) reader.refuse(21218, "Invalid 'ApplicationSid': no such application");
    else reader.refuse(21205, 'Url parameter is required.');
    return { kind: 'twiml', twiml: '' };
  }
  if (twiml.length > 4000) reader.refuse(20001, "Invalid parameter 'Twiml': more than 4000 characters");
  return { kind: 'twiml', twiml };
}

function readAmd(reader: FormReader): AmdRequest | null {
  const mode = reader.oneOf('MachineDetection', ['Enable', 'DetectMessageEnd']);
  const timeoutS = reader.integer('MachineDetectionTimeout', 3, 59, 30);
  reader.integer('MachineDetectionSpeechThreshold', 1000, 6000, 2400);
  reader.integer('MachineDetectionSpeechEndThreshold', 500, 5000, 1200);
  reader.integer('MachineDetectionSilenceTimeout', 2000, 10_000, 5000);
  const async = reader.boolean('AsyncAmd', false);
  const callback = reader.url('AsyncAmdStatusCallback', 21609);
  const callbackMethod = reader.method('AsyncAmdStatusCallbackMethod');
  if (mode === null || reader.has('SendDigits')) return null;
  return { mode, async, timeoutMs: timeoutS * 1000, callback, callbackMethod };
}

function readRecording(reader: FormReader, onCreate: boolean): RecordingRequest {
  const channels = reader.oneOf('RecordingChannels', ['mono', 'dual']);
  const track = reader.oneOf('RecordingTrack', ['both', 'inbound', 'outbound']) ?? 'both';
  const trim = reader.oneOf('Trim', ['trim-silence', 'do-not-trim']);
  const events = reader.list('RecordingStatusCallbackEvent', ['in-progress', 'completed', 'absent'], 20001);
  return {
    channels: channels === 'dual' && track === 'both' ? 2 : 1,
    track,
    trimSilence: trim === null ? onCreate : trim === 'trim-silence',
    callback: reader.url('RecordingStatusCallback', 21609),
    callbackMethod: reader.method('RecordingStatusCallbackMethod'),
    callbackEvents: new Set(events.length === 0 ? ['completed'] : events),
  };
}

/** Parameters that change nothing here but that a wrong value of would be refused for. */
function checkTheRest(reader: FormReader): void {
  const digits = reader.text('SendDigits');
  if (digits !== null && !/^[0-9A-D#*wW]{1,32}$/.test(digits)) reader.refuse(21206, 'Invalid SendDigits');
  const byoc = reader.text('Byoc');
  if (byoc !== null && !/^BY[0-9a-fA-F]{32}$/.test(byoc)) reader.refuse(20001, "Invalid parameter 'Byoc'");
  reader.oneOf('RecordingTrack', ['both', 'inbound', 'outbound']);
  reader.oneOf('RecordingChannels', ['mono', 'dual']);
  reader.oneOf('Trim', ['trim-silence', 'do-not-trim']);
}
