/** The instructions we give to the phone company, made with its own builder so that every value is escaped. */
import twilio from 'twilio';
import type { AttemptId } from '../../domain/ids.ts';
import { callbackUrl } from './paths.ts';

/** Names of the stream's parameters, as the media socket reads them. */
export const ATTEMPT_PARAMETER = 'attempt';
export const TOKEN_PARAMETER = 'token';

export interface StreamInstructions {
  readonly attempt: AttemptId;
  /** Single use; the media socket is refused without it. It goes as a parameter because a stream's url may have no query. */
  readonly streamToken: string;
  /** `wss://` (or `ws://` on loopback) of the process that will talk, no query. */
  readonly mediaUrl: string;
  /** Where callbacks arrive; no slash at its end. */
  readonly publicUrl: string;
}

/**
 * Connects the call to our media socket. When the stream ends, whether we closed it, or this process died, the call goes on
 * at the web role, which hands it to a living worker or hangs up.
 */
export function connectStreamTwiml(stream: StreamInstructions): string {
  const response = new twilio.twiml.VoiceResponse();
  const connected = response.connect().stream({
    url: stream.mediaUrl,
    statusCallback: callbackUrl(stream.publicUrl, 'stream', stream.attempt),
  });
  connected.parameter({ name: ATTEMPT_PARAMETER, value: stream.attempt });
  connected.parameter({ name: TOKEN_PARAMETER, value: stream.streamToken });
  response.redirect({ method: 'POST' }, callbackUrl(stream.publicUrl, 'resume', stream.attempt));
  return response.toString();
}

/** Ends the call. */
export function hangUpTwiml(): string {
  const response = new twilio.twiml.VoiceResponse();
  response.hangup();
  return response.toString();
}
