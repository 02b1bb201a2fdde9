import type { Recording } from '../recordings.ts';
import { rfc2822 } from '../time.ts';

/** A recording as a resource of its own. */
export function recordingResource(
  recording: Recording,
  accountSid: string,
  mediaUrl: string,
): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${accountSid}/Recordings/${recording.sid}`;
  return {
    ...common(recording, accountSid),
    media_url: mediaUrl,
    subresource_uris: {
      add_on_results: `${uri}/AddOnResults.json`,
      transcriptions: `${uri}/Transcriptions.json`,
    },
    uri: `${uri}.json`,
  };
}

/** A recording as a part of its call. Its price is null: Twilio's schema and its examples disagree on the type. */
export function callRecordingResource(recording: Recording, accountSid: string): Record<string, unknown> {
  return {
    ...common(recording, accountSid),
    track: recording.request.track,
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${recording.call.sid}/Recordings/${recording.sid}.json`,
  };
}

function common(recording: Recording, accountSid: string): Record<string, unknown> {
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    call_sid: recording.call.sid,
    channels: recording.request.channels,
    conference_sid: null,
    date_created: rfc2822(recording.startedMs),
    date_updated: rfc2822(recording.updatedMs),
    duration: recording.durationS === null ? null : String(recording.durationS),
    encryption_details: null,
    error_code: recording.errorCode,
    price: null,
    price_unit: 'USD',
    sid: recording.sid,
    source: recording.source,
    start_time: rfc2822(recording.startedMs),
    status: recording.status,
  };
}
